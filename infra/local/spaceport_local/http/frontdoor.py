"""The HTTP API on this machine: API Gateway's HTTP API (payload 2.0) in front of the handlers.

Who asks is settled here, as the JWT authorizer does, and the handlers read the same claims. What is
no route is a page of the web app, on the same origin.
"""

import base64
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from spaceport_local.account import ACCOUNT
from spaceport_local.functions.function import Function
from spaceport_local.http.outbox import OutboxPages
from spaceport_local.http.pages import NOT_SIGNED_IN, READS, Pages, takes_html
from spaceport_local.http.signin import UNKNOWN, SignIn
from spaceport_topology.wiring import RouteSpec

TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-www-form-urlencoded")
# Handlers know the caller by the claims; what proves them is nothing that they could log.
NOT_PASSED_ON = ("authorization", "cookie")
log = logging.getLogger("spaceport.local")


SESSION = "/session"


class FrontDoor:
    """A WSGI app that answers the declared routes to people it knows, and pages to everybody."""

    def __init__(
        self,
        routes: Sequence[RouteSpec],
        functions: Mapping[str, Function],
        sign_in: SignIn,
        pages: Pages,
        outbox: OutboxPages | None = None,
    ) -> None:
        self._functions = functions
        self._sign_in = sign_in
        self._pages = pages
        self._outbox = outbox or OutboxPages(None, sign_in)
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
            response = self._welcome(request) or self._mail(request) or self._answer(request)
        except HTTPException as error:
            response = self._page(request, error) or _refusal(request, error)
        except Exception:  # as API Gateway: a broken function is a 500 to the caller
            log.exception("%s %s failed", request.method, request.path)
            response = problem(
                500, "Internal Server Error", "Spaceport could not answer. Try again."
            )
        return response(environ, start_response)

    def _welcome(self, request: Request) -> Response | None:
        """A visit by the printed link becomes a session, and the token leaves the address."""
        if request.method not in READS:
            return None
        token = request.args.get("token")
        if token is not None and (request.path == SESSION or takes_html(request)):
            cookie = self._sign_in.cookie_for(token, request)
            if cookie is None:
                return self._pages.plain(401, NOT_SIGNED_IN)
            path = "/" if request.path == SESSION else quote(f"/{request.path.lstrip('/')}")
            return _told({"Location": path, "Set-Cookie": cookie}, 303)
        if request.path == SESSION:
            session = self._sign_in.session(request)
            return _told({}, 200, json.dumps(session.as_json()))
        return None

    def _mail(self, request: Request) -> Response | None:
        """The outbox, for the owner; who is not signed in is told how to."""
        found = self._outbox.answer(request)
        if found is None and request.path.split("/")[1:2] == ["outbox"]:
            if self._sign_in.subject_of(request) is None:
                return self._unknown(request)
            raise NotFound
        return found

    def _answer(self, request: Request) -> Response:
        route, parameters = self._map.bind_to_environ(request.environ).match()
        subject = None if route.is_open else self._sign_in.subject_of(request)
        if subject is None and not route.is_open:
            return self._unknown(request)
        event = as_event(request, route, parameters, subject)
        return as_response(self._functions[route.service].on_request(event))

    def _unknown(self, request: Request) -> Response:
        if takes_html(request):
            return self._pages.plain(401, NOT_SIGNED_IN)
        answer = problem(401, "Unauthorized", UNKNOWN)
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def _page(self, request: Request, error: HTTPException) -> Response | None:
        return self._pages.answer(request) if isinstance(error, NotFound) else None


def _told(headers: Mapping[str, str], status: int, body: str = "") -> Response:
    """An answer that is about one visitor."""
    own = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(body, status, {**own, **headers}, content_type="application/json")


def _werkzeug_path(path: str) -> str:
    """`/jobs/{job_id}` -> `/jobs/<job_id>`."""
    return path.replace("{", "<").replace("}", ">")


def as_event(
    request: Request, route: RouteSpec, parameters: Mapping[str, Any], subject: str | None
) -> dict[str, Any]:
    """The request as API Gateway passes it to a function."""
    body, is_base64 = _body(request)
    route_key = f"{route.method} {route.path}"
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": {
            name.lower(): value
            for name, value in request.headers.items()
            if name.lower() not in NOT_PASSED_ON
        },
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
    if subject is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": subject}}}
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
    if not content:
        del response.headers["Content-Type"]  # of nothing
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
