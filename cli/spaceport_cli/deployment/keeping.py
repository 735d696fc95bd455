"""Which deployments this user is signed in to: one file that only they can read (0600)."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from spaceport_cli.deployment.cognito import Pool, Tokens
from spaceport_runtime.errors import UserError

FILE_NAME = "deployments.json"


@dataclass(frozen=True)
class SignIn:
    """How the user is known to one deployment."""

    pool: Pool
    tokens: Tokens


class _Kept(BaseModel):
    """The file as it lies there; `current` is the deployment of the last sign-in."""

    model_config = ConfigDict(frozen=True)

    current: str = ""
    deployments: dict[str, dict[str, Any]] = {}


class Keeping:
    """The file; by default in the user's configuration folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or _config_folder()) / FILE_NAME

    @property
    def current(self) -> str:
        """The API of the deployment that was signed in to last; empty without one."""
        return self._read().current

    def find(self, endpoint: str) -> SignIn | None:
        """How the user is known there."""
        found = self._read().deployments.get(endpoint)
        if found is None:
            return None
        try:
            return SignIn(Pool(**found["pool"]), Tokens(**found["tokens"]))
        except (KeyError, TypeError) as error:
            raise self._unreadable() from error

    def keep(self, endpoint: str, sign_in: SignIn) -> None:
        """Remember it, and take this deployment where none is named."""
        kept = {
            **self._read().deployments,
            endpoint: {"pool": vars(sign_in.pool), "tokens": vars(sign_in.tokens)},
        }
        self._write(_Kept(current=endpoint, deployments=kept))

    def forget(self, endpoint: str) -> None:
        """Nobody is signed in there any more."""
        kept = self._read()
        left = {name: each for name, each in kept.deployments.items() if name != endpoint}
        current = kept.current if kept.current != endpoint else ""
        self._write(_Kept(current=current, deployments=left))

    def _read(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _Kept()
        except (OSError, ValidationError) as error:
            raise self._unreadable() from error

    def _unreadable(self) -> UserError:
        return UserError(f"{self._path} cannot be read.", "Delete it and sign in again.")

    def _write(self, kept: _Kept) -> None:
        """Whole or not at all, and never readable by others, not even while it is written."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path.with_name(f".{FILE_NAME}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(kept.model_dump(), stream)
        temporary.replace(self._path)


def _config_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "spaceport"
