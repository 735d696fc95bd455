"""The state folder of a run: whose photos it belongs to, and that one run uses it at a time."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from spaceport_cli.run.collect import write_whole
from spaceport_runtime.errors import UserError

RECORD_NAME = "run.json"
LOCK_NAME = "run.lock"
LOG_NAME = "cloud.log"


class RunRecord(BaseModel):
    """Whose photos the state folder belongs to; the upload and the job that ran last, if any."""

    model_config = ConfigDict(frozen=True)

    photos_digest: str
    photos: str
    upload: str = ""
    job_id: str = ""


def read_record(state_dir: Path) -> RunRecord | None:
    """The record of an earlier run; None when there was none."""
    try:
        return RunRecord.model_validate_json((state_dir / RECORD_NAME).read_bytes())
    except (OSError, ValueError):
        return None


def known_job(record: RunRecord | None, upload: str) -> str:
    """The id of the job that an upload is, as far as the record knows it; else nothing."""
    return record.job_id if record is not None and record.upload == upload else ""


def check_same_photos(record: RunRecord | None, photos_digest: str, out: Path) -> None:
    """Raises UserError when the folder holds the work on other photos."""
    if record is not None and record.photos_digest != photos_digest:
        raise UserError(
            f"'{out}' holds the work on other photos ('{record.photos}' as they were then).",
            "Choose another folder with --out.",
        )


def write_record(state_dir: Path, record: RunRecord) -> None:
    """Remember the run."""
    write_whole(state_dir / RECORD_NAME, record.model_dump_json().encode())


@contextmanager
def locked(state_dir: Path) -> Iterator[None]:
    """Hold the state folder; raises UserError when another process does.

    The lock is the kernel's, so a killed process leaves none behind.
    """
    with (state_dir / LOCK_NAME).open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UserError(
                f"Another Spaceport is working in '{state_dir.parent}'.",
                "Wait until it is done, or choose another folder.",
            ) from error
        yield


def log_to_file(state_dir: Path) -> None:
    """Send the libraries' log lines to the cloud's log: the terminal is for people."""
    logging.raiseExceptions = False  # a log line that the full disk does not take is no news
    handler = logging.FileHandler(state_dir / LOG_NAME, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
