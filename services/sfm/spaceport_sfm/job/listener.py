"""What the parent makes of its child's messages."""

import sqlite3
import time
from contextlib import closing

from spaceport_runtime.container import Container
from spaceport_runtime.errors import UserError
from spaceport_sfm.job.child import Message
from spaceport_sfm.job.plan import Outcome, Plan


class Listener:
    """Forwards the child's progress, and counts for it where pycolmap stays silent."""

    def __init__(self, plan: Plan, container: Container) -> None:
        self.outcome: Outcome | None = None
        self.failure: UserError | None = None
        self._plan = plan
        self._container = container
        self._step, self._total, self._pairs_before = "", 0, 0
        self._started_s = time.monotonic()

    def message(self, message: Message) -> None:
        """Progress, the outcome or the failure."""
        if "outcome" in message:
            self.outcome = Outcome.model_validate(message["outcome"])
        elif "failure" in message:
            failure = message["failure"]
            assert isinstance(failure, dict)
            self.failure = UserError(failure["message"], failure["remedy"])
        else:
            self._progress(message)

    def _progress(self, message: Message) -> None:
        step, n, m, figures = (message[key] for key in ("step", "n", "m", "figures"))
        assert isinstance(step, str) and isinstance(n, int) and isinstance(m, int)
        assert isinstance(figures, dict)
        if step != self._step or n == 0:
            self._step, self._total, self._started_s = step, m, time.monotonic()
            self._pairs_before = self._matched_pairs() if step == "matching" else 0
        self._container.progress(step, n, m, self._seconds_left(n, m), **figures)

    def tick(self) -> None:
        """pycolmap says nothing while it matches: look at what it wrote."""
        if self._step != "matching":
            return
        n = self._matched_pairs() - self._pairs_before
        if 0 < n < self._total:
            self._container.progress(self._step, n, self._total, self._seconds_left(n, self._total))

    def _seconds_left(self, n: int, m: int) -> float | None:
        if not n or self._step == "mapping":
            # The mapper's steps grow with the model: a straight line would promise too much.
            return None
        return (time.monotonic() - self._started_s) * (m - n) / n

    def _matched_pairs(self) -> int:
        source = f"file:{self._plan.work / 'database.db'}?mode=ro"
        try:
            with closing(sqlite3.connect(source, uri=True, timeout=0.1)) as database:
                row = database.execute("SELECT COUNT(*) FROM two_view_geometries").fetchone()
        except sqlite3.OperationalError:
            # Locked while a block is written: the next tick sees it.
            return self._pairs_before
        return int(row[0])
