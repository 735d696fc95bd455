"""Bring a run to its one outcome by asking SageMaker and S3. A push is a trigger, not a truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from spaceport_contracts.failure import Failure, FailureClass
from spaceport_runtime.observe import about, logger
from spaceport_runtime.ports import EndKind, JobStatus, Platform, Run, RunKey, RunState
from spaceport_runtime.stage.failures import PASSING_RETRIES, classify
from spaceport_runtime.stage.launch import launch_waiting
from spaceport_runtime.stage.outcome import (
    GIVEN_UP,
    NOTHING,
    Outcome,
    claim,
    deliver,
    fail,
    retry,
    settle,
    was_given_up,
)
from spaceport_runtime.stage.outputs import OutputsBroken, verify_outputs
from spaceport_runtime.stage.patience import end_vain_waits
from spaceport_runtime.stage.recipe import Finished, Recipe, cause_of, has_ended

LOST_AFTER_S = 60.0
OVERDUE_GRACE_S = 900.0


def on_state_change(detail: dict[str, Any], recipe: Recipe, platform: Platform) -> None:
    """Handle SageMaker's state-change event: look at the run it names, then fill the free slot."""
    name = str(detail.get(f"{recipe.job.kind.capitalize()}JobName", ""))
    key = parse_job_name(name)
    run = platform.ledger.get(key) if key else None
    if run is not None:
        with about(run.key.job_id):
            again = reconcile(run, recipe, platform)
        launch_waiting(recipe, platform, [again] if again else [])


def sweep(recipe: Recipe, platform: Platform) -> None:
    """Heal what a lost event left behind: every open run of the stage is looked at.

    One run that breaks does not keep the others ill; raises ExceptionGroup at the end.
    """
    runs = platform.ledger.open_runs(recipe.service.name)
    broken: list[Exception] = []
    in_hand: list[RunKey] = []
    for run in runs:
        with about(run.key.job_id), _kept_in(broken):
            again = reconcile(platform.ledger.get(run.key) or run, recipe, platform)
            in_hand += [again] if again else []
    with _kept_in(broken):
        launch_waiting(recipe, platform, in_hand)
    with _kept_in(broken):
        end_vain_waits(runs, recipe, platform)
    if broken:
        raise ExceptionGroup("what this sweep could not heal", broken)


@contextmanager
def _kept_in(broken: list[Exception]) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        logger.warning("not healed", extra={"reason": repr(error)})
        broken.append(error)


def parse_job_name(name: str) -> RunKey | None:
    """`sfm-0123456789ab-01` -> its run; None for a job that is not ours."""
    parts = name.split("-")
    if len(parts) != 3 or not parts[2].isdigit():
        return None
    return RunKey(parts[0], parts[1], int(parts[2]))


def reconcile(run: Run, recipe: Recipe, platform: Platform) -> RunKey | None:
    """Look at the run's job and settle the run when the job is over.

    Returns the run that waits for a machine because of it, if there is one.
    """
    if run.state is RunState.WAITING:
        return None
    if run.state is RunState.FINISHED:
        deliver(run.key, platform)
        return None
    status = platform.jobs.describe(recipe.job.kind, run.key.job_name)
    if status is None:
        return _find_lost(run, platform)
    if not status.is_over:
        _watch(run, recipe, platform)
        return None
    outcome = _judge(run, status, recipe, platform)
    settle(run, outcome, platform)
    return outcome.again


def _find_lost(run: Run, platform: Platform) -> RunKey | None:
    """What SageMaker does not know (and not merely not yet) is launched again, if it is wanted."""
    if not run.launched_at or age_s(run.launched_at, platform) <= LOST_AFTER_S:
        return None
    if has_ended(run, platform):
        settle(run, NOTHING, platform)
        return None
    platform.ledger.rewind(run)
    return run.key


def _watch(run: Run, recipe: Recipe, platform: Platform) -> None:
    if _is_overdue(run, recipe, platform) or has_ended(run, platform):
        platform.jobs.stop(recipe.job.kind, run.key.job_name)


def _is_overdue(run: Run, recipe: Recipe, platform: Platform) -> bool:
    longest_s = max(recipe.job.max_runtime_s, recipe.job.max_wait_s)
    return _running_s(run, platform) > longest_s + OVERDUE_GRACE_S


def _running_s(run: Run, platform: Platform) -> float:
    return age_s(run.launched_at or run.arrived_at, platform)


def age_s(since: str, platform: Platform) -> float:
    """Seconds since a moment in the ledger."""
    return (platform.clock() - datetime.fromisoformat(since)).total_seconds()


def _judge(run: Run, status: JobStatus, recipe: Recipe, platform: Platform) -> Outcome:
    """What a run whose job is over comes to; nothing when its attempt has ended otherwise."""
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    if end is not None and end.by != recipe.service.name:
        return NOTHING
    if end is not None and end.kind is EndKind.SUPERSEDED:
        return retry(run, recipe, platform)
    if status.status == "Completed" and was_given_up(run, platform):
        return fail(run, GIVEN_UP, recipe, platform)
    if status.status == "Completed":
        try:
            return _complete(run, recipe, platform)
        except OutputsBroken as broken:
            return fail(run, _broken(broken), recipe, platform)
    return fail(run, _failure_of(run, status, recipe, platform), recipe, platform)


def _broken(broken: OutputsBroken) -> Failure:
    return Failure(
        failure_class=FailureClass.INTERNAL,
        reason=str(broken),
        remedy="Run it again.",
        retries=PASSING_RETRIES,
    )


def _failure_of(run: Run, status: JobStatus, recipe: Recipe, platform: Platform) -> Failure:
    if status.status == "Stopped" and _is_overdue(run, recipe, platform):
        return Failure(
            failure_class=FailureClass.TIMEOUT,
            reason="The stage hung and was stopped.",
            remedy="Run it again from this stage; if it repeats, choose a lower quality.",
        )
    return classify(status)


def _complete(run: Run, recipe: Recipe, platform: Platform) -> Outcome:
    result, outputs = verify_outputs(platform.store, recipe.outputs_of(run), recipe.result_type)
    cause = cause_of(run)
    order = recipe.order(cause)
    finished = Finished(
        run=run,
        cause=cause,
        quality=order.quality,
        options=order.options,
        result=result,
        outputs=outputs,
        seconds=_running_s(run, platform),
        at=platform.clock(),
    )
    event = recipe.announce(finished)
    if recipe.ends_job and not claim(run, EndKind.DELIVERED, recipe, platform):
        return NOTHING
    return Outcome((event,))
