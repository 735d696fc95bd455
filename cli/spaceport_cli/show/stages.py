"""Where a job stands: the bus's events folded into one value per stage.

Pure: events in, state out. Events of an attempt that a later one has replaced change nothing, and
an event that comes twice says the same twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from spaceport_cli.show.sentences import count_of, human_bytes
from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.events import (
    EVENT_TYPES,
    CaptureRejected,
    Event,
    JobCancelled,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatCompressed,
    SplatTrained,
    StageFailed,
    StageProgressed,
    StageStarted,
    StageWaiting,
)

INGEST = "ingest"
STAGES = (INGEST, "sfm", "train", "compress")


class StageState(StrEnum):
    """What a stage is doing."""

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class EndKind(StrEnum):
    """How a job ended, as the user sees it."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class StageView:
    """One stage, as the user sees it."""

    name: str
    state: StageState = StageState.PENDING
    step: str = ""
    n: int = 0
    m: int = 0
    seconds_left: float | None = None
    figures: tuple[tuple[str, float], ...] = ()
    note: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class End:
    """The end of the job's current attempt."""

    kind: EndKind
    attempt: int
    reason: str = ""
    remedy: str = ""
    stage: str = ""


@dataclass
class ShownJob:
    """The current attempt of one job."""

    job_id: str
    attempt: int = 0
    end: End | None = None
    email: str | None = None
    stages: dict[str, StageView] = field(
        default_factory=lambda: {name: StageView(name) for name in STAGES}
    )
    outputs: dict[str, ArtifactSet] = field(default_factory=dict)

    def apply(self, envelope: dict[str, Any]) -> str | None:
        """Take one bus event in; returns the stage that it changed, if any."""
        event_type = EVENT_TYPES.get(str(envelope.get("detail-type", "")))
        if event_type is None or envelope["detail"].get("job_id") != self.job_id:
            return None
        event = event_type.model_validate(envelope["detail"])
        if event.attempt < self.attempt:
            return None
        if event.attempt > self.attempt:
            self.attempt, self.end = event.attempt, None
        fold = FOLDS.get(event_type)
        return fold(self, event) if fold else None

    def reopen(self, stage: str) -> None:
        """Another attempt from a stage was asked for: wait for it, whatever became of this one."""
        self.attempt, self.end = self.attempt + 1, None
        for name in STAGES[STAGES.index(stage) :]:
            self.stages[name] = StageView(name)

    def set(self, view: StageView) -> str:
        """Replace a stage's view; what ran after it is yet to come again."""
        if view.state in (StageState.QUEUED, StageState.RUNNING):
            for later in STAGES[STAGES.index(view.name) + 1 :]:
                self.stages[later] = StageView(later)
        self.stages[view.name] = view
        return view.name

    @property
    def is_known(self) -> bool:
        """The pipeline has said something about the job."""
        return self.attempt > 0

    @property
    def first_unfinished(self) -> str:
        """The stage with which to go on."""
        open_stages = (name for name in STAGES[1:] if self.stages[name].state != StageState.DONE)
        return next(open_stages, STAGES[-1])


def _requested(job: ShownJob, event: Any) -> str:
    job.email = event.email
    note = f"{count_of(event.photos, 'usable photo')}" if event.photos else ""
    for name in STAGES[1 : STAGES.index(event.start_at.value)]:
        if job.stages[name].state is not StageState.DONE:
            job.stages[name] = StageView(name, StageState.DONE)
    for name in STAGES[STAGES.index(event.start_at.value) :]:
        job.stages[name] = StageView(name)
    if job.stages[INGEST].state is StageState.DONE and not event.photos:
        return INGEST
    return job.set(StageView(INGEST, StageState.DONE, note=note, seconds=event.ingest_seconds))


def _waiting(job: ShownJob, event: Any) -> str:
    note = f"waits for a machine, number {event.place} in the queue"
    return job.set(StageView(event.stage.value, StageState.QUEUED, note=note))


def _started(job: ShownJob, event: Any) -> str | None:
    if job.stages[event.stage.value].state in (StageState.RUNNING, StageState.DONE):
        return None
    return job.set(StageView(event.stage.value, StageState.RUNNING, step="starting"))


def _progressed(job: ShownJob, event: Any) -> str | None:
    if job.stages[event.stage.value].state is StageState.DONE:
        return None
    view = StageView(
        event.stage.value,
        StageState.RUNNING,
        event.step,
        event.n,
        event.m,
        event.seconds_left,
        tuple(event.figures.items()),
    )
    return job.set(view)


def _built(job: ShownJob, event: Any) -> str:
    gps = f", GPS residual {event.gps_rms_m:.2f} m" if event.gps_rms_m is not None else ""
    note = (
        f"{event.photos_registered} of {event.photos_total} photos registered, "
        f"reprojection error {event.reprojection_error_px:.2f} px{gps}"
    )
    return _done(job, "sfm", note, event)


def _trained(job: ShownJob, event: Any) -> str:
    note = (
        f"{event.gaussians:,} Gaussians, held-out PSNR {event.heldout_psnr_db:.2f} dB, "
        f"SSIM {event.heldout_ssim:.3f}"
    )
    return _done(job, "train", note, event)


def _compressed(job: ShownJob, event: Any) -> str:
    note = f"{human_bytes(event.bytes)}, {event.ratio:.1f} times smaller"
    job.end = End(EndKind.DELIVERED, event.attempt)
    return _done(job, "compress", note, event)


def _done(job: ShownJob, name: str, note: str, event: Any) -> str:
    job.outputs[name] = event.outputs
    return job.set(StageView(name, StageState.DONE, note=note, seconds=event.seconds))


def _failed(job: ShownJob, event: Any) -> str:
    stage = event.stage.value
    job.end = End(EndKind.FAILED, event.attempt, event.reason, event.remedy, stage)
    return job.set(replace(job.stages[stage], state=StageState.FAILED, note=event.reason))


def _rejected(job: ShownJob, event: Any) -> str:
    job.email = event.email
    job.end = End(EndKind.REJECTED, event.attempt, event.reason, event.remedy, INGEST)
    return job.set(StageView(INGEST, StageState.FAILED, note=event.reason))


def _cancelled(job: ShownJob, event: Any) -> None:
    job.end = End(
        EndKind.CANCELLED,
        event.attempt,
        "The job was cancelled.",
        "Run the same command again to go on.",
    )


Fold = Callable[[ShownJob, Any], str | None]
FOLDS: dict[type[Event], Fold] = {
    ReconstructionRequested: _requested,
    StageWaiting: _waiting,
    StageStarted: _started,
    StageProgressed: _progressed,
    SparseModelBuilt: _built,
    SplatTrained: _trained,
    SplatCompressed: _compressed,
    StageFailed: _failed,
    CaptureRejected: _rejected,
    JobCancelled: _cancelled,
}
