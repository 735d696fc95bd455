"""Nobody waits for ever: a quota of zero, or a launch that AWS keeps refusing, has a deadline.

A long line is no trouble as long as it moves. What is counted is the time in which a stage's runs
wait although none of them runs.
"""

from collections.abc import Iterable
from datetime import datetime

from spaceport_contracts.failure import Failure, FailureClass
from spaceport_runtime.ports import Platform, Run, RunState
from spaceport_runtime.stage.outcome import fail, settle
from spaceport_runtime.stage.recipe import Recipe


def end_vain_waits(listed: Iterable[Run], recipe: Recipe, platform: Platform) -> None:
    """Note who waits in vain and since when; who has for too long is told that it is over.

    `listed`: the stage's open runs, before the sweep launched what it could.
    """
    runs = [run for run in map(platform.ledger.get, (run.key for run in listed)) if run]
    in_vain = not any(run.state is RunState.RUNNING for run in runs)
    for run in runs:
        if run.is_waiting:
            _note(run, in_vain, recipe, platform)


def _note(run: Run, in_vain: bool, recipe: Recipe, platform: Platform) -> None:
    now = platform.clock()
    if not in_vain:
        if run.vain_since is not None:
            platform.ledger.remember_vain(run.key, None)
    elif run.vain_since is None:
        platform.ledger.remember_vain(run.key, now.isoformat())
    elif (now - datetime.fromisoformat(run.vain_since)).total_seconds() > (
        recipe.settings.vain_wait_s
    ):
        settle(run, fail(run, _failure(run, recipe), recipe, platform), platform)


def _failure(run: Run, recipe: Recipe) -> Failure:
    instance_type = recipe.job_of(run).instance_type
    hours = recipe.settings.vain_wait_s / 3600
    return Failure(
        failure_class=FailureClass.INTERNAL,
        reason=f"No machine of the type {instance_type} could be had for {hours:g} hours: the "
        "account's quota for it is zero or used by others, or the launch was refused.",
        remedy=f"Have the operator raise the quota for {instance_type} or mend what the log calls "
        "denied, then run it again from this stage.",
    )
