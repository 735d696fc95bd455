"""The Lambda functions of the pipeline, put together from the real handlers and fake ports."""

from collections.abc import Callable
from dataclasses import dataclass

from spaceport_compress import handler as compress
from spaceport_runtime.consume import EventHandler
from spaceport_runtime.ports import Platform
from spaceport_runtime.reconcile import sweep
from spaceport_runtime.service import Service
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage_handlers import MakeKit, stage_routes
from spaceport_sfm import handler as sfm
from spaceport_train import handler as train

BUCKET = "spaceport"


@dataclass(frozen=True)
class Function:
    """One service: what it listens to and what it does."""

    service: Service
    routes: dict[str, EventHandler]
    sweep: Callable[[], None]


def stage_functions(platform_of: Callable[[str], Platform]) -> list[Function]:
    """sfm, train and compress."""
    return [
        _stage(make_kit, platform_of)
        for make_kit in (sfm.make_kit, train.make_kit, compress.make_kit)
    ]


def _stage(make_kit: MakeKit, platform_of: Callable[[str], Platform]) -> Function:
    kit = make_kit(PlatformSettings(bucket=BUCKET))
    platform = platform_of(kit.service.name)
    return Function(kit.service, dict(stage_routes(kit, platform)), lambda: sweep(kit, platform))
