"""moto's server, with a tap on what goes through it.

The tap sees every request after moto has carried it out and before the caller hears of it. So what
must outlive this process is on disk before anybody relies on it, and a poller wakes up when there
may be something to poll.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Response

from spaceport_local.aws.dispatch import scope_of
from spaceport_local.aws.json_bodies import is_readable
from spaceport_local.disk.room import ERRNOS
from spaceport_local.http.refusals import DISK_FULL, SENTENCES, Refusal, aws_json_page, s3_page
from spaceport_local.http.server import WsgiApp

Environ = dict[str, Any]
UNREADABLE = Refusal(
    400, "The body is not JSON that can be worked on: send plain JSON.", "SerializationException"
)
DISK_IS_FULL = Refusal(500, SENTENCES[DISK_FULL], "InternalServerError")


@dataclass(frozen=True)
class Call:
    """A request that moto carried out."""

    method: str
    path: str
    query: str
    target: str
    scope: str
    body: bytes

    @property
    def place(self) -> tuple[str, str]:
        """Bucket and key of an S3 request."""
        bucket, _, key = (
            self.path.encode("latin-1").decode(errors="replace").lstrip("/").partition("/")
        )
        return bucket, key


class Observer(Protocol):
    """Somebody who wants to know of calls."""

    def wants(self, call: Call) -> bool:
        """Whether the call changes anything that the observer keeps."""

    def lock(self) -> AbstractContextManager[Any] | None:
        """Held around the call, when the order of calls matters."""

    def seen(self, call: Call) -> None:
        """The call succeeded."""


class Responder(Protocol):
    """Somebody who answers some calls in moto's stead."""

    def answer(self, call: Call, environ: Environ) -> Response | None:
        """The response, or None to leave the call to moto."""


class Tap:
    """WSGI middleware that tells observers what moto did."""

    def __init__(self, app: WsgiApp, responder: Responder, observers: Sequence[Observer]) -> None:
        self._app = app
        self._responder = responder
        self._observers = observers

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Carry out one request."""
        call = _call_of(environ)
        if call.target and not is_readable(call.body):
            return _refuse(call, UNREADABLE, start_response)
        response = self._responder.answer(call, environ)
        if response is not None:
            return response(environ, start_response)
        interested = [observer for observer in self._observers if observer.wants(call)]
        if not interested:
            return self._app(environ, start_response)
        answered: list[tuple[Any, ...]] = []
        with ExitStack() as locks:
            for observer in interested:
                if lock := observer.lock():
                    locks.enter_context(lock)
            body = self._app(environ, lambda *answer: answered.append(answer))
            if answered[-1][0].startswith("2"):
                try:
                    for observer in interested:
                        observer.seen(call)
                except OSError as error:
                    if error.errno not in ERRNOS:
                        raise
                    return _refuse(call, DISK_IS_FULL, start_response)
        start_response(*answered[-1])
        return body


def _refuse(call: Call, refusal: Refusal, start_response: Any) -> list[bytes]:
    """S3's clients are told that the disk is full; AWS's others try again when told 500."""
    is_s3 = refusal is DISK_IS_FULL and call.scope in ("s3", "") and not call.target
    told = Refusal(DISK_FULL) if is_s3 else refusal
    content_type, body = s3_page(told) if is_s3 else aws_json_page(told)
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start_response(told.status_line, [*headers, ("x-amzn-ErrorType", told.code)])
    return [body]


def _call_of(environ: Environ) -> Call:
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    body = b""
    if target:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = io.BytesIO(body)
    if environ["REQUEST_METHOD"] == "PUT":
        environ["CONTENT_TYPE"] = _own_type(environ.get("CONTENT_TYPE", ""))
    return Call(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", ""),
        query=environ.get("QUERY_STRING", ""),
        target=target,
        scope=scope_of(environ),
        body=body,
    )


def _own_type(content_type: str) -> str:
    """urllib and curl call every body a form by default, and moto would read an object as one."""
    is_form = content_type.startswith("application/x-www-form-urlencoded")
    return "binary/octet-stream" if is_form else content_type
