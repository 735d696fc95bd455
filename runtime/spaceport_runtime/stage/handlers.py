"""The Lambda entry points that the three stages share."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from spaceport_contracts.events import CancellationRequested, Event, JobDeleted
from spaceport_runtime.aws.connect import connect, connect_queue
from spaceport_runtime.consume import Backoff, EventHandler, consume
from spaceport_runtime.ports import Platform, Queue
from spaceport_runtime.service import STATE_CHANGE, Service
from spaceport_runtime.settings import PlatformSettings, StageSettings
from spaceport_runtime.stage.admit import begin
from spaceport_runtime.stage.cancel import cancel, forget
from spaceport_runtime.stage.recipe import Finished, Recipe, Result
from spaceport_runtime.stage.reconcile import on_state_change, sweep
from spaceport_runtime.stage.requests import Order


def stage(
    service: Service,
    settings_type: type[StageSettings],
    result_type: type[Result],
    order: Callable[[Event], Order],
    announce: Callable[[Finished[Result]], Event],
) -> "StageHandlers":
    """A stage's functions, made of its declaration and what only this stage knows.

    `order`: what its job is given for an event that asks for the stage (raises Poison for another
    event); `announce`: the completion event of a job whose outputs were checked.
    """

    def make_recipe(settings: PlatformSettings) -> Recipe:
        if service.job is None:
            raise TypeError(f"{service.name} declares no job")
        job = settings_type().applied_to(service.job)
        return Recipe(service, job, result_type, order, announce, settings)

    return StageHandlers(make_recipe)


def routes(recipe: Recipe, platform: Platform) -> Mapping[str, EventHandler]:
    """The whole of a stage's behaviour: what arrives, and what is called for it."""

    def on_request(event: Event) -> None:
        if isinstance(event, CancellationRequested):
            cancel(event, recipe, platform)
        elif isinstance(event, JobDeleted):
            forget(event, recipe, platform)
        else:
            begin(event, recipe, platform)

    def on_change(detail: dict[str, Any]) -> None:
        on_state_change(detail, recipe, platform)

    names = [listen.event.detail_type() for listen in recipe.service.consumes]
    return {**dict.fromkeys(names, on_request), STATE_CHANGE[recipe.job.kind]: on_change}


class StageHandlers:
    """`on_message` and `on_sweep` of one stage; clients are made at the first call."""

    def __init__(self, make_recipe: Callable[[PlatformSettings], Recipe]) -> None:
        self.recipe = make_recipe

    @cache  # noqa: B019 - one instance per Lambda, for its whole life
    def _parts(self) -> tuple[Recipe, Platform, Queue, Backoff]:
        settings = PlatformSettings()
        recipe = self.recipe(settings)
        return (
            recipe,
            connect(recipe.service.name, settings),
            connect_queue(recipe.service.queue_name),
            Backoff(settings.retry_base_s, settings.retry_max_s),
        )

    def on_message(self, event: dict[str, Any], _context: object) -> Any:
        """SQS batch -> partial batch response."""
        recipe, platform, queue, backoff = self._parts()
        return consume(event, routes(recipe, platform), queue, backoff)

    def on_sweep(self, _event: dict[str, Any], _context: object) -> None:
        """Called every few minutes by a schedule."""
        recipe, platform, _, _ = self._parts()
        sweep(recipe, platform)
