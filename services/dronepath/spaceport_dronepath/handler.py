"""The Lambda entry points of dronepath."""

from functools import cache
from typing import Any

from spaceport_dronepath.api import make_api
from spaceport_dronepath.aws import connect_kit
from spaceport_dronepath.ports import Kit
from spaceport_dronepath.service import SERVICE
from spaceport_runtime.aws.connect import connect_queue
from spaceport_runtime.aws.limits import connect_limits
from spaceport_runtime.consume import Backoff, consume
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.settings import PlatformSettings


@cache
def _kit() -> Kit:
    return connect_kit()


@cache
def _limits() -> Limits:
    return connect_limits()


API = make_api(_kit, _limits)


def on_message(event: dict[str, Any], _context: object) -> Any:
    """Nothing is listened to: whatever arrives goes to the dead letters."""
    settings = PlatformSettings()
    backoff = Backoff(settings.retry_base_s, settings.retry_max_s)
    return consume(event, {}, connect_queue(SERVICE.queue_name), backoff)


def on_request(event: dict[str, Any], context: object) -> Any:
    """One request of the HTTP API."""
    return API.resolve(event, context)
