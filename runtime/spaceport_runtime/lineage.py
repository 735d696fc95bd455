"""Make an event that follows from another one, so that every chain leads back to an upload."""

import json
from datetime import datetime
from typing import Any, TypeVar

from spaceport_contracts.events import EVENT_TYPES, Event, make_event_id

Follower = TypeVar("Follower", bound=Event)


def follow(
    event_type: type[Follower],
    cause: Event,
    attempt: int,
    now: datetime,
    *discriminators: object,
    **fields: Any,
) -> Follower:
    """An event caused by `cause`; `discriminators` tell it from others of its type and attempt."""
    return event_type(
        event_id=make_event_id(event_type, cause.job_id, attempt, *discriminators),
        job_id=cause.job_id,
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
        occurred_at=now,
        attempt=attempt,
        tenant=cause.tenant,
        **fields,
    )


def originate(
    event_type: type[Follower],
    job_id: str,
    attempt: int,
    causation_id: str,
    now: datetime,
    **fields: Any,
) -> Follower:
    """An event that answers something outside the chain: an upload, or a person's request."""
    return event_type(
        event_id=make_event_id(event_type, job_id, attempt),
        job_id=job_id,
        correlation_id=job_id,
        causation_id=causation_id,
        occurred_at=now,
        attempt=attempt,
        **fields,
    )


def to_outbox(events: tuple[Event, ...]) -> str:
    """Events as the ledger keeps them until they are published."""
    rows = [[event.detail_type(), event.model_dump(mode="json")] for event in events]
    return json.dumps(rows, ensure_ascii=False)


def from_outbox(outcome: str) -> tuple[Event, ...]:
    """The events of `to_outbox`."""
    return tuple(EVENT_TYPES[name].model_validate(detail) for name, detail in json.loads(outcome))
