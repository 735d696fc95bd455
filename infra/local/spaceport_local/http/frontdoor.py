"""The HTTP API on this machine: API Gateway's HTTP API (payload 2.0) in front of the handlers."""

import base64
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from spaceport_local.account import ACCOUNT
from spaceport_local.functions.function import Function
from spaceport_topology.wiring import RouteSpec

TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-www-form-urlencoded")
log = logging.getLogger("spaceport.local")


class FrontDoor:
    """A WSGI app that answers the declared routes."""

    def __init__(self, routes: Sequence[RouteSpec], functions: Mapping[str, Function]) -> None:
        self._functions = functions
        self._map = Map(
            [
                Rule(_werkzeug_path(route.path), methods=[route.method], endpoint=route)
                for route in routes
            ],
            strict_slashes=False,
        )

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer one request."""
        request = Request(environ)
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = _refusal(request, error)
        except Exception:  # as API Gateway: a broken function is a 500 to the caller
            log.exception("%s %s failed", request.method, request.path)
            response = problem(
                500, "Internal Server Error", "Spaceport could not answer. Try again."
            )
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        route, parameters = self._map.bind_to_environ(request.environ).match()
        event = as_event(request, route, parameters)
        return as_response(self._functions[route.service].on_request(event))


def _werkzeug_path(path: str) -> str:
    """`/jobs/{job_id}` -> `/jobs/<job_id>`."""
    return path.replace("{", "<").replace("}", ">")


def as_event(request: Request, route: RouteSpec, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The request as API Gateway passes it to a function."""
    body, is_base64 = _body(request)
    route_key = f"{route.method} {route.path}"
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": request.host,
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
                "sourceIp": request.remote_addr or "127.0.0.1",
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": round(now * 1000),
        },
        "isBase64Encoded": is_base64,
    }
    if body is not None:
        event["body"] = body
    if parameters:
        event["pathParameters"] = dict(parameters)
    if request.args:
        event["queryStringParameters"] = {
            name: ",".join(request.args.getlist(name)) for name in request.args
        }
    return event


def _body(request: Request) -> tuple[str | None, bool]:
    content = request.get_data()
    if not content:
        return None, False
    if not request.mimetype or request.mimetype.startswith(TEXT_TYPES):
        try:
            return content.decode(), False
        except UnicodeDecodeError:
            pass  # not text after all: passed on as what it is
    return base64.b64encode(content).decode(), True


def as_response(answer: Any) -> Response:
    """What a function returned, as HTTP; a value without a status code is a JSON body."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return Response(json.dumps(answer), 200, content_type="application/json")
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body
    response = Response(content, int(answer["statusCode"]))
    for name, value in (answer.get("headers") or {}).items():
        response.headers[name] = str(value)
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        response.headers.setlist(name, [str(value) for value in values])
    for cookie in answer.get("cookies") or ():
        response.headers.add("Set-Cookie", cookie)
    return response


def problem(status: int, title: str, detail: str) -> Response:
    """An error as RFC 9457 wants it."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(json.dumps(document), status, content_type="application/problem+json")


def _refusal(request: Request, error: HTTPException) -> Response:
    details = {
        404: f"There is nothing at {request.path}. See docs/openapi.json for what there is.",
        405: f"{request.path} does not answer {request.method}.",
    }
    status = error.code or 500
    answer = problem(status, error.name, details.get(status, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            answer.headers[name] = value
    return answer
