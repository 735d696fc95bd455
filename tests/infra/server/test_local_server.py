"""The HTTP server: its limits, and clients that are broken, slow or many."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from spaceport_local.http.refusals import s3_page
from spaceport_local.http.server import WebServer
from tests.infra.clouds import wait_for

LIMIT_BYTES = 100_000


class App:
    """Answers with the number of bytes that it was sent."""

    def __init__(self) -> None:
        self.bodies: list[int] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        self.bodies.append(len(environ["wsgi.input"].read(length)))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(self.bodies[-1]).encode()]


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def server(app: App) -> Iterator[WebServer]:
    running = WebServer(app, max_body_bytes=LIMIT_BYTES)
    running.start()
    yield running
    running.stop()


def address(server: WebServer) -> tuple[str, int]:
    host, _, port = server.url.removeprefix("http://").partition(":")
    return host, int(port)


def send(server: WebServer, request: bytes) -> tuple[int, str, bytes]:
    """Bytes as they are; status, content type and body of the answer."""
    with socket.create_connection(address(server), timeout=60) as stream:
        with contextlib.suppress(OSError):  # it may answer before it has heard all
            stream.sendall(request)
        answer = http.client.HTTPResponse(stream)
        answer.begin()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def chunked(*chunks: bytes) -> bytes:
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def sized(length: int, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b" % (length, body)


def test_the_limit_is_the_largest_body_that_passes(server: WebServer, app: App) -> None:
    assert send(server, sized(LIMIT_BYTES, b"x" * LIMIT_BYTES))[2] == str(LIMIT_BYTES).encode()
    assert send(server, chunked(*[b"x" * 10_000] * 9) + b"0\r\n\r\n")[0] == 200
    assert app.bodies == [LIMIT_BYTES, 90_000]


@pytest.mark.parametrize(
    "request_bytes",
    [sized(LIMIT_BYTES + 1), chunked(*[b"x" * 10_000] * 11)],
    ids=["announced", "chunked without an end"],
)
def test_a_larger_body_is_refused_however_it_comes(
    server: WebServer, app: App, request_bytes: bytes
) -> None:
    status, content_type, body = send(server, request_bytes)
    assert (status, content_type) == (413, "application/problem+json")
    assert "100,000 bytes" in json.loads(body)["detail"]
    assert app.bodies == []


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_http_is_answered_in_words(
    server: WebServer, app: App, request_bytes: bytes, status: int
) -> None:
    answered, content_type, body = send(server, request_bytes)
    assert (answered, content_type) == (status, "application/problem+json")
    assert json.loads(body)["detail"].endswith(".")
    assert app.bodies == []


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (sized(0), 200),
        (sized(3, b"abc"), 200),
        (chunked(b"abc", b""), 200),
        (sized(LIMIT_BYTES + 1), 413),
    ],
    ids=["no body", "body at once", "chunks at once", "refused"],
)
def test_nobody_waits_for_a_continue_that_is_not_needed(
    server: WebServer, request_bytes: bytes, status: int
) -> None:
    """As S3's clients send an empty file: waitress alone asks for its body and waits for ever."""
    head, blank, body = request_bytes.partition(b"\r\n\r\n")
    request = head + b"\r\nExpect: 100-continue" + blank + body
    assert send(server, request)[0] == status


def test_the_s3_port_answers_in_s3s_language(app: App) -> None:
    server = WebServer(app, max_body_bytes=LIMIT_BYTES, page=s3_page)
    server.start()
    status, content_type, body = send(server, sized(LIMIT_BYTES + 1))
    server.stop()
    assert (status, content_type) == (413, "application/xml")
    assert b"<Code>EntityTooLarge</Code>" in body


def test_a_silent_connection_is_closed(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent from the beginning, and in the middle of the headers, drop by drop."""
    with (
        socket.create_connection(address(server), timeout=60) as silent,
        socket.create_connection(address(server), timeout=60) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\n")
        wait_for(lambda: len(server._server.active_channels) == 2)
        passed_s = server._server.adj.channel_timeout + 1

        def drip() -> None:
            with contextlib.suppress(OSError):
                while True:
                    slow.sendall(b"X")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + passed_s)
        assert silent.recv(1) == b""
        with contextlib.suppress(ConnectionResetError):
            assert slow.recv(1) == b""


def test_connections_that_wait_hold_up_nobody(server: WebServer) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(200):
            idle = stack.enter_context(socket.create_connection(address(server), timeout=60))
            if number % 2:
                idle.sendall(sized(50, b"half"))
        assert send(server, sized(2, b"ok"))[2] == b"2"


def test_a_stopped_server_can_be_stopped_again(app: App) -> None:
    server = WebServer(app)
    server.start()
    server.stop()
    server.stop()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(address(server), timeout=60)
