"""The Lambda entry points of notify."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from spaceport_notify.api import make_api
from spaceport_notify.aws.connect import connect_kit
from spaceport_notify.letters.silence import BOUNCED, COMPLAINED, on_feedback
from spaceport_notify.ports import Kit
from spaceport_notify.service import SERVICE
from spaceport_notify.settings import Settings
from spaceport_notify.tell import tell
from spaceport_notify.webhooks.deliver import NOTE, on_due
from spaceport_runtime.aws.limits import connect_limits
from spaceport_runtime.consume import Backoff, EventHandler, consume
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.settings import PlatformSettings


def routes(kit: Kit) -> Mapping[str, EventHandler]:
    """The whole of notify's behaviour: every event is told in the same way, SES's are heeded."""
    names = [listen.event.detail_type() for listen in SERVICE.consumes]
    events: dict[str, EventHandler] = dict.fromkeys(names, partial(tell, kit=kit))
    mail = dict.fromkeys((BOUNCED, COMPLAINED), partial(on_feedback, kit=kit))
    return events | mail | {NOTE: partial(on_due, kit=kit)}


@cache
def _kit() -> Kit:
    return connect_kit(Settings(), PlatformSettings())


@cache
def _backoff() -> Backoff:
    settings = PlatformSettings()
    return Backoff(settings.retry_base_s, settings.retry_max_s)


@cache
def _limits() -> Limits:
    return connect_limits()


API = make_api(_kit, _limits)


def on_message(event: dict[str, Any], _context: object) -> Any:
    """SQS batch -> partial batch response."""
    kit = _kit()
    return consume(event, routes(kit), kit.queue, _backoff())


def on_request(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway HTTP API request -> response."""
    return API.resolve(event, context)
