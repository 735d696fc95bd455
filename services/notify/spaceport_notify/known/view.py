"""The user's view of a job, merged from events that come twice, late and out of order.

A view keeps the events that matter, each in its slot; what people see is computed from the slots
(`status.py`). Merging is commutative and idempotent but for one deliberate exception: two
different ends of one attempt, of which the first to arrive stands. (The stages' ledger lets only
one be published.)
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_contracts.events import (
    Batch,
    CancellationRequested,
    CaptureRejected,
    Event,
    JobCancelled,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatCompressed,
    SplatTrained,
    Stage,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
)
from spaceport_contracts.uploads import uploaded_uri

End = SplatCompressed | StageFailed | JobCancelled | CaptureRejected
Same = TypeVar("Same", bound=Event)


class StageTrace(Frozen):
    """What is known of a stage that is under way; the latest of each."""

    waiting: StageWaiting | None = None
    started: StageStarted | None = None
    progressed: StageProgressed | None = None


class Round(Frozen):
    """One attempt of a job. Past rounds keep no traces, only what a report needs."""

    attempt: int
    requested: ReconstructionRequested | None = None
    cancellation: CancellationRequested | None = None
    traces: dict[Stage, StageTrace] = Field(default_factory=dict)
    built: SparseModelBuilt | None = None
    trained: SplatTrained | None = None
    compressed: SplatCompressed | None = None
    failed: StageFailed | None = None
    cancelled: JobCancelled | None = None
    rejected: CaptureRejected | None = None

    @property
    def end(self) -> End | None:
        """The event that ended the attempt, if it has ended."""
        return self.compressed or self.failed or self.cancelled or self.rejected


class JobView(Frozen):
    """Everything that notify knows of a job.

    `since`: when the first that is known of it happened; `owner`: whose it is; `upload`: the
    address of what it was made from; `batch`: what it was handed in with.
    `reports`: where the report of a delivered attempt lies (an S3 prefix).
    `partial`: attempts whose report was written while something was still missing.
    `mails`: the e-mails that were claimed, so that none is sent twice (`letters/due.py`).
    """

    job_id: str
    updated_at: datetime
    since: datetime
    owner: str = ""
    upload: str = ""
    batch: Batch | None = None
    rounds: dict[int, Round] = Field(default_factory=dict)
    reports: dict[int, str] = Field(default_factory=dict)
    partial: tuple[int, ...] = ()
    mails: tuple[str, ...] = ()

    @property
    def attempt(self) -> int:
        """The newest attempt that anything is known of."""
        return max(self.rounds, default=0)

    @property
    def current(self) -> Round:
        """The newest round."""
        return self.rounds[self.attempt]


def merge(view: JobView | None, event: Event) -> JobView:
    """The view with one more event in it; merging the same event again changes nothing."""
    at = event.occurred_at
    view = view or JobView(job_id=event.job_id, updated_at=at, since=at)
    known = view.rounds.get(event.attempt) or Round(attempt=event.attempt)
    rounds = {**view.rounds, event.attempt: _merge_round(known, event)}
    return view.model_copy(
        update={
            "updated_at": max(view.updated_at, at),
            "since": min(view.since, at),
            **_origin(event),
            "rounds": _tidy(rounds.values()),
        }
    )


def _origin(event: Event) -> dict[str, Any]:
    """What the first word about a job says of where it comes from."""
    if not isinstance(event, ReconstructionRequested | CaptureRejected) or event.attempt > 1:
        return {}
    return {
        "owner": event.owner,
        "upload": uploaded_uri(event.causation_id),
        "batch": event.batch,
    }


def _tidy(rounds: Iterable[Round]) -> dict[int, Round]:
    """Drop the traces of past rounds: they say nothing any more, and a view must stay small."""
    by_attempt = {each.attempt: each for each in sorted(rounds, key=lambda each: each.attempt)}
    newest = max(by_attempt)
    past = {
        attempt: each.model_copy(update={"traces": {}}) if each.traces else each
        for attempt, each in by_attempt.items()
        if attempt != newest
    }
    kept = {attempt: each for attempt, each in past.items() if each != Round(attempt=attempt)}
    return {**kept, newest: by_attempt[newest]}


ONCE_SLOTS: dict[type[Event], str] = {
    ReconstructionRequested: "requested",
    CancellationRequested: "cancellation",
    SparseModelBuilt: "built",
    SplatTrained: "trained",
}
END_SLOTS: dict[type[Event], str] = {
    SplatCompressed: "compressed",
    StageFailed: "failed",
    JobCancelled: "cancelled",
    CaptureRejected: "rejected",
}


def _merge_round(known: Round, event: Event) -> Round:
    if isinstance(event, StageWaiting | StageStarted | StageProgressed):
        trace = _merge_trace(known.traces.get(event.stage) or StageTrace(), event)
        return known.model_copy(update={"traces": {**known.traces, event.stage: trace}})
    slot = ONCE_SLOTS.get(type(event)) or END_SLOTS[type(event)]
    if type(event) in END_SLOTS and known.end is not None and getattr(known, slot) is None:
        return known
    return known.model_copy(update={slot: _earlier(getattr(known, slot), event)})


def _merge_trace(
    trace: StageTrace, event: StageWaiting | StageStarted | StageProgressed
) -> StageTrace:
    if isinstance(event, StageWaiting):
        return trace.model_copy(update={"waiting": _later(trace.waiting, event)})
    if isinstance(event, StageProgressed):
        return trace.model_copy(update={"progressed": _later(trace.progressed, event)})
    return trace.model_copy(update={"started": _earlier(trace.started, event)})


def _earlier(known: Same | None, event: Same) -> Same:
    """A fact that is published again keeps the form in which it happened first."""
    return event if known is None or _order(event) < _order(known) else known


def _later(known: Same | None, event: Same) -> Same:
    return event if known is None or _order(event) > _order(known) else known


def _order(event: Event) -> tuple[datetime, str, str]:
    return event.occurred_at, event.event_id, event.model_dump_json()
