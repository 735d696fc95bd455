"""A job's side of SageMaker's container contract: inputs, outputs, options, progress, SIGTERM.

The root is `/opt/ml` in a container; `SPACEPORT_ML_ROOT` moves it, so that the very same program
runs in a container, as a local process and in a test.
"""

import errno
import hashlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from pydantic import BaseModel

from spaceport_contracts.failure import Failure, FailureClass
from spaceport_contracts.results import OutputFile, StageResult
from spaceport_runtime.errors import Killed, UserError
from spaceport_runtime.job.progress import Tell, progress_to_bus

Options = TypeVar("Options", bound=BaseModel)

PROGRESS_INTERVAL_S = 2.0  # where the launch does not say
TRAINING_STAGES = ("train",)
log = logging.getLogger("spaceport.job")


class Stopped(Exception):
    """SIGTERM came and the job has saved what it can."""


def _tell_nobody(_progress: dict[str, Any]) -> None:
    """Progress is optional: a job run by hand has nobody to tell."""


class Container:
    """The folders and signals of one job."""

    def __init__(
        self,
        root: Path,
        stage: str,
        tell: Tell = _tell_nobody,
        progress_interval_s: float = PROGRESS_INTERVAL_S,
    ) -> None:
        self.root = root
        self.stage = stage
        self._on_progress = tell
        self._stopping = False
        self._progress_interval_s = progress_interval_s
        self._last_told_s = -progress_interval_s
        self._last_step = ""

    def input(self, name: str) -> Path:
        """The folder of one input channel."""
        if self.stage in TRAINING_STAGES:
            return self.root / "input" / "data" / name
        return self.root / "processing" / "input" / name

    @property
    def output(self) -> Path:
        """The folder that is uploaded when the job succeeds."""
        path = self.root / ("model" if self.stage in TRAINING_STAGES else "processing/output")
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def checkpoints(self) -> Path:
        """The folder that survives an interruption (training jobs)."""
        path = self.root / "checkpoints"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def options(self, model: type[Options]) -> Options:
        """The stage's options, as its launcher wrote them."""
        return model.model_validate_json((self.input("options") / "options.json").read_bytes())

    def progress(
        self,
        step: str,
        n: int,
        m: int,
        seconds_left: float | None = None,
        roll: str = "",
        /,
        **figures: float,
    ) -> None:
        """Tell the user how far `step` is (`n` of `m`); at most once in the interval and step.

        `roll`: which of the capture's photos are in, as `StageProgressed` has it.
        """
        now_s = time.monotonic()
        is_edge = step != self._last_step or n >= m
        if not is_edge and now_s - self._last_told_s < self._progress_interval_s:
            return
        self._last_told_s, self._last_step = now_s, step
        told = {"step": step, "n": n, "m": m, "seconds_left": seconds_left, "figures": figures}
        self._on_progress({**told, "roll": roll} if roll else told)

    @property
    def stopping(self) -> bool:
        """SIGTERM came: save and raise Stopped."""
        return self._stopping

    def request_stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """The SIGTERM handler."""
        self._stopping = True

    def fail(self, failure: Failure) -> None:
        """Leave what the user will read where SageMaker looks for it."""
        for name in ("failure", "message"):
            path = self.root / "output" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(failure.as_text(), encoding="utf-8")


def hash_outputs(folder: Path, paths: Iterable[str]) -> tuple[OutputFile, ...]:
    """Size and SHA-256 of the named files below `folder`."""
    return tuple(_hash_file(folder, path) for path in paths)


def _hash_file(folder: Path, path: str) -> OutputFile:
    with (folder / path).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return OutputFile(path=path, bytes=(folder / path).stat().st_size, sha256=digest)


def write_result(folder: Path, result: StageResult) -> None:
    """Write `result.json` last: its presence says that the outputs are whole."""
    temporary = folder / ".result.json.tmp"
    temporary.write_text(result.model_dump_json(indent=2), encoding="utf-8")
    temporary.replace(folder / "result.json")


def run_job(stage: str, main: Callable[[Container], None], tell: Tell | None = None) -> int:
    """Run a job's `main` under the container contract; returns the exit status.

    An error that knows what to tell leaves that in `output/failure`; anything else that is raised
    is logged whole and answered with one sentence.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    root = Path(os.environ.get("SPACEPORT_ML_ROOT", "/opt/ml"))
    interval_s = float(os.environ.get("SPACEPORT_PROGRESS_INTERVAL_S", PROGRESS_INTERVAL_S))
    told = tell or progress_to_bus(stage) or _tell_nobody
    container = Container(root, stage, told, interval_s)
    signal.signal(signal.SIGTERM, container.request_stop)
    try:
        main(container)
    except Stopped:
        log.info("%s stopped on request", stage)
        return 0
    except (UserError, Killed) as error:
        log.warning("%s", error)
        container.fail(error.failure)
        return 1
    except Exception as error:
        log.exception("%s failed", stage)
        container.fail(_explain(stage, error))
        return 1
    return 0


def _explain(stage: str, error: Exception) -> Failure:
    """What to tell of an error that nobody foresaw."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        reason = f"The disk was full during {stage}."
        remedy = "Free some space, then run it again."
    elif isinstance(error, MemoryError):
        reason = f"The memory was full during {stage}."
        remedy = "Choose a lower quality or fewer photos."
    else:
        reason = f"The {stage} job broke: {type(error).__name__}: {error}"
        remedy = "Run it again; if it repeats, report it with the job's log."
    return Failure(failure_class=FailureClass.INTERNAL, reason=reason, remedy=remedy)
