"""What only the owner of the state folder may know, one small file each (0600).

`token` signs its owner in to the HTTP API, and `curl` is the same for `curl -K`, so that no list of
processes shows it; `keys.json` holds the key pair with which requests to the AWS ports are signed.
They are made at the first start and stay: to sign everybody out, stop Spaceport and delete them.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from spaceport_runtime.errors import UserError

TOKEN_NAME = "token"
KEYS_NAME = "keys.json"
CURL_NAME = "curl"
TOKEN_BYTES = 32


@dataclass(frozen=True)
class KeyPair:
    """An access key as AWS's clients take one."""

    access_key: str
    secret_key: str


@dataclass(frozen=True)
class Secrets:
    """Of one installation."""

    token: str
    keys: KeyPair


def read_secrets(folder: Path) -> Secrets:
    """What `keep_secrets` left; raises OSError or ValueError when it has not."""
    token = (folder / TOKEN_NAME).read_text(encoding="ascii").strip()
    if not token:
        raise ValueError("the token is empty")
    return Secrets(token, KeyPair(**json.loads((folder / KEYS_NAME).read_text(encoding="ascii"))))


def keep_secrets(folder: Path) -> Secrets:
    """The folder's secrets, made where there are none yet.

    Raises UserError when what lies there cannot be read.
    """
    _make(folder / TOKEN_NAME, secrets.token_urlsafe(TOKEN_BYTES) + "\n")
    pair = KeyPair(f"SPACEPORT{secrets.token_hex(8).upper()}", secrets.token_urlsafe(TOKEN_BYTES))
    _make(folder / KEYS_NAME, json.dumps(asdict(pair)))
    try:
        kept = read_secrets(folder)
        (folder / CURL_NAME).unlink(missing_ok=True)
        _make(folder / CURL_NAME, f'header = "Authorization: Bearer {kept.token}"\n')
        return kept
    except (OSError, ValueError, TypeError) as error:
        raise UserError(
            f"'{TOKEN_NAME}' or '{KEYS_NAME}' in {folder} cannot be read.",
            "Delete both: new ones are made, and everybody signs in again.",
        ) from error


def _make(path: Path, content: str) -> None:
    """Whole or not at all, and never readable by others, not even while it is written."""
    if path.exists():
        path.chmod(0o600)
        return
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)
    temporary.replace(path)
