"""What the core asks of the outside world, and the records it keeps there.

`aws/` implements these with boto3; the choreography tests implement them in memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from spaceport_contracts.events import Event
from spaceport_runtime.service import JobKind

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class RunKey:
    """One execution of one stage of one job."""

    stage: str
    job_id: str
    attempt: int

    @property
    def job_name(self) -> str:
        """The SageMaker job's name; it is the lock that keeps a run from launching twice."""
        return f"{self.stage}-{self.job_id}-{self.attempt:02d}"


class RunState(StrEnum):
    """WAITING for a machine, RUNNING in SageMaker, FINISHED with its outcome recorded.

    LAUNCHING: it waits, and somebody has tried to launch it, so that there may be a job already.
    """

    WAITING = "waiting"
    LAUNCHING = "launching"
    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True)
class Run:
    """The ledger's row of a run.

    `launched_at`: when somebody last tried; `place`: the last one that the user was told;
    `vain_since`: since when it waits although nothing else of its stage runs; `lap`: how many of
    each tenant's runs go before this one (`stage/turns.py`).
    """

    key: RunKey
    arrived_at: str
    cause_type: str
    cause: str
    state: RunState = RunState.WAITING
    launched_at: str | None = None
    outcome: str | None = None
    place: int | None = None
    retries: int = 0
    is_open: bool = True
    vain_since: str | None = None
    tenant: str = ""
    lap: int = 0

    @property
    def turn(self) -> str:
        """Sorts the line: lap by lap, in each in order of arrival."""
        return f"{self.lap:08d}#{self.arrived_at}"

    @property
    def is_waiting(self) -> bool:
        """It has no machine yet, as far as anybody knows."""
        return self.state in (RunState.WAITING, RunState.LAUNCHING)


def lap_of(turn: str) -> int:
    """The lap in a run's `turn`."""
    return int(turn.partition("#")[0])


class EndKind(StrEnum):
    """How an attempt ended; SUPERSEDED means that a later attempt carries on."""

    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class End:
    """The one end of an attempt, and who put it there."""

    kind: EndKind
    by: str
    next_attempt: int | None = None


class Ledger(Protocol):
    """What was done, in conditional writes keyed by our own ids.

    Single rows are read consistently. The lists and counts (`open_runs`, `waiting_runs`, `count_*`)
    come from an index that may lag behind: what was just written may be missing, what is listed
    may have moved on.
    """

    def admit(self, run: Run) -> bool:
        """Record a new run; False when it is known already."""

    def get(self, key: RunKey) -> Run | None:
        """The run, read consistently."""

    def open_runs(self, stage: str) -> list[Run]:
        """Runs that are not closed, in order of arrival."""

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        """The first runs that wait for a machine, in order of their turns."""

    def count_waiting(self, stage: str) -> int:
        """How many runs wait for a machine."""

    def last_lap(self, tenant: str, stage: str) -> int | None:
        """The lap of a tenant's last run that waits for a machine; None when none waits."""

    def begin_launch(self, key: RunKey, at: str) -> bool:
        """A waiting run -> LAUNCHING; False when it waits no more."""

    def mark_running(self, key: RunKey, at: str) -> None:
        """A waiting run -> RUNNING; anything else stays."""

    def rewind(self, run: Run) -> None:
        """RUNNING -> WAITING, for a job that SageMaker does not know."""

    def remember_place(self, key: RunKey, place: int) -> None:
        """The place in the queue that the user was told last."""

    def remember_vain(self, key: RunKey, since: str | None) -> None:
        """Since when a waiting run waits though nothing else of its stage runs."""

    def withdraw(self, key: RunKey) -> bool:
        """WAITING -> FINISHED without a word; False when somebody has begun to launch it."""

    def finish(self, key: RunKey, outcome: str) -> bool:
        """Record the events that the run ends with; False when it has an outcome already."""

    def close(self, key: RunKey) -> None:
        """The outcome is published: nothing is left to do."""

    def claim_end(self, job_id: str, attempt: int, end: End) -> End:
        """End the attempt unless it has ended; returns the end that stands."""

    def end_of(self, job_id: str, attempt: int) -> End | None:
        """How the attempt ended, if it has."""

    def name_job(self, request: str, job_id: str, asked_at: str) -> str:
        """The id of the job that a request asks for: `job_id` unless it was asked for before.

        Who asks again after that job was deleted gets a new one.
        """

    def register_job(self, job_id: str, record: str) -> bool:
        """Record a new job with attempt 1; False when it is known already."""

    def job_record(self, job_id: str) -> tuple[str, int] | None:
        """The job's record and its highest attempt so far."""

    def next_attempt(self, job_id: str) -> int | None:
        """A new attempt number, never given before; None for a job that was deleted."""

    def use(self, uri: str, job_id: str) -> None:
        """The job was made from this upload."""

    def release(self, uri: str, job_id: str) -> bool:
        """The job needs the upload no more; True when no other job does either."""

    def close_job(self, job_id: str, at: str) -> int:
        """The job is deleted from now on: its record is gone and no attempt is added.

        Returns how many there were. What is left says that there was a job, and nothing of it.
        """

    def erase(self, key: RunKey) -> None:
        """The run becomes a stone: finished, closed, without a word of its cause.

        Also where there never was one, so that an event that comes late begins nothing.
        """


@dataclass(frozen=True)
class StoredObject:
    """What S3 says about an object."""

    bytes: int
    etag: str
    modified_at: datetime | None = None


class Store(Protocol):
    """Objects in S3, by URI."""

    def head(self, uri: str) -> StoredObject | None:
        """Size and ETag, or None when there is no such object."""

    def read(self, uri: str) -> bytes:
        """The whole object; for small files."""

    def sha256(self, uri: str) -> str:
        """The hash of the object's bytes as they lie in S3 now."""

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        """Put the object; writing the same again is harmless."""

    def remove(self, uri: str) -> None:
        """Delete the object, or for a prefix (ends with `/`) everything below it."""


@dataclass(frozen=True)
class JobStatus:
    """What SageMaker says about a job."""

    status: str
    secondary: str = ""
    failure_reason: str = ""
    message: str = ""

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to the job."""
        return self.status in ("Completed", "Failed", "Stopped")


class Jobs(Protocol):
    """SageMaker."""

    def create(self, kind: JobKind, request: Mapping[str, Any]) -> None:
        """Launch; a name that exists already is a launch that happened already.

        Raises NoCapacity for an exhausted quota, Retryable for throttling, Denied for the rest.
        """

    def describe(self, kind: JobKind, name: str) -> JobStatus | None:
        """The job's state, or None when there is no such job."""

    def stop(self, kind: JobKind, name: str) -> None:
        """Ask the job to stop; harmless when it is over or unknown."""


class Bus(Protocol):
    """EventBridge."""

    def publish(self, *events: Event) -> None:
        """Publish in order; returns only when every entry was accepted, else raises Retryable."""


class Queue(Protocol):
    """The service's own SQS queue and its dead-letter queue."""

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        """Put a copy of the message back, invisible for `delay_s`."""

    def dead_letter(self, body: str, reason: str) -> None:
        """Put the message into the DLQ, the reason as a message attribute."""


@dataclass(frozen=True)
class Platform:
    """Everything outside, passed to the core as one value."""

    ledger: Ledger
    store: Store
    jobs: Jobs
    bus: Bus
    clock: Clock
