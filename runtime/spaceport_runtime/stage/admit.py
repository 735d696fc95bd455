"""Admit a request: a stage's run of a job's attempt begins once, however often it is asked for.

Every function of a stage is safe to run again from the top, at any time, by several Lambdas at
once. The ledger's conditional writes and the SageMaker job's name decide who was first; the rest
is asked of SageMaker and S3 (`reconcile.py`).
"""

from spaceport_contracts.events import Event
from spaceport_runtime.ports import Platform, Run, RunKey
from spaceport_runtime.stage.launch import launch_waiting
from spaceport_runtime.stage.recipe import Recipe, waiting_run
from spaceport_runtime.stage.turns import next_lap


def begin(cause: Event, recipe: Recipe, platform: Platform) -> None:
    """Handle an event that asks for this stage."""
    key = RunKey(recipe.service.name, cause.job_id, cause.attempt)
    arrived_at = platform.clock().isoformat()
    lap = next_lap(key.stage, cause.tenant, platform.ledger)
    run = Run(
        key,
        arrived_at,
        cause.detail_type(),
        cause.model_dump_json(),
        tenant=cause.tenant,
        lap=lap,
    )
    if platform.ledger.admit(run) or waiting_run(key, platform):
        launch_waiting(recipe, platform, [key])
