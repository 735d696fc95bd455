"""A webhook: where it posts to, what it posts, and how the receiver knows that it was us."""

import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_contracts.events import Event, StageProgressed, StageWaiting
from spaceport_notify.known.public import public_event

HOOKS_PER_OWNER = 10
SILENT = (StageProgressed, StageWaiting)
NAMESPACE = uuid.UUID("0a6de6b4-6b0a-4a4e-9a77-7c3c4e2b9d1f")


class Hook(Frozen):
    """One address. `secret` signs what is posted; of a registered one it is told once."""

    id: str
    owner: str
    url: str
    secret: str = Field(repr=False)
    created_at: datetime


class DeliveryDue(Frozen):
    """notify's note to itself that an event is to be posted to a hook."""

    owner: str
    hook_id: str
    job_id: str
    event_id: str
    since: datetime = Field(description="when the event happened: the tries end a day later")
    kept_at: str = Field(default="", description="where a job's own webhook is kept")
    event: dict[str, Any] = Field(description="as people may see it")

    @property
    def delivery_id(self) -> str:
        """The same for every try, so that a receiver knows a repeat."""
        return str(uuid.uuid5(NAMESPACE, f"{self.hook_id}/{self.event_id}"))

    def body(self) -> bytes:
        """What is posted: the delivery's id and the event."""
        return json.dumps({"id": self.delivery_id, "event": self.event}).encode()


@dataclass(frozen=True)
class Signature:
    """HMAC-SHA256 with the hook's secret over `<seconds since 1970>.<body>`."""

    secret: str = Field(repr=False)

    def header(self, body: bytes, at: datetime) -> str:
        """`t=<seconds>,v1=<hex>`; a receiver refuses a `t` that is long past."""
        seconds = int(at.timestamp())
        signed = f"{seconds}.".encode() + body
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        return f"t={seconds},v1={digest}"


def new_hook(owner: str, url: str, at: datetime) -> Hook:
    """A hook with an id and a secret that nobody can guess."""
    return Hook(
        id=secrets.token_hex(16),
        owner=owner,
        url=url,
        secret=secrets.token_urlsafe(32),
        created_at=at,
    )


def due_to(hook_id: str, owner: str, event: Event, kept_at: str = "") -> DeliveryDue:
    """The note for one event and one hook."""
    return DeliveryDue(
        owner=owner,
        hook_id=hook_id,
        kept_at=kept_at,
        job_id=event.job_id,
        event_id=event.event_id,
        since=event.occurred_at,
        event=public_event(event),
    )
