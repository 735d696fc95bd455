"""The whole journey without a mouse: every press is Tab, Enter, Space, an arrow, or text."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.infra.served import Served
from tests.web.site import answer, visit
from tests.web.states import JOB, STATES, events
from tests.web.uploading import EMAIL

VILLAGE = Path(__file__).parents[2] / "web" / "public" / "village.sog"
PATIENCE_MS = 120_000
MOST_TABS = 80
REST_MS = 3_000
FOCUSED = """() => {
  const at = document.activeElement;
  const label = at.labels && at.labels[0] ? at.labels[0].innerText : '';
  return at.getAttribute('aria-label') || label || at.innerText || '';
}"""


def tab_to(page: Page, name: str) -> None:
    """Tab until the focus is on what begins with this name."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).strip().startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name}")


def press(page: Page, name: str) -> None:
    """Go there and press it."""
    tab_to(page, name)
    page.keyboard.press("Enter")


def wait_for_rest(page: Page) -> None:
    """Until the camera has come to where it was sent; frames may take seconds here."""
    link = page.get_by_role("textbox", name="Link for anyone")
    earlier = ""
    while (now := link.input_value()) != earlier:
        earlier = now
        page.wait_for_timeout(REST_MS)


def test_upload_start_cancel_and_delete(
    browser: Browser, cloud: Served, photos: list[Path]
) -> None:
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/captures")
        press(page, "New capture")
        expect(page.get_by_role("heading", level=1)).to_have_text("New capture")
        with page.expect_file_chooser() as chooser:
            press(page, "Choose photos")
        chooser.value.set_files(photos)
        expect(page.get_by_text("12 photos with a position")).to_be_visible()
        tab_to(page, "E-mail")
        page.keyboard.press("Control+a")
        page.keyboard.type(EMAIL)
        page.keyboard.press("Enter")
        expect(page.get_by_text("It has begun")).to_be_visible(timeout=PATIENCE_MS)
        press(page, "Watch it")
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        press(page, "Cancel")
        press(page.get_by_role("dialog").page, "Cancel")
        expect(page.get_by_text("This was cancelled")).to_be_visible(timeout=PATIENCE_MS)
        press(page, "Delete")
        press(page, "Delete")
        expect(page).to_have_url(cloud.cloud.api_url + "/captures")


def test_walk_around_and_share(browser: Browser, cloud: Served) -> None:
    links: list[dict[str, Any]] = []
    made = {"createdAt": "2026-11-28T09:00:00Z", "expiresAt": "2026-12-28T09:00:00Z"}

    def make() -> dict[str, Any]:
        links.append({"shareId": "1", **made})
        return {**links[0], "token": "t" * 43, "path": f"/s/{'t' * 43}"}

    with visit(browser, cloud) as visitor:
        page = visitor.page
        answer(page, f"/jobs/{JOB}", lambda: STATES["delivered"])
        answer(page, f"/jobs/{JOB}/events", events)
        answer(page, f"/jobs/{JOB}/annotations", lambda: {"annotations": []})
        page.route(
            f"**/jobs/{JOB}/shares",
            lambda route: route.fulfill(
                json={"shares": links} if route.request.method == "GET" else make()
            ),
        )
        for level in ("first.sog", "scene.sog"):
            page.route(f"**/files/{level}", lambda route: route.fulfill(path=VILLAGE))
        visitor.open(f"/captures/{JOB}")
        press(page, "Walk around")
        page.wait_for_selector("[data-loaded=true]", timeout=PATIENCE_MS)
        press(page, "Measure")
        expect(page.get_by_role("heading", name="Measure")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("application")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        press(page, "Share")
        press(page, "Make a link")
        expect(page.get_by_role("textbox", name="Link for anyone")).to_be_visible()
        wait_for_rest(page)  # a link to a view that still moves is not the one that was copied
        press(page, "Copy: Link for anyone")
        expect(page.get_by_role("button", name="Copied: Link for anyone")).to_be_visible()
        page.keyboard.press("Escape")
        press(page, "Back")
        expect(page.get_by_role("heading", name="Progress")).to_be_visible()
