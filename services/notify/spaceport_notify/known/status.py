"""What people see of a job, computed from its view."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_contracts.estimate import Cost
from spaceport_contracts.events import (
    CaptureRejected,
    Event,
    JobCancelled,
    SparseModelBuilt,
    SplatCompressed,
    SplatTrained,
    Stage,
    StageFailed,
)
from spaceport_notify.known.ancestry import Ancestry, ancestry, fallback_request
from spaceport_notify.known.outlook import Leg, seconds_left
from spaceport_notify.known.view import JobView, Round, StageTrace

Completion = SparseModelBuilt | SplatTrained | SplatCompressed
STAGES = tuple(Stage)


class Status(StrEnum):
    """Where a job is: QUEUED, WAITING (for a machine) or RUNNING in its stage, or at an end."""

    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class StageState(StrEnum):
    """Where one stage is; SKIPPED: the job began after it; NOT_REACHED: it ended before."""

    SKIPPED = "skipped"
    QUEUED = "queued"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_REACHED = "not_reached"


class Progress(Frozen):
    """How far the running stage is: step, n of m."""

    step: str
    n: int
    m: int
    seconds_left: float | None
    figures: dict[str, float]
    roll: str = Field(
        default="",
        description="which photos are in so far: a bit for each in the order of "
        "`GET /jobs/{job_id}/positions`, the first the highest, in base64",
    )


class StageStatus(Frozen):
    """One stage of a job."""

    stage: Stage
    state: StageState
    seconds: float | None = None
    estimated: Cost | None = Field(default=None, description="as it was told before it began")
    figures: dict[str, float] = Field(default_factory=dict)


class JobStatus(Frozen):
    """The answer of `GET /jobs/{job_id}`."""

    job_id: str
    title: str
    status: Status
    stage: Stage | None = Field(description="the stage that runs, waits or failed")
    progress: Progress | None
    place: int | None = Field(description="place in the queue for a machine, 1 = next")
    seconds_left: float | None = Field(
        default=None,
        description="of work until the job is done: what the running stage says, and the estimates "
        "of those after it, at the pace of those before; null where nobody can tell",
    )
    estimated: Cost | None = Field(default=None, description="of the whole job, told before")
    stages: tuple[StageStatus, ...]
    reason: str | None
    remedy: str | None
    report: str | None = Field(description="path of the report, once it is written")
    scene: str | None = Field(description="path of the splat, once it is delivered")
    attempt: int
    created_at: datetime
    updated_at: datetime


ENDS: dict[type[Event], Status] = {
    SplatCompressed: Status.DELIVERED,
    StageFailed: Status.FAILED,
    JobCancelled: Status.CANCELLED,
    CaptureRejected: Status.REJECTED,
}


def job_status(view: JobView) -> JobStatus:
    """The newest attempt; links lead to the newest attempt that was delivered."""
    now = view.current
    past = ancestry(view, now.attempt)
    stage = _stage(now, past)
    state = _status(now, stage)
    trace = now.traces.get(stage) or StageTrace() if stage else StageTrace()
    failure = now.failed or now.rejected
    delivered = delivered_attempt(view)
    files = f"/jobs/{view.job_id}/files"
    stages = tuple(_stage_status(each, now, past, stage) for each in STAGES)
    progress = _progress(trace) if state is Status.RUNNING else None
    told = past.request.estimate if past.request else None
    return JobStatus(
        job_id=view.job_id,
        title=title_of(view, past),
        status=state,
        stage=stage,
        progress=progress,
        place=trace.waiting.place if state is Status.WAITING and trace.waiting else None,
        seconds_left=None if now.end else seconds_left(_legs(stages, progress)),
        estimated=told.total if told else None,
        stages=stages,
        reason=failure.reason if failure else None,
        remedy=failure.remedy if failure else None,
        report=f"{files}/report.html" if delivered in view.reports else None,
        scene=f"{files}/scene.sog" if delivered else None,
        attempt=now.attempt,
        created_at=view.since,
        updated_at=view.updated_at,
    )


def delivered_attempt(view: JobView) -> int | None:
    """The newest attempt that ended with a splat."""
    delivered = [each.attempt for each in view.rounds.values() if each.compressed]
    return max(delivered, default=None)


def title_of(view: JobView, past: Ancestry) -> str:
    """What the user called the capture."""
    now = view.current
    if now.rejected:
        return now.rejected.title
    request = past.request or fallback_request(view, now.attempt)
    return request.title if request else ""


def _stage(now: Round, past: Ancestry) -> Stage | None:
    """The furthest stage that anything is known of; the one after it when that is done."""
    if now.rejected or now.compressed:
        return None
    if now.failed:
        return now.failed.stage
    if now.trained or Stage.COMPRESS in now.traces:
        return Stage.COMPRESS
    if now.built or Stage.TRAIN in now.traces:
        return Stage.TRAIN
    if Stage.SFM in now.traces:
        return Stage.SFM
    return past.request.start_at if past.request else None


def _status(now: Round, stage: Stage | None) -> Status:
    if now.end is not None:
        return ENDS[type(now.end)]
    trace = now.traces.get(stage) if stage else None
    if trace and (trace.started or trace.progressed):
        return Status.RUNNING
    return Status.WAITING if trace and trace.waiting else Status.QUEUED


def _progress(trace: StageTrace) -> Progress | None:
    last = trace.progressed
    if last is None:
        return None
    return Progress(
        step=last.step,
        n=last.n,
        m=last.m,
        seconds_left=last.seconds_left,
        figures=last.figures,
        roll=last.roll,
    )


def _stage_status(stage: Stage, now: Round, past: Ancestry, at: Stage | None) -> StageStatus:
    completion = _completion(stage, now, past)
    estimated = _estimated(stage, past)
    if completion is not None:
        return StageStatus(
            stage=stage,
            state=StageState.DONE,
            seconds=completion.seconds,
            estimated=estimated,
            figures=figures_of(completion),
        )
    progressed = (now.traces.get(stage) or StageTrace()).progressed
    return StageStatus(
        stage=stage,
        state=_open_state(stage, now, past, at),
        estimated=estimated,
        figures=progressed.figures if progressed else {},
    )


def _estimated(stage: Stage, past: Ancestry) -> Cost | None:
    """As the newest request that had the stage run was told."""
    for request in past.requests:
        told = request.estimate
        costs = (told.sfm, told.train, told.compress) if told else (None,) * len(STAGES)
        cost = costs[STAGES.index(stage)]
        if cost is not None:
            return cost
    return None


def _legs(stages: tuple[StageStatus, ...], progress: Progress | None) -> list[Leg]:
    """What is done and what is left, as far as it counts for the time that is left."""
    return [
        Leg(
            is_done=each.state in (StageState.DONE, StageState.SKIPPED),
            took_s=each.seconds,
            left_s=progress.seconds_left if progress and each.state is StageState.RUNNING else None,
            estimated=each.estimated,
        )
        for each in stages
    ]


def _completion(stage: Stage, now: Round, past: Ancestry) -> Completion | None:
    known: dict[Stage, Completion | None] = {
        Stage.SFM: now.built or past.built,
        Stage.TRAIN: now.trained or past.trained,
        Stage.COMPRESS: now.compressed,
    }
    return known[stage]


def _open_state(stage: Stage, now: Round, past: Ancestry, at: Stage | None) -> StageState:
    """The state of a stage whose completion is not known."""
    order = STAGES.index
    request = past.request
    if request and order(stage) < order(request.start_at):
        return StageState.SKIPPED
    if now.compressed or (at and order(stage) < order(at)):
        return StageState.DONE
    if now.end is not None:
        return _ended_state(stage, now, at)
    trace = now.traces.get(stage) or StageTrace()
    if trace.started or trace.progressed:
        return StageState.RUNNING
    return StageState.WAITING if trace.waiting else StageState.QUEUED


def _ended_state(stage: Stage, now: Round, at: Stage | None) -> StageState:
    if stage is not at:
        return StageState.NOT_REACHED
    return StageState.FAILED if now.failed else StageState.CANCELLED


def figures_of(completion: Completion) -> dict[str, float]:
    """The numbers that a completion states."""
    envelope = {"version", "attempt", "seconds"}
    fields = completion.model_dump(exclude=envelope)
    return {name: value for name, value in fields.items() if isinstance(value, int | float)}
