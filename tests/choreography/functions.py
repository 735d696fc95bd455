"""The Lambda functions of the pipeline, put together from the real handlers and fake ports."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from spaceport_compress import handler as compress
from spaceport_ingest import handler as ingest
from spaceport_ingest.ports import Kit
from spaceport_ingest.service import SERVICE as INGEST
from spaceport_notify import handler as notify
from spaceport_notify.ports import Kit as NotifyKit
from spaceport_notify.service import SERVICE as NOTIFY
from spaceport_runtime.consume import EventHandler
from spaceport_runtime.ports import Platform
from spaceport_runtime.service import Service
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import StageHandlers
from spaceport_runtime.stage.handlers import routes as stage_routes
from spaceport_runtime.stage.recipe import Recipe
from spaceport_runtime.stage.reconcile import sweep
from spaceport_sfm import handler as sfm
from spaceport_train import handler as train

BUCKET = "spaceport"


@dataclass(frozen=True)
class Function:
    """One service: what it listens to and what it does."""

    service: Service
    routes: dict[str, EventHandler]
    sweep: Callable[[], None]

    @cached_property
    def patterns(self) -> tuple[dict[str, Any], ...]:
        """What its rules let through."""
        return tuple(rule.pattern for rule in self.service.rules(BUCKET))


def all_functions(
    platform_of: Callable[[str], Platform], kit: Kit, notify_kit: NotifyKit
) -> dict[str, Function]:
    """Every service by name."""
    stages = [_stage(each.HANDLERS, platform_of) for each in (sfm, train, compress)]
    first = Function(INGEST, dict(ingest.routes(kit)), lambda: ingest.sweep_all(kit))
    last = Function(NOTIFY, dict(notify.routes(notify_kit)), lambda: None)
    return {function.service.name: function for function in (first, *stages, last)}


@cache
def recipe_of(handlers: StageHandlers) -> Recipe:
    """The environment is the same for all worlds: it is read once."""
    return handlers.recipe(PlatformSettings(bucket=BUCKET))


def _stage(handlers: StageHandlers, platform_of: Callable[[str], Platform]) -> Function:
    recipe = recipe_of(handlers)
    platform = platform_of(recipe.service.name)
    return Function(
        recipe.service, dict(stage_routes(recipe, platform)), lambda: sweep(recipe, platform)
    )
