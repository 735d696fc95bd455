"""The SageMaker request of an sfm run."""

from dataclasses import replace

from spaceport_contracts.events import Event, ReconstructionRequested
from spaceport_runtime.errors import Poison
from spaceport_runtime.ports import Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.requests import JobOrder, LaunchPlan, processing_plan
from spaceport_sfm.service import JOB
from spaceport_sfm.settings import Settings


def plan(run: Run, cause: Event, settings: Settings, platform: PlatformSettings) -> LaunchPlan:
    """Photos and capture.json in, a sparse model out."""
    if not isinstance(cause, ReconstructionRequested):
        raise Poison(f"sfm cannot begin from a {cause.detail_type()}")
    order = JobOrder(
        run=run,
        correlation_id=cause.correlation_id,
        cause_id=cause.event_id,
        quality=cause.quality,
        inputs={"photos": cause.inputs.prefix, "capture": cause.inputs.index.uri},
    )
    spec = replace(JOB, instance_type=settings.instance_type)
    return processing_plan(order, spec, settings.image, platform)
