"""Events are frozen, tolerant of unknown fields, strict about versions, and keep their ids."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from spaceport_contracts.events import (
    EVENTS,
    CancellationRequested,
    JobCancelled,
    make_event_id,
)

CANCELLATION = {
    "event_id": "e",
    "job_id": "0123456789ab",
    "correlation_id": "c",
    "causation_id": "u",
    "occurred_at": datetime(2026, 11, 1, tzinfo=UTC).isoformat(),
    "attempt": 1,
}


def test_unknown_fields_are_ignored_and_unknown_versions_refused() -> None:
    event = CancellationRequested.model_validate({**CANCELLATION, "new_field": 1})
    assert event.job_id == "0123456789ab"
    with pytest.raises(ValidationError):
        CancellationRequested.model_validate({**CANCELLATION, "version": 2})


def test_events_are_frozen() -> None:
    event = CancellationRequested.model_validate(CANCELLATION)
    with pytest.raises(ValidationError):
        event.attempt = 2  # type: ignore[misc]


def test_the_same_fact_has_the_same_id() -> None:
    first = make_event_id(JobCancelled, "0123456789ab", 1)
    assert first == make_event_id(JobCancelled, "0123456789ab", 1)
    assert first != make_event_id(JobCancelled, "0123456789ab", 2)
    assert first != make_event_id(CancellationRequested, "0123456789ab", 1)


def test_every_event_says_what_it_means() -> None:
    assert all(event.__doc__ for event in EVENTS)
