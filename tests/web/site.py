"""The pages as a person meets them: `spaceport up` in its own process, a browser, and a witness."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route

from tests.infra.served import Served
from tests.web.browser import MISSING, chromium_path
from tests.web.witness import Witness

DIST = Path(__file__).parents[2] / "web" / "dist" / "index.html"
Scheme = Literal["light", "dark"]
# Machines differ: what comes late has come.
PATIENCE_MS = 90_000


def what_is_missing() -> str | None:
    """Why the tests of the pages cannot run, in one sentence; None: they can."""
    if chromium_path() is None:
        return MISSING
    return None if DIST.is_file() else "The pages are not built: make web."


@dataclass(kw_only=True)
class Visit(Witness):
    """A visit to `spaceport up`."""

    api_url: str

    def open(self, path: str) -> None:
        """Go there."""
        self.page.goto(self.api_url + path)

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
    also: tuple[str, ...] = (),
    **options: Any,
) -> Iterator[Visit]:
    """A new visitor, who may have come by the link that `spaceport up` printed.

    `also`: other servers that this visit's pages may ask.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **options
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    visitor = Visit(page=page, api_url=served.cloud.api_url)
    ours = (served.cloud.api_url, served.cloud.endpoint_url, *also)
    visitor.watch(ours, lambda said: "Content Security" in said.text)
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
