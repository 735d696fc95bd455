"""Launch what waits, turn by turn, as long as the account has machines."""

from collections.abc import Iterable

from spaceport_contracts.events import StageStarted
from spaceport_contracts.failure import Failure, FailureClass
from spaceport_runtime.errors import Denied, NoCapacity, Retryable
from spaceport_runtime.lineage import follow
from spaceport_runtime.observe import about, counted, logger
from spaceport_runtime.ports import Platform, Run, RunKey, RunState
from spaceport_runtime.stage.line import LINE_HEAD, tell_places
from spaceport_runtime.stage.outcome import GIVEN_UP, fail, settle, was_given_up
from spaceport_runtime.stage.recipe import Recipe, cause_of, has_ended, waiting_run


def launch_waiting(recipe: Recipe, platform: Platform, in_hand: Iterable[RunKey] = ()) -> None:
    """Launch what waits, in order of turns, as far as the account has machines; tell the rest.

    Only who wants the same kind of machine waits behind one that gets none. `in_hand`: the runs
    that the caller has just written; the index may not show them yet. Of the index only the head
    is read: at most as many runs as can be launched by one call.

    Raises Denied after all have been tried, when AWS refused one of them.
    """
    line = _line(recipe, platform, in_hand)
    refused: list[Denied] = []
    full: dict[tuple[str, bool], list[Run]] = {}
    for run in line:
        with about(run.key.job_id):
            try:
                machine = recipe.machine_of(run)
                if machine in full:
                    full[machine].append(run)
                else:
                    launch(run, recipe, platform)
            except NoCapacity:
                full[machine] = [run]
            except Denied as denied:
                refused.append(denied)
            except Retryable:
                raise
            except Exception as error:  # one that cannot be launched must not block the others
                _give_up(run, error, recipe, platform)
    behind_head = {run.key for run in line[LINE_HEAD:]}
    for waiting in full.values():
        tell_places(waiting, behind_head, recipe, platform)
    if refused:
        raise refused[0]


def _line(recipe: Recipe, platform: Platform, in_hand: Iterable[RunKey]) -> list[Run]:
    line = {run.key: run for run in platform.ledger.waiting_runs(recipe.service.name, LINE_HEAD)}
    for key in in_hand:
        run = waiting_run(key, platform)
        if run is not None:
            line[key] = run
    return sorted(line.values(), key=lambda run: run.turn)


def launch(listed: Run, recipe: Recipe, platform: Platform) -> None:
    """Launch one run's job unless its attempt has ended; a second call changes nothing.

    Raises NoCapacity when the account has no machine left.
    """
    run = waiting_run(listed.key, platform)
    if run is None:
        return
    if has_ended(run, platform):
        drop(run, recipe, platform)
        return
    if was_given_up(run, platform):
        _end_in_vain(run, GIVEN_UP, recipe, platform)
        return
    planned = recipe.launch(run, cause_of(run))
    if not platform.ledger.begin_launch(run.key, platform.clock().isoformat()):
        return
    if not _was_created(run, recipe, platform):
        options = planned.options.model_dump_json().encode()
        platform.store.write(planned.options_uri, options, "application/json")
        platform.jobs.create(planned.kind, planned.request)
    _tell_started(run, recipe, platform)
    if has_ended(run, platform) or was_given_up(run, platform):
        platform.jobs.stop(recipe.job.kind, run.key.job_name)


def _was_created(run: Run, recipe: Recipe, platform: Platform) -> bool:
    """Somebody created the job and died: asked again, a full account might only say that it is."""
    if run.state is RunState.WAITING:
        return False
    return platform.jobs.describe(recipe.job.kind, run.key.job_name) is not None


def _tell_started(run: Run, recipe: Recipe, platform: Platform) -> None:
    now = platform.clock()
    started = follow(
        StageStarted,
        cause_of(run),
        run.key.attempt,
        now,
        recipe.stage,
        stage=recipe.stage,
        instance_type=recipe.job_of(run).instance_type,
    )
    platform.bus.publish(started)
    platform.ledger.mark_running(run.key, now.isoformat())


def _give_up(run: Run, error: Exception, recipe: Recipe, platform: Platform) -> None:
    facts = {"job_name": run.key.job_name} | counted("CannotLaunch")
    logger.exception("cannot launch", extra=facts)
    failure = Failure(
        failure_class=FailureClass.INTERNAL,
        reason=f"The {recipe.stage} job could not be started: {type(error).__name__}: {error}",
        remedy="Run it again; if it repeats, report it.",
    )
    _end_in_vain(run, failure, recipe, platform)


def _end_in_vain(run: Run, failure: Failure, recipe: Recipe, platform: Platform) -> None:
    """End a run that is not launched: the failure is claimed, then stands whoever dies here.

    An earlier try may have created the job, or another Lambda be luckier in this moment. Once the
    outcome is recorded nobody looks at the run again, so the job is stopped before.
    """
    outcome = fail(run, failure, recipe, platform)
    platform.jobs.stop(recipe.job.kind, run.key.job_name)
    settle(run, outcome, platform)


def drop(run: Run, recipe: Recipe, platform: Platform) -> None:
    """Withdraw a run that nobody wants any more, or stop its job.

    Where somebody has begun to launch it, a job may yet appear: the run stays open, so that the
    sweep stops that too and closes the run when it is clear that there is none.
    """
    if not platform.ledger.withdraw(run.key):
        platform.jobs.stop(recipe.job.kind, run.key.job_name)
