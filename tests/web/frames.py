"""A page of somebody else's, at another port and under another name, with a frame of ours in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from bench.serving import Quiet, served

# To a browser 127.0.0.1 and localhost are two sites, as two domains are.
NAME = "localhost"


@contextmanager
def page_with_frame(code: str) -> Iterator[str]:
    """Serve a page with this code in it; yields its address."""
    body = f"<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>{code}".encode()

    class Elsewhere(Quiet):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

    with served(Elsewhere) as port:
        yield f"http://{NAME}:{port}/"
