"""POST /jobs/{id}/replay: run a job again from a stage, with the artifacts that are stored."""

from http import HTTPStatus
from typing import NoReturn

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.estimate import Estimate
from spaceport_contracts.events import (
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatTrained,
    Stage,
)
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality
from spaceport_ingest.admission.runs import admit, ingest_run, work
from spaceport_ingest.estimates.arithmetic import Ask
from spaceport_ingest.estimates.fleet import estimate_here
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.standing import Standing, published_by, standing_of, unknown_job
from spaceport_ingest.submission import Replay
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.ports import RunKey
from spaceport_runtime.stage.recipe import cause_of

MAX_ATTEMPT = 99


def replay_job(job_id: str, start_at: Stage, quality: Quality | None, kit: Kit) -> int:
    """The new attempt; raises Problem: 404 unknown job, 409 it cannot be replayed (now)."""
    standing = standing_of(job_id, kit)
    if standing.end is None:
        _conflict(f"Job {job_id} is still running.", "Cancel it first, or wait until it ends.")
    replay = _gather(job_id, start_at, quality, standing, kit)
    attempt = _reserve(job_id, standing, kit)
    key = ingest_run(job_id, attempt)
    if not admit(key, replay, kit):
        _conflict(f"Job {job_id} is being replayed already.", "Wait until that attempt ends.")
    work(key, kit)
    return attempt


def _gather(
    job_id: str, start_at: Stage, quality: Quality | None, standing: Standing, kit: Kit
) -> Replay:
    origin = published_by(job_id, 1, kit)
    cause = _latest_cause(job_id, start_at, standing.attempt, kit)
    if cause is None or not isinstance(origin, ReconstructionRequested):
        _conflict(
            f"Job {job_id} never got as far as {start_at}.",
            "Replay it from an earlier step, or upload the photos again.",
        )
    inputs, known_quality, options = _inputs_of(cause)
    _check_stored(inputs, kit)
    return Replay(
        start_at=start_at,
        quality=quality or known_quality,
        options=options,
        inputs=inputs,
        email=origin.email,
        title=origin.title,
        photos=origin.photos,
        plan=origin.plan,
        cause_id=cause.event_id,
        estimate=_estimate(origin, quality or known_quality, start_at, kit),
    )


def _estimate(
    origin: ReconstructionRequested, quality: Quality, start_at: Stage, kit: Kit
) -> Estimate | None:
    """For what is left to do; None where no photos were looked at in the first place."""
    if origin.estimate is None:
        return None
    pixels = origin.estimate.pixels_per_photo
    return estimate_here(Ask(origin.photos, pixels, quality, start_at), kit.fleet)


def _latest_cause(job_id: str, stage: Stage, attempt: int, kit: Kit) -> Event | None:
    """What asked for the stage's latest run, whether or not the run came to anything."""
    for number in range(attempt, 0, -1):
        run = kit.platform.ledger.get(RunKey(stage, job_id, number))
        if run is not None:
            return cause_of(run)
    return None


def _inputs_of(cause: Event) -> tuple[ArtifactSet, Quality, JobOptions]:
    match cause:
        case ReconstructionRequested(inputs=inputs, quality=quality, options=options):
            return inputs, quality, options
        case SparseModelBuilt(outputs=inputs, quality=quality, options=options):
            return inputs, quality, options
        case SplatTrained(outputs=inputs, quality=quality, options=options):
            return inputs, quality, options
        case _:
            raise TypeError(f"no stage begins from a {cause.detail_type()}")


def _check_stored(inputs: ArtifactSet, kit: Kit) -> None:
    """The index is there and the one that was announced."""
    index, store = inputs.index, kit.platform.store
    if store.head(index.uri) is None or store.sha256(index.uri) != index.sha256:
        _conflict(
            "The files that this step begins from are no longer stored.",
            "Replay it from an earlier step, or upload the photos again.",
        )


def _reserve(job_id: str, standing: Standing, kit: Kit) -> int:
    """A number for the new attempt.

    One that was given and never used is taken up: the attempt before it has ended for good, so
    that nobody else can still begin it except another replay, and admission decides between them.
    """
    if standing.attempt < MAX_ATTEMPT:
        if standing.highest > standing.attempt:
            return standing.attempt + 1
        attempt = kit.platform.ledger.next_attempt(job_id)
        if attempt is None:
            raise unknown_job(job_id)
        if attempt <= MAX_ATTEMPT:
            return attempt
    _conflict(
        f"Job {job_id} was run {MAX_ATTEMPT} times, which is the limit.",
        "Upload the photos again.",
    )


def _conflict(message: str, remedy: str) -> NoReturn:
    raise Problem(HTTPStatus.CONFLICT, f"{message} {remedy}")
