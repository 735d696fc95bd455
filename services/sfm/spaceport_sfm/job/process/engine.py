"""The child process around pycolmap: `python -m spaceport_sfm.job.process.engine PLAN.json FD`.

pycolmap can abort or hang its process, so it gets one of its own. Messages go to the parent as JSON
lines on file descriptor FD: progress, then the outcome or the failure.
"""

import sys  # isort: split

import json
import os
import zlib  # noqa: F401  (pycolmap's wheel exports zlib's symbols; loaded first, ours are kept)
from pathlib import Path
from typing import TextIO

import pycolmap

from spaceport_runtime.errors import UserError
from spaceport_sfm.job.plan import Plan
from spaceport_sfm.job.reconstruct import reconstruct


def run(plan_path: Path, channel: TextIO) -> None:
    """Reconstruct the plan at `plan_path` and report on `channel`."""
    plan = Plan.model_validate_json(plan_path.read_bytes())
    pycolmap.logging.minloglevel = pycolmap.logging.WARNING.value

    def send(message: dict[str, object]) -> None:
        channel.write(json.dumps(message) + "\n")
        channel.flush()

    def tell(step: str, n: int, m: int, figures: dict[str, float]) -> None:
        send({"step": step, "n": n, "m": m, "figures": figures})

    try:
        outcome = reconstruct(plan, tell)
    except UserError as error:
        send({"failure": error.failure.as_text()})
    else:
        send({"outcome": outcome.model_dump(mode="json")})


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[2]), "w", encoding="utf-8") as pipe:
        run(Path(sys.argv[1]), pipe)
