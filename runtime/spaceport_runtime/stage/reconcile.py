"""Bring a run to its one outcome by asking SageMaker and S3. A push is a trigger, not a truth."""

from datetime import datetime, timedelta
from typing import Any

from spaceport_contracts.events import CancellationRequested, Event, FailureClass, JobCancelled
from spaceport_runtime.lineage import follow, to_outbox
from spaceport_runtime.ports import End, EndKind, JobStatus, Platform, Run, RunKey, RunState
from spaceport_runtime.stage.admit import drop, launch_waiting
from spaceport_runtime.stage.failures import Failure, classify
from spaceport_runtime.stage.kit import Finished, StageKit, cause_of, has_ended
from spaceport_runtime.stage.outcome import claim, deliver, fail, retry
from spaceport_runtime.stage.outputs import OutputsBroken, verify_outputs

LOST_AFTER_S = 60.0
OVERDUE_GRACE_S = 900.0


def on_state_change(detail: dict[str, Any], kit: StageKit, platform: Platform) -> None:
    """Handle SageMaker's state-change event: look at the run it names, then fill the free slot."""
    name = str(detail.get(f"{kit.kind.capitalize()}JobName", ""))
    key = parse_job_name(name)
    run = platform.ledger.get(key) if key else None
    if run is not None:
        reconcile(run, kit, platform)
        launch_waiting(kit, platform)


def sweep(kit: StageKit, platform: Platform) -> None:
    """Heal what a lost event left behind: every open run of the stage is looked at."""
    broken: list[Exception] = []
    for run in platform.ledger.open_runs(kit.service.name):
        try:
            if run.state is not RunState.WAITING:
                reconcile(run, kit, platform)
        except Exception as error:  # one run that cannot be healed must not keep the others ill
            broken.append(error)
    launch_waiting(kit, platform)
    if broken:
        raise ExceptionGroup("runs that could not be reconciled", broken)


def parse_job_name(name: str) -> RunKey | None:
    """`sfm-0123456789ab-01` -> its run; None for a job that is not ours."""
    parts = name.split("-")
    if len(parts) != 3 or not parts[2].isdigit():
        return None
    return RunKey(parts[0], parts[1], int(parts[2]))


def reconcile(run: Run, kit: StageKit, platform: Platform) -> None:
    """Look at the run's job and settle the run when the job is over."""
    if run.state is RunState.FINISHED:
        deliver(run.key, platform)
        return
    status = platform.jobs.describe(kit.kind, run.key.job_name)
    if status is None:
        _find_lost(run, platform)
    elif not status.is_over:
        _watch(run, kit, platform)
    else:
        events = _settle(run, status, kit, platform)
        platform.ledger.finish(run.key, to_outbox(events))
        deliver(run.key, platform)


def _find_lost(run: Run, platform: Platform) -> None:
    """A job that SageMaker does not know (and not merely not yet) is launched again."""
    if run.launched_at and _age_s(run.launched_at, platform) > LOST_AFTER_S:
        platform.ledger.rewind(run.key)


def _watch(run: Run, kit: StageKit, platform: Platform) -> None:
    launched_at = run.launched_at or run.arrived_at
    overdue = _age_s(launched_at, platform) > kit.max_runtime_s + OVERDUE_GRACE_S
    if overdue or has_ended(run, platform):
        platform.jobs.stop(kit.kind, run.key.job_name)


def _age_s(since: str, platform: Platform) -> float:
    age: timedelta = platform.clock() - datetime.fromisoformat(since)
    return age.total_seconds()


def _settle(run: Run, status: JobStatus, kit: StageKit, platform: Platform) -> tuple[Event, ...]:
    """The events that the run ends with; none when its attempt has ended otherwise."""
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    if end is not None and end.by != kit.service.name:
        return ()
    if end is not None and end.kind is EndKind.SUPERSEDED:
        retry(run, kit, platform)
        return ()
    if status.status == "Completed":
        try:
            return _complete(run, kit, platform)
        except OutputsBroken as broken:
            failure = Failure(FailureClass.INTERNAL, str(broken), "Run it again.", passing=True)
            return fail(run, failure, kit, platform)
    return fail(run, _failure_of(run, status, kit, platform), kit, platform)


def _failure_of(run: Run, status: JobStatus, kit: StageKit, platform: Platform) -> Failure:
    overdue_s = kit.max_runtime_s + OVERDUE_GRACE_S
    if (
        status.status == "Stopped"
        and _age_s(run.launched_at or run.arrived_at, platform) > overdue_s
    ):
        return Failure(
            FailureClass.TIMEOUT,
            "The stage hung and was stopped.",
            "Run it again from this stage; if it repeats, choose a lower quality.",
        )
    return classify(status)


def _complete(run: Run, kit: StageKit, platform: Platform) -> tuple[Event, ...]:
    result, outputs = verify_outputs(platform.store, kit.output_prefix(run), kit.result_type)
    seconds = _age_s(run.launched_at or run.arrived_at, platform)
    cause = cause_of(run)
    event = kit.announce(Finished(run, cause, result, outputs, seconds), platform)
    if kit.ends_job and not claim(run, EndKind.DELIVERED, kit, platform):
        return ()
    return (event,)


def cancel(request: CancellationRequested, kit: StageKit, platform: Platform) -> None:
    """Handle a cancellation: end the attempt unless it has ended, and stop what runs for it."""
    attempt = _cancelled_attempt(request, platform)
    if attempt is None:
        return
    key = RunKey(kit.service.name, request.job_id, attempt)
    run = platform.ledger.get(key)
    if run is not None and run.state is RunState.WAITING:
        drop(run, kit, platform)
    elif run is not None:
        platform.jobs.stop(kit.kind, key.job_name)
    platform.bus.publish(follow(JobCancelled, request, attempt, platform.clock()))


def _cancelled_attempt(request: CancellationRequested, platform: Platform) -> int | None:
    """The attempt that this request ends, or has ended before; None when it came too late."""
    attempt = request.attempt
    mine = End(EndKind.CANCELLED, by="cancellation")
    end = platform.ledger.claim_end(request.job_id, attempt, mine)
    while end.kind is EndKind.SUPERSEDED and end.next_attempt is not None:
        attempt = end.next_attempt
        end = platform.ledger.claim_end(request.job_id, attempt, mine)
    return attempt if end == mine else None
