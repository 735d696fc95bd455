"""A share: a capability for one job's scene. What is kept opens nothing: it is the token's hash."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from spaceport_contracts.capture import Frozen

TOKEN_BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SHARES_PER_JOB = 50
DAYS = 30
MAX_DAYS = 365


class Share(Frozen):
    """One link. `id` names it to its owner and is made of the token, which nobody keeps."""

    id: str
    job_id: str
    owner: str
    created_at: datetime
    expires_at: datetime
    shows_place: bool = False
    """Whether a visitor is told where on Earth the scene is."""

    def is_open(self, at: datetime) -> bool:
        """Whether it still opens anything."""
        return at < self.expires_at


def new_share(
    job_id: str, owner: str, days: int, at: datetime, shows_place: bool = False
) -> tuple[Share, str]:
    """The share and its token, 256 random bits, which is told this once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    share = Share(
        id=share_id(token),
        job_id=job_id,
        owner=owner,
        created_at=at,
        expires_at=at + timedelta(days=days),
        shows_place=shows_place,
    )
    return share, token


def share_id(token: str) -> str:
    """Half of the token's SHA-256: enough never to meet another, and no way back."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]
