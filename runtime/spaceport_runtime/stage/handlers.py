"""The Lambda entry points that the three stages share."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from spaceport_contracts.events import CancellationRequested, Event
from spaceport_runtime.aws.connect import connect, connect_queue
from spaceport_runtime.consume import Backoff, EventHandler, consume
from spaceport_runtime.ports import Platform, Queue
from spaceport_runtime.service import STATE_CHANGE
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.admit import begin
from spaceport_runtime.stage.kit import StageKit
from spaceport_runtime.stage.reconcile import cancel, on_state_change, sweep

MakeKit = Callable[[PlatformSettings], StageKit]


def stage_routes(kit: StageKit, platform: Platform) -> Mapping[str, EventHandler]:
    """The whole of a stage's behaviour: what arrives, and what is called for it."""

    def on_request(event: Event) -> None:
        if isinstance(event, CancellationRequested):
            cancel(event, kit, platform)
        else:
            begin(event, kit, platform)

    def on_change(detail: dict[str, Any]) -> None:
        on_state_change(detail, kit, platform)

    names = [listen.event.detail_type() for listen in kit.service.consumes]
    return {**dict.fromkeys(names, on_request), STATE_CHANGE[kit.kind]: on_change}


class StageHandlers:
    """`on_message` and `on_sweep` of one stage; clients are made at the first call."""

    def __init__(self, make_kit: MakeKit) -> None:
        self._make_kit = make_kit

    @cache  # noqa: B019 - one instance per Lambda, for its whole life
    def _parts(self) -> tuple[StageKit, Platform, Queue, Backoff]:
        settings = PlatformSettings()
        kit = self._make_kit(settings)
        return (
            kit,
            connect(kit.service.name, settings),
            connect_queue(kit.service.queue_name),
            Backoff(settings.retry_base_s, settings.retry_max_s),
        )

    def on_message(self, event: dict[str, Any], _context: object) -> Any:
        """SQS batch -> partial batch response."""
        kit, platform, queue, backoff = self._parts()
        return consume(event, stage_routes(kit, platform), queue, backoff)

    def on_sweep(self, _event: dict[str, Any], _context: object) -> None:
        """Called every few minutes by a schedule."""
        kit, platform, _, _ = self._parts()
        sweep(kit, platform)
