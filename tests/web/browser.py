"""A real headless Chromium: Debian's own package, software WebGL, nothing fetched by itself."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    # A page whose headers a test has changed counts as a stranger's, who may not ask this machine.
    "--disable-features=LocalNetworkAccessChecks",
)
MISSING = (
    "There is no Chromium: `apt-get install chromium fonts-dejavu-core`, "
    "or name one in SPACEPORT_CHROMIUM."
)


def chromium_path() -> str | None:
    """Where it is; Google's Chrome, as GitHub's machines have it, serves as well."""
    named = os.environ.get("SPACEPORT_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next(filter(None, found), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(ARGUMENTS), headless=True
        )
        try:
            yield browser
        finally:
            browser.close()
