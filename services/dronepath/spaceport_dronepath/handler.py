"""The Lambda entry point of dronepath."""

from functools import cache
from typing import Any

from spaceport_dronepath.api import make_api
from spaceport_dronepath.aws import connect_kit
from spaceport_dronepath.ports import Kit
from spaceport_runtime.aws.limits import connect_limits
from spaceport_runtime.http.limits import Limits


@cache
def _kit() -> Kit:
    return connect_kit()


@cache
def _limits() -> Limits:
    return connect_limits()


API = make_api(_kit, _limits)


def on_request(event: dict[str, Any], context: object) -> Any:
    """One request of the HTTP API."""
    return API.resolve(event, context)
