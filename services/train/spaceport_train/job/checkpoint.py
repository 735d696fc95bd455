"""Checkpoints that survive a Spot interruption: written whole or not at all, two are kept."""

import json
import logging
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from spaceport_train.job.engine import Arrays

KEEP = 2
log = logging.getLogger("spaceport.train")


class Store:
    """The checkpoints of one training in one folder; `config` is the hash of what it depends on."""

    def __init__(self, folder: Path, config: str) -> None:
        self._folder = folder
        self._config = config

    def save(self, step: int, arrays: Arrays, facts: dict[str, Any]) -> None:
        """Write `checkpoint-<step>.npz`; a reader sees it whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"checkpoint-{step:08d}.npz"
        temporary = path.with_suffix(".tmp")
        header = np.array(json.dumps({**facts, "config": self._config}))
        with temporary.open("wb") as stream:
            np.savez(stream, header=header, allow_pickle=False, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        for old in self._paths()[:-KEEP]:
            old.unlink()

    def load(self) -> tuple[Arrays, dict[str, Any]] | None:
        """The newest checkpoint that is whole and belongs to this training."""
        for path in reversed(self._paths()):
            try:
                with np.load(path, allow_pickle=False) as data:
                    arrays = {name: data[name] for name in data.files}
            except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
                log.warning("%s cannot be read (%s): taking the one before", path.name, error)
                continue
            facts = json.loads(str(arrays.pop("header")))
            if facts.pop("config") == self._config:
                return arrays, facts
            log.warning("%s belongs to another capture or other options", path.name)
        return None

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("checkpoint-*.npz"))
