"""The child process around pycolmap: `python -m spaceport_sfm.job.process.engine TASK.json FD`.

pycolmap can abort or hang its process, so it gets one of its own. Messages go to the parent as JSON
lines on file descriptor FD: progress, then the findings or the failure.
"""

import sys  # isort: split

import json
import os
import zlib  # noqa: F401  (pycolmap's wheel exports zlib's symbols; loaded first, ours are kept)
from pathlib import Path
from typing import TextIO

import pycolmap

from spaceport_runtime.errors import UserError
from spaceport_sfm.job.matching.device import matching_device
from spaceport_sfm.job.reconstruct import reconstruct
from spaceport_sfm.job.task import Task


def run(task_path: Path, channel: TextIO) -> None:
    """Reconstruct the task at `task_path` and report on `channel`."""
    task = Task.model_validate_json(task_path.read_bytes())
    pycolmap.logging.minloglevel = pycolmap.logging.WARNING.value

    def send(message: dict[str, object]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    def tell(step: str, n: int, m: int, figures: dict[str, float], roll: str = "", /) -> None:
        send({"step": step, "n": n, "m": m, "figures": figures, "roll": roll})

    try:
        matching_device()  # said before anything is computed
        findings = reconstruct(task, tell)
    except UserError as error:
        send({"failure": error.failure.as_text()})
    else:
        send({"findings": findings.model_dump(mode="json")})


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[2]), "w", encoding="utf-8") as pipe:
        run(Path(sys.argv[1]), pipe)
