"""What the parent makes of its child's messages."""

import time

from spaceport_contracts.failure import Failure
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container
from spaceport_sfm.job.process.child import Message
from spaceport_sfm.job.task import Findings


class Listener:
    """Forwards the child's progress, with an estimate of what is left."""

    def __init__(self, container: Container) -> None:
        self.findings: Findings | None = None
        self._container = container
        self._step = ""
        self._roll = ""
        self._started_s = time.monotonic()

    def message(self, message: Message) -> None:
        """Progress or findings; raises UserError where the child says the photos cannot work."""
        if "findings" in message:
            self.findings = Findings.model_validate(message["findings"])
        elif "failure" in message:
            raise UserError.of(Failure.model_validate_json(str(message["failure"])))
        else:
            self._progress(message)

    def _progress(self, message: Message) -> None:
        step, n, m, figures = (message[key] for key in ("step", "n", "m", "figures"))
        self._roll = str(message["roll"]) or self._roll  # it stands while later steps go on
        assert isinstance(step, str) and isinstance(n, int) and isinstance(m, int)
        assert isinstance(figures, dict)
        if step != self._step or n == 0:
            self._step, self._started_s = step, time.monotonic()
        self._container.progress(step, n, m, self._seconds_left(n, m), self._roll, **figures)

    def _seconds_left(self, n: int, m: int) -> float | None:
        if not n or self._step == "mapping":
            # The mapper's steps grow with the model: a straight line would promise too much.
            return None
        return (time.monotonic() - self._started_s) * (m - n) / n
