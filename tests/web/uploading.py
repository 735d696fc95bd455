"""An upload as a person meets it who has a bad connection, and reloads the page in the middle."""

import json
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.web.site import Visit

EMAIL = "ada@example.org"
PATIENCE_MS = 120_000
ARRIVED = "document.querySelectorAll('[data-state=arrived]').length"
BEFORE_THE_RELOAD = 3
# A scene that is made soon: what a program may ask for, and the page's own quality would exceed.
SOON = {"photo_side_px": 480, "max_gaussians": 12_000}


def give(page: Page, photos: Sequence[Path]) -> None:
    """Drop them in."""
    page.get_by_test_id("files").first.set_input_files(photos)


def ask_for_soon(route: Route) -> None:
    """The page's own request, with options that the API takes and the page does not offer."""
    asked = json.loads(route.request.post_data or "{}")
    route.continue_(post_data=json.dumps({**asked, "options": SOON}))


def upload_through_faults(visitor: Visit, photos: Sequence[Path]) -> str:
    """Send the photos through broken connections and a reload; the id of the job they become.

    What has arrived is not sent again; a broken connection is tried again by itself.
    """
    page, tried = visitor.page, list[str]()

    def fail_at_first(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        tried.append(route.request.url)
        if len(tried) <= 2:
            route.abort("connectionreset")
        elif len(tried) > 6:
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/*", fail_at_first)
    visitor.open("/new")
    give(page, photos)
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_role("radio", name="Draft").check()
    page.get_by_role("button", name="Upload and start").click()
    page.wait_for_function(f"() => {ARRIVED} >= {BEFORE_THE_RELOAD}", timeout=PATIENCE_MS)
    page.reload()
    page.unroute_all(behavior="ignoreErrors")
    page.route("**/complete", ask_for_soon)
    expect(page.get_by_text("This upload is not finished")).to_be_visible(timeout=PATIENCE_MS)
    assert visitor.violations() == []
    again = list[str]()
    page.on("request", lambda each: again.append(each.url) if each.method == "PUT" else None)
    give(page, photos)
    expect(page.get_by_text("It has begun")).to_be_visible(timeout=PATIENCE_MS)
    assert 0 < len(again) <= len(photos) - BEFORE_THE_RELOAD
    watch = page.get_by_role("link", name="Watch it")
    return str(watch.get_attribute("href")).removeprefix("/captures/")
