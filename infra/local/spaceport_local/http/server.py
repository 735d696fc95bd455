"""waitress in front of a WSGI app: threads that wait for nobody, and limits on what strangers send.

What a client sends is read by one thread for all connections and goes to disk above half a
megabyte, so that an idle or a slow client costs a descriptor and not a thread, and a large body no
memory. Broken chunks, too large bodies and headers, and a full disk are answered in words.
"""

import logging
import re
import resource
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher, WSGITask
from waitress.utilities import Error

from spaceport_local.disk.room import ERRNOS
from spaceport_local.http.refusals import DISK_FULL, Refusal, problem_page
from spaceport_runtime.errors import UserError

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Page = Callable[[Refusal], tuple[str, bytes]]
HOST = "127.0.0.1"
THREADS = 16
MAX_BODY_BYTES = 10 * 1000 * 1000  # API Gateway's limit
MAX_HEADER_BYTES = 64 * 1024
IDLE_S = 30  # then a connection that says nothing is closed
CLEAN_UP_S = 5
METADATA = re.compile(rb"^X-Amz-Meta-[^:]+", re.MULTILINE)
for name in ("waitress", "waitress.queue"):
    logging.getLogger(name).setLevel(logging.ERROR)  # requests are no news


class WebServer:
    """A WSGI app on a port of this machine, in threads of its own."""

    def __init__(
        self,
        app: WsgiApp,
        port: int = 0,
        host: str = HOST,
        max_body_bytes: int = MAX_BODY_BYTES,
        page: Page = problem_page,
        threads: int = THREADS,
    ) -> None:
        self._map: dict[int, Any] = {}
        self._threads = threads
        self._workers = ThreadedTaskDispatcher()
        settings = Adjustments(
            host=host,
            port=port,
            ident=None,
            threads=threads,
            max_request_body_size=max_body_bytes + 1,
            max_request_header_size=MAX_HEADER_BYTES,
            channel_timeout=IDLE_S,
            cleanup_interval=CLEAN_UP_S,
            connection_limit=_connection_limit(),
            backlog=1024,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
        )
        settings.refusal_page = page
        try:
            self._server = _Server(app, self._map, dispatcher=self._workers, adj=settings)
        except OSError as error:
            wasyncore.close_all(self._map, ignore_all=True)
            raise UserError(
                f"Port {port} of this machine is in use by another program.",
                "Choose another one with --port, or stop the program that uses it.",
            ) from error
        self.port = int(self._server.effective_port)
        self.url = f"http://{HOST}:{self.port}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="web")

    def start(self) -> None:
        """Answer requests from now on."""
        self._workers.set_thread_count(self._threads)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, after what is in hand; may be called again."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._workers.shutdown()
        if self._thread.is_alive():
            self._server.pull_trigger()
            self._thread.join()
        wasyncore.close_all(self._map, ignore_all=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._map, count=1)


def _connection_limit() -> int:
    """A quarter of the descriptors: there are three servers, and files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 16384 if soft == resource.RLIM_INFINITY else max(64, soft // 4)


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Answers in words what waitress would answer in its own, and a full disk, which it drops."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self.began_s = time.time()

    def received(self, data: bytes) -> int:
        """Take in a piece of the request; returns how much of it was used."""
        try:
            used: int = super().received(data)
        except OSError as error:
            if error.errno not in ERRNOS:
                raise
            self._drop_body()
            self.error, self.completed, used = Error(""), True, len(data)
            self.error.code = DISK_FULL
        if self.error and not isinstance(self.error, _InWords):
            self.error = _InWords(self.error.code, self.adj)
        if self.completed:  # else waitress asks for a body that has come, and waits for ever
            self.expect_continue = False
        return used

    def _drop_body(self) -> None:
        """Closing tries to write the rest once more, which fails again."""
        with suppress(OSError):
            self.close()
        self.body_rcv = None


class _InWords:
    """An error of the server itself, as the app would answer it."""

    def __init__(self, status: int, settings: Any) -> None:
        self._refusal = Refusal(status, limit_bytes=settings.max_request_body_size - 1)
        self._page: Page = settings.refusal_page

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body."""
        content_type, body = self._page(self._refusal)
        return self._refusal.status_line, [("Content-Type", content_type)], body


class _Task(WSGITask):  # type: ignore[misc]
    def build_response_header(self) -> bytes:
        """waitress writes X-Amz-Meta-Title, and S3's clients take the name as it is written."""
        head: bytes = super().build_response_header()
        return METADATA.sub(lambda name: name[0].lower(), head)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    task_class = _Task


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def maintenance(self, now: float) -> None:
        """Close idle connections, and those that bring their headers drop by drop."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            request = channel.request
            is_slow = request is not None and not request.headers_finished
            if is_slow and request.began_s < now - self.adj.channel_timeout:
                channel.will_close = True
