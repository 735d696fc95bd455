"""moto's server, with a tap on what goes through it.

The tap sees every request after moto has carried it out and before the caller hears of it. So what
must outlive this process is on disk before anybody relies on it, and a poller wakes up when there
may be something to poll.
"""

import io
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Protocol

from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server
from werkzeug.test import Client
from werkzeug.wrappers import Response

from spaceport_local.dispatch import Dispatcher, scope_of
from spaceport_local.replays import mend_replays
from spaceport_local.transactions import mend_transactions
from spaceport_runtime.errors import UserError

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
HOST = "127.0.0.1"
log = logging.getLogger("spaceport.local")


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
        bucket, _, key = self.path.encode("latin-1").decode().lstrip("/").partition("/")
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

    def __init__(self, app: WsgiApp, responder: Responder, observers: list[Observer]) -> None:
        self._app = app
        self._responder = responder
        self._observers = observers

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Carry out one request."""
        call = _call_of(environ)
        response = self._responder.answer(call, environ)
        if response is not None:
            return response(environ, start_response)
        interested = [observer for observer in self._observers if observer.wants(call)]
        if not interested:
            return self._app(environ, start_response)
        statuses: list[str] = []

        def remember(status: str, *arguments: Any) -> Any:
            statuses.append(status)
            return start_response(status, *arguments)

        with ExitStack() as locks:
            for observer in interested:
                if lock := observer.lock():
                    locks.enter_context(lock)
            answer = self._app(environ, remember)
            if statuses and statuses[-1].startswith("2"):
                for observer in interested:
                    observer.seen(call)
            return answer


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


class QuietHandler(MotoRequestHandler):
    """Requests are no news."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Only what goes wrong in the server itself is worth a line."""
        if type != "info":
            log.warning(message, *args)


class WebServer:
    """A WSGI app on a port of this machine, in a thread of its own."""

    def __init__(self, app: WsgiApp, port: int = 0, host: str = HOST) -> None:
        try:
            self._server = make_server(host, port, app, True, request_handler=QuietHandler)
        except (OSError, SystemExit) as error:
            raise UserError(
                f"Port {port} of this machine is in use by another program.",
                "Choose another one with --port, or stop the program that uses it.",
            ) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self._server.port}"

    def start(self) -> None:
        """Answer requests from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class Moto:
    """moto, empty at the beginning; there is one per process."""

    def __init__(self, responder: Responder, observers: list[Observer], port: int = 0) -> None:
        reset_moto()
        mend_replays()
        mend_transactions()
        self.app: WsgiApp = Dispatcher()
        self.server = WebServer(Tap(self.app, responder, observers), port)

    def post(self, target: str, body: bytes) -> Any:
        """A JSON request past the tap: what it changes is known already."""
        service = "dynamodb" if target.startswith("DynamoDB") else "events"
        credential = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request,"
        headers = {"X-Amz-Target": target, "Authorization": credential}
        answer = Client(self.app).post(
            "/", data=body, headers=headers, content_type="application/x-amz-json-1.0"
        )
        if answer.status_code >= 300:
            raise RuntimeError(f"{target} was refused: {answer.get_data(as_text=True)}")
        return answer.get_json(force=True)


def reset_moto() -> None:
    """Forget everything that moto holds in memory."""
    moto_api_backend.reset()
