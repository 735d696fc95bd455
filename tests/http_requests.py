"""Requests as API Gateway's HTTP API (payload 2.0) hands them to a function, and storms of them."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

JSON = "application/json"
Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


ADA = "ada"


def claims(subject: str) -> dict[str, Any]:
    """What API Gateway's authorizer says of who signed in."""
    return {"jwt": {"claims": {"sub": subject}}}


def asked_by(subject: str | None, event: dict[str, Any]) -> dict[str, Any]:
    """The request as somebody else sends it, or, with None, as nobody that is known."""
    event["requestContext"].pop("authorizer", None)
    if subject:
        event["requestContext"]["authorizer"] = claims(subject)
    return event


def get(path: str, **query: str) -> dict[str, Any]:
    return http("GET", path, query=query)


def post(path: str, document: Any, content_type: str | None = JSON) -> dict[str, Any]:
    return http("POST", path, json.dumps(document), content_type)


def http(
    method: str,
    path: str,
    body: str | None = None,
    content_type: str | None = None,
    query: dict[str, str] | None = None,
) -> dict[str, Any]:
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": {"content-type": content_type} if content_type else {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": claims(ADA),
        },
        "isBase64Encoded": False,
    }
    if query:
        event["queryStringParameters"] = query
    if body is not None:
        event["body"] = body
    return event


def storm(
    ask: Callable[[Asked], Answered], requests: Sequence[Asked], threads: int = 32
) -> list[Answered]:
    """All at once, with threads that are switched as often as can be; answers in order."""
    with _restless(), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(ask, requests))


@contextmanager
def _restless() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
