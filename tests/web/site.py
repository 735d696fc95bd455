"""The pages as a person meets them: `spaceport up` in its own process, a browser, and a witness."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, Route

from tests.infra.served import Served
from tests.web.browser import MISSING, chromium_path

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DIST = Path(__file__).parents[2] / "web" / "dist" / "index.html"
Scheme = Literal["light", "dark"]


def what_is_missing() -> str | None:
    """Why the tests of the pages cannot run, in one sentence; None: they can."""
    if chromium_path() is None:
        return MISSING
    return None if DIST.is_file() else "The pages are not built: make web."


@dataclass
class Visit:
    """A page, and what it did that none of ours may do."""

    page: Page
    api_url: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go there."""
        self.page.goto(self.api_url + path)

    def violations(self) -> list[str]:
        """What axe objects to in the present state, best practices included."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {node['html'][:200]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def overflow_px(self) -> int:
        """By how much the page is wider than its window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


@contextmanager
def visit(
    browser: Browser,
    served: Served,
    *,
    signed_in: bool = True,
    width: int = 1280,
    height: int = 900,
    scheme: Scheme = "light",
    **options: Any,
) -> Iterator[Visit]:
    """A new visitor, who may have come by the link that `spaceport up` printed."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **options
    )
    page = context.new_page()
    visitor = Visit(page, served.cloud.api_url)
    ours = {urlsplit(url).netloc for url in (served.cloud.api_url, served.cloud.endpoint_url)}

    def asked(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in ours:
            visitor.foreign.append(request.url)

    page.on("request", asked)
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            visitor.complaints.append(said.text) if "Content Security" in said.text else None
        ),
    )
    try:
        if signed_in:
            visitor.open(f"/?token={served.cloud.token}")
            page.wait_for_selector("h1")
        yield visitor
    finally:
        context.close()
    assert visitor.complaints == []
    assert visitor.foreign == []


def answer(page: Page, path: str, told: Callable[[], Any]) -> None:
    """The API's answer to GETs of a path, for states that take the pipeline hours or luck."""

    def fulfil(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(json=told())
        else:
            route.fallback()

    page.route(lambda url: urlsplit(url).path == path, fulfil)
