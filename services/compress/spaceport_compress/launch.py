"""The SageMaker request of a compress run."""

from dataclasses import replace

from spaceport_compress.service import JOB
from spaceport_compress.settings import Settings
from spaceport_contracts.events import Event, ReconstructionRequested, SplatTrained
from spaceport_runtime.errors import Poison
from spaceport_runtime.ports import Run
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.requests import JobOrder, LaunchPlan, processing_plan


def plan(run: Run, cause: Event, settings: Settings, platform: PlatformSettings) -> LaunchPlan:
    """A .ply in, a .sog out."""
    match cause:
        case SplatTrained(outputs=splat) | ReconstructionRequested(inputs=splat):
            prefix, quality = splat.prefix, cause.quality
        case _:
            raise Poison(f"compress cannot begin from a {cause.detail_type()}")
    order = JobOrder(
        run=run,
        correlation_id=cause.correlation_id,
        cause_id=cause.event_id,
        quality=quality,
        inputs={"splat": prefix},
    )
    spec = replace(JOB, instance_type=settings.instance_type)
    return processing_plan(order, spec, settings.image, platform)
