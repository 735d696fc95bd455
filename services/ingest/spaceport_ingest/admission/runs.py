"""Ingest's runs: admitted once, worked on from the top as often as needed, settled once."""

from datetime import datetime
from typing import Any

from spaceport_contracts.estimate import Estimate
from spaceport_contracts.events import (
    CaptureRejected,
    Event,
    ReconstructionRequested,
    Stage,
)
from spaceport_contracts.results import Quality
from spaceport_ingest.admission.intake import recognise
from spaceport_ingest.estimates.arithmetic import Ask
from spaceport_ingest.estimates.fleet import estimate_here
from spaceport_ingest.inspect.plan import publish_plan
from spaceport_ingest.inspect.publish import publish_rejected
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused
from spaceport_ingest.service import SERVICE
from spaceport_ingest.submission import Replay, Submission
from spaceport_runtime.errors import Poison, UserError
from spaceport_runtime.lineage import originate, to_outbox
from spaceport_runtime.ports import End, EndKind, Run, RunKey, RunState
from spaceport_runtime.stage.outcome import deliver

CHANGED = CaptureRefused(
    "The upload was changed after it had been refused.", "Upload it again, under a new name."
)
GIVEN_UP = CaptureRefused(
    "The upload could not be inspected because of an error inside Spaceport.",
    "Upload it again, under a new name; if that fails too, report it with the job's id.",
)

REPLAYED = ("quality", "options", "email", "title", "inputs", "photos", "estimate", "plan")


def ingest_run(job_id: str, attempt: int = 1) -> RunKey:
    """Ingest's part in an attempt; the first inspects the upload."""
    return RunKey(SERVICE.name, job_id, attempt)


def admit(key: RunKey, cause: Submission | Replay, kit: Kit) -> bool:
    """Record a run that is to be worked on; False when it is known already."""
    arrived_at = kit.platform.clock().isoformat()
    cause_json = cause.model_dump_json()
    ledger = kit.platform.ledger
    is_new = ledger.admit(Run(key, arrived_at, type(cause).__name__, cause_json))
    if isinstance(cause, Submission):
        ledger.register_job(key.job_id, cause_json)
        if ledger.job_record(key.job_id) is not None:
            ledger.use(cause.uri, key.job_id)
    return is_new


def work(key: RunKey, kit: Kit) -> None:
    """Bring the run to its one outcome; may be called at any time and by several at once."""
    ledger = kit.platform.ledger
    run = ledger.get(key)
    if run is None:
        return
    if run.state is not RunState.FINISHED:
        ledger.mark_running(key, kit.platform.clock().isoformat())
        ledger.finish(key, to_outbox(_settle(run, kit)))
        run = ledger.get(key)
    if run is not None and run.is_open:
        deliver(key, kit.platform)


def sweep(kit: Kit) -> None:
    """Heal what a lost message or a crash left open.

    One run that breaks does not keep the others waiting; raises ExceptionGroup at the end.
    """
    broken: list[Exception] = []
    for run in kit.platform.ledger.open_runs(SERVICE.name):
        if not _is_lost(run, kit):
            continue
        try:
            kit.platform.ledger.rewind(run)
            work(run.key, kit)
        except Exception as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("runs that could not be healed", broken)


def _is_lost(run: Run, kit: Kit) -> bool:
    is_running = run.state is RunState.RUNNING
    since = (run.launched_at if is_running else None) or run.arrived_at
    limits = kit.limits
    patience_s = limits.running_lost_after_s if is_running else limits.waiting_lost_after_s
    return _age_s(since, kit) > patience_s


def _age_s(since: str, kit: Kit) -> float:
    return (kit.platform.clock() - datetime.fromisoformat(since)).total_seconds()


def _settle(run: Run, kit: Kit) -> tuple[Event, ...]:
    """The events that the run ends with; none when its attempt was cancelled."""
    end = kit.platform.ledger.end_of(run.key.job_id, run.key.attempt)
    if end is not None and end.by != SERVICE.name:
        return ()
    if run.cause_type == Replay.__name__:
        replay = Replay.model_validate_json(run.cause)
        again = {name: getattr(replay, name) for name in REPLAYED}
        return (_requested(run, replay, kit, **again),)
    if run.cause_type != Submission.__name__:
        raise Poison(f"ingest cannot begin from a {run.cause_type}")
    submission = Submission.model_validate_json(run.cause)
    kit.platform.ledger.register_job(run.key.job_id, run.cause)
    return _inspect(run, submission, kit)


def _inspect(run: Run, submission: Submission, kit: Kit) -> tuple[Event, ...]:
    wishes = make_wishes(submission)
    if _age_s(run.arrived_at, kit) > kit.limits.give_up_after_s:
        return _reject(run, submission, wishes, GIVEN_UP, kit)
    try:
        intake = recognise(submission, kit)
        wishes = intake.wishes
        plan = publish_plan(wishes.plan, run.key.job_id, kit)
        inputs = intake.inspect(run.key.job_id, kit)
    except UserError as refusal:
        return _reject(run, submission, wishes, refusal, kit)
    end = kit.platform.ledger.end_of(run.key.job_id, run.key.attempt)
    if end is None:
        asked = {"quality": wishes.quality, "options": wishes.options}
        asked |= {"email": wishes.email, "title": wishes.title}
        found = {"inputs": inputs.artifacts, "photos": inputs.photos, "plan": plan}
        whose = {"owner": submission.owner, "batch": submission.batch}
        told = _estimate(inputs, wishes.quality, submission.start_at, kit)
        seconds = max(0.0, _age_s(run.arrived_at, kit))
        details = asked | found | whose | {"estimate": told, "ingest_seconds": seconds}
        return (_requested(run, submission, kit, **details),)
    # An earlier try refused what this one finds good: its word stands, somebody may know it.
    return _reject(run, submission, wishes, CHANGED, kit)


def _estimate(inputs: Inputs, quality: Quality, start_at: Stage, kit: Kit) -> Estimate | None:
    """What the job will take; None where no photos were looked at."""
    if not inputs.photos:
        return None
    return estimate_here(Ask(inputs.photos, inputs.pixels_per_photo, quality, start_at), kit.fleet)


def _requested(
    run: Run, cause: Submission | Replay, kit: Kit, **details: Any
) -> ReconstructionRequested:
    return originate(
        ReconstructionRequested,
        run.key.job_id,
        run.key.attempt,
        cause.cause_id,
        kit.platform.clock(),
        start_at=cause.start_at,
        **details,
    )


def _reject(
    run: Run, submission: Submission, wishes: Wishes, refusal: UserError, kit: Kit
) -> tuple[Event, ...]:
    rejected = refusal.rejected if isinstance(refusal, CaptureRefused) else ()
    listed = publish_rejected(rejected, run.key.job_id, kit) if rejected else None
    mine = End(EndKind.FAILED, by=SERVICE.name)
    if kit.platform.ledger.claim_end(run.key.job_id, run.key.attempt, mine) != mine:
        return ()
    event = originate(
        CaptureRejected,
        run.key.job_id,
        run.key.attempt,
        submission.cause_id,
        kit.platform.clock(),
        email=wishes.email,
        title=wishes.title,
        reason=refusal.message,
        remedy=refusal.remedy,
        rejected=rejected,
        rejected_list=listed,
        owner=submission.owner,
        batch=submission.batch,
    )
    return (event,)
