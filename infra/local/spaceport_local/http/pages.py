"""The web app's files, as CloudFront serves them: `web/dist`, and the app itself for every page.

A path that is no file is a page of the app when a browser asks for it, and nothing to a program.
"""

import mimetypes
from pathlib import Path

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_accept_header
from werkzeug.security import safe_join
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from spaceport_topology.pages import (
    ASSETS,
    CONFIG,
    EMBED,
    FOREVER,
    FRESH,
    content_security_policy,
    file_of_page,
)

DIST = Path(__file__).parents[4] / "web" / "dist"
READS = ("GET", "HEAD")
HTML = "text/html; charset=utf-8"
HTML_TYPES = ("text/html", "application/xhtml+xml")
# What mimetypes knows differs from machine to machine; these a browser refuses under another type.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".sog": "application/octet-stream",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
# How people sign in on this machine: by the printed link.
HERE = '{"signIn": {"kind": "local"}}'
PLAIN = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Spaceport</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""
NOT_BUILT = PLAIN.format(
    title="Spaceport is up",
    text="Its pages are not built yet: run <code>make web</code>, then open this again. "
    "The API answers meanwhile; README.md says how to ask it.",
)
NOT_SIGNED_IN = PLAIN.format(
    title="You are not signed in",
    text="Open the link that <code>spaceport up</code> printed; it has your token in it.",
)


class Pages:
    """Answers what no route of the API answers."""

    def __init__(self, folder: Path, s3_origin: str | None = None) -> None:
        self._folder = folder
        data = [s3_origin] if s3_origin else []
        self._framed = {
            "Content-Security-Policy": content_security_policy(data, is_framed=True),
        }
        self._headers = {
            "Content-Security-Policy": content_security_policy(data),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=()",
        }

    def answer(self, request: Request) -> Response | None:
        """A file, the app, or one page that says how to build it; None: nothing for a program."""
        if request.method not in READS:
            return None
        name = request.path.lstrip("/")
        if name == CONFIG:
            return Response(HERE, content_type="application/json", headers=self._headers)
        if self._is_file(name):
            return self._file(name, request)
        if not takes_html(request):
            return None
        if self._is_file(file_of_page(name)):
            return self._page(name, request)
        return self.plain(200, NOT_BUILT)

    def plain(self, status: int, page: str) -> Response:
        """A page of ours that needs no files."""
        response = Response(page, status, content_type=HTML)
        response.headers.extend({**self._headers, "Cache-Control": "no-store"})
        return response

    def _is_file(self, name: str) -> bool:
        path = safe_join(str(self._folder), name) if name and "\0" not in name else None
        return path is not None and Path(path).is_file()

    def _page(self, name: str, request: Request) -> Response:
        response = self._file(file_of_page(name), request)
        if name.startswith(EMBED):
            response.headers.update(self._framed)
        return response

    def _file(self, name: str, request: Request) -> Response:
        return self.send(
            self._folder / name, request, FOREVER if name.startswith(ASSETS) else FRESH
        )

    def send(self, path: Path, request: Request, cache: str = FRESH) -> Response:
        """A file of this disk with the pages' headers, or the part of it that was asked for."""
        guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = TYPES.get(path.suffix.lower(), guessed)
        try:
            response = send_file(path, request.environ, mimetype=kind, conditional=True)
        except RequestedRangeNotSatisfiable:
            size_bytes = path.stat().st_size
            response = Response(status=416, headers={"Content-Range": f"bytes */{size_bytes}"})
        response.headers.pop("Content-Disposition", None)
        response.headers["Cache-Control"] = cache
        response.headers.extend(self._headers)
        return response


def takes_html(request: Request) -> bool:
    """Whether a browser asks for a page: only one names HTML, and `*/*` asks for anything."""
    accepted = parse_accept_header(request.headers.get("Accept"))
    return any(kind in HTML_TYPES and quality > 0 for kind, quality in accepted)
