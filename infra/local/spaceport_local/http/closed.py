"""Closed to web pages of strangers: who may ask the embedded cloud from a browser.

Programs on this machine may ask everything. A web page may only when it came from our own API's
port, and only under this machine's own names, so that neither a page that the user happens to have
open nor a name that was pointed at 127.0.0.1 (DNS rebinding) can read or change anything. What a
browser tells about its pages: https://www.w3.org/TR/fetch-metadata/.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from spaceport_local.http.refusals import Refusal
from spaceport_local.http.server import Page, WsgiApp
from spaceport_topology.pages import EMBED

OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
METHODS = "GET, HEAD, POST, PUT, DELETE"
READS = ("GET", "HEAD")
FOREIGN_HOST = (
    "This machine is not called {name} here: ask http://127.0.0.1 and its port, or add the name "
    "to SPACEPORT_API_NAMES."
)
FOREIGN_PAGE = (
    "Web pages from elsewhere may not ask this machine: open Spaceport's own page, or use a "
    "program such as curl."
)
Headers = list[tuple[str, str]]


@dataclass
class House:
    """The names under which this machine may be asked, and the ports that serve our own pages."""

    names: tuple[str, ...] = OWN_NAMES
    page_ports: set[int] = field(default_factory=set)

    def knows_origin(self, origin: str) -> bool:
        """Whether a page of this origin is ours."""
        return origin in {
            f"http://{name}:{port}" for name in self.names for port in self.page_ports
        }


class Closed:
    """WSGI middleware that lets in whom the house knows."""

    def __init__(self, app: WsgiApp, house: House, page: Page) -> None:
        self._app = app
        self._house = house
        self._page = page

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request, or refuse it before anybody is asked."""
        origin = environ.get("HTTP_ORIGIN", "")
        sentence = self._objection(environ, origin)
        if sentence:
            refusal = Refusal(403, sentence)
            content_type, body = self._page(refusal)
            length = str(len(body))
            headers = [("Content-Type", content_type), ("Content-Length", length)]
            start_response(refusal.status_line, headers)
            return [body]
        allowed = _cross_origin_headers(origin, environ) if origin else []
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", [*allowed, ("Allow", METHODS)])
            return []
        return self._app(environ, _with_headers(start_response, allowed))

    def _objection(self, environ: dict[str, Any], origin: str) -> str:
        name = _name_of(environ.get("HTTP_HOST", ""))
        if name not in self._house.names:
            return FOREIGN_HOST.format(name=f"'{name}'")
        if origin:
            return "" if self._house.knows_origin(origin) else FOREIGN_PAGE
        return "" if _may_be_without_origin(environ) else FOREIGN_PAGE


def _name_of(host: str) -> str:
    """`LocalHost:8080` -> `localhost`; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


def _may_be_without_origin(environ: dict[str, Any]) -> bool:
    """What a browser sends without naming the page: links, pictures, the forms of old ones."""
    site = environ.get("HTTP_SEC_FETCH_SITE", "none")
    if site in ("none", "same-origin"):
        return True
    if environ["REQUEST_METHOD"] not in READS:
        return False
    if environ.get("HTTP_SEC_FETCH_MODE") != "navigate":
        return bool(site == "same-site")
    where = environ.get("HTTP_SEC_FETCH_DEST")
    is_framed = where == "iframe" and str(environ.get("PATH_INFO")).startswith(f"/{EMBED}")
    return where == "document" or is_framed or bool(site == "same-site")


def _cross_origin_headers(origin: str, environ: dict[str, Any]) -> Headers:
    asked = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
    headers = [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", METHODS),
        ("Access-Control-Expose-Headers", "ETag, Content-Range, Location, Retry-After"),
        ("Vary", "Origin"),
    ]
    return [*headers, ("Access-Control-Allow-Headers", asked)] if asked else headers


def _with_headers(start_response: Any, allowed: Headers) -> Callable[..., Any]:
    """moto lets every page read everything; what it says about that is left out."""

    def start(status: str, headers: Headers, *more: Any) -> Any:
        kept = [item for item in headers if not item[0].lower().startswith("access-control-")]
        return start_response(status, [*kept, *allowed], *more)

    return start
