"""The folder in which the embedded cloud lives on between two runs, locked by one process."""

import fcntl
import os
from pathlib import Path

from spaceport_runtime.errors import UserError


class StateDir:
    """Paths below the state folder; holding it keeps every other process out."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.objects = self.root / "objects"
        self.tables = self.root / "tables.jsonl"
        self.parts = self.root / "parts.jsonl"
        self.events = self.root / "events.jsonl"
        self.outbox = self.root / "outbox"
        self.jobs = self.root / "sagemaker"
        self.log = self.root / "cloud.log"
        self.spill = self.root / "tmp"
        self._lock: int | None = None

    def acquire(self) -> None:
        """Make the folders and take the lock.

        Raises UserError when the folder cannot be written or another process holds it.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)  # photos and addresses are nobody else's on this machine
            for folder in (self.objects, self.outbox, self.jobs, self.spill):
                folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise UserError(
                f"The folder {self.root} cannot be written: {error.strerror}.",
                "Choose a folder that you may write to.",
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise UserError(
                f"The folder {self.root} is in use by another Spaceport process.",
                "Wait until it has ended, or stop it with Ctrl-C, or choose another folder.",
            ) from error

    def release(self) -> None:
        """Let another process have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
