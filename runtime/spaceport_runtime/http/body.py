"""A request's JSON body, read before anything else looks at it."""

import base64
import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from spaceport_runtime.http.problems import Problem

JSON = "application/json"
# Beyond this nothing that we accept is nested, and everything that walks it can recurse.
MAX_DEPTH = 32
# Neither the type of a form nor text/plain: what a web page of a stranger may post unasked.
NEED_JSON = ("POST", "PUT", "PATCH", "DELETE")


def with_json_body(event: dict[str, Any], method: str, *, wants_body: bool) -> dict[str, Any]:
    """The same request with a body of decoded, sound JSON text, or none where none is wanted.

    Raises Problem: 415 for another content type than JSON, 400 for a body that is no JSON object,
    is nested too deeply, or holds text that is no Unicode or a number beyond all bounds.
    """
    if method not in NEED_JSON:
        return event
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    declared = str(headers.get("content-type") or "").partition(";")[0].strip().lower()
    if declared != JSON and (declared or wants_body or event.get("body")):
        raise _not_json(declared)
    if not wants_body:
        return {**event, "body": None, "isBase64Encoded": False}
    text = _text(event)
    _check(text)
    headers["content-type"] = JSON  # powertools knows it in lower case only
    return {**event, "headers": headers, "body": text, "isBase64Encoded": False}


def _text(event: Mapping[str, Any]) -> str:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body)
    try:
        return base64.b64decode(body, validate=True).decode()
    except ValueError as error:
        raise _bad_body() from error


def _check(text: str) -> None:
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise _bad_body() from error
    if not isinstance(document, dict):
        # A list with one object in it would otherwise pass as that object.
        raise _bad_body()
    _walk(document)


def _walk(document: Any) -> None:
    """Level by level, so that the depth is bounded before anybody recurses."""
    level = [document]
    for _ in range(MAX_DEPTH):
        level = [child for each in level for child in _children(each)]
        if not level:
            return
    raise _too_deep()


def _children(value: Any) -> list[Any]:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            detail = "The request's body holds half of a surrogate pair. Send whole characters."
            raise Problem(HTTPStatus.BAD_REQUEST, detail) from error
        return []
    if isinstance(value, float) and not math.isfinite(value):
        raise _bad_body()
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _bad_body() -> Problem:
    detail = "The request's body is not a JSON object. See docs/openapi.json for examples."
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def _too_deep() -> Problem:
    detail = f"The request's body is nested too deeply. Use at most {MAX_DEPTH} levels."
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def _not_json(declared: str) -> Problem:
    given = f"{declared[:100]} is" if declared else "A body without a type is"
    detail = f"{given} not accepted here. Send JSON, with the header Content-Type: {JSON}."
    return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
