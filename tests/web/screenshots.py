"""Every page, light and dark, phone and desktop, into docs/screenshots: `make screenshots`."""

import json
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

from spaceport_scenery import generate_capture
from tests.infra.served import Served, served
from tests.web.browser import chromium
from tests.web.site import Scheme, answer, visit, what_is_missing
from tests.web.states import JOB, STATES, events, listing, shares

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PREVIEW = FOLDER.parent / "images" / "demo-preview.jpg"
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LOOKS = [(size, scheme) for size in SIZES for scheme in SCHEMES]
FIRST_PICTURE_MS = 120_000
SETTLE_MS = 1500
AREA = [[7.902, 46.63], [7.9055, 46.6302], [7.905, 46.632], [7.9025, 46.6322], [7.902, 46.63]]


def keep(page: Page, name: str) -> None:
    """As WebP, which is a fifth of the PNG."""
    page.wait_for_selector("h1")
    page.wait_for_timeout(SETTLE_MS)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.screenshot(path=file.name)
        Image.open(file.name).convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)
    print(f"{name}.webp")


def shoot(browser: Browser, cloud: Served, photos: list[Path], size: str, scheme: Scheme) -> None:
    """All pages in one look."""
    width, height = SIZES[size]
    end = f"{size}-{scheme}"
    look = {"width": width, "height": height, "scheme": scheme}
    with visit(browser, cloud, signed_in=False, **look) as visitor:  # type: ignore[arg-type]
        visitor.open("/")
        visitor.page.wait_for_selector("figure[data-loaded=true]", timeout=FIRST_PICTURE_MS)
        keep(visitor.page, f"landing-{end}")
        visitor.open("/captures")
        keep(visitor.page, f"sign-in-{end}")
    with visit(browser, cloud, **look) as visitor:  # type: ignore[arg-type]
        page = visitor.page
        visitor.open("/captures")
        keep(page, f"captures-empty-{end}")
        page.route("**/files/preview.png", lambda route: route.fulfill(path=PREVIEW))
        answer(page, "/jobs", listing)
        visitor.open("/captures")
        keep(page, f"captures-{end}")
        for state in ("training", "failed", "delivered"):
            answer(page, f"/jobs/{JOB}", lambda state=state: STATES[state])  # type: ignore[misc]
            answer(page, f"/jobs/{JOB}/events", events)
            answer(page, f"/jobs/{JOB}/shares", shares)
            visitor.open(f"/captures/{JOB}")
            keep(page, f"job-{state}-{end}")
        visitor.open("/new")
        keep(page, f"new-{end}")
        page.get_by_test_id("files").set_input_files(photos)
        page.get_by_text("with a position").wait_for()
        page.wait_for_selector("[data-ready=true]")
        keep(page, f"new-photos-{end}")
        visitor.open("/plan-flight")
        polygon = json.dumps({"type": "Polygon", "coordinates": [AREA]}).encode()
        given: FilePayload = {
            "name": "area.geojson",
            "mimeType": "application/json",
            "buffer": polygon,
        }
        page.get_by_test_id("area").set_input_files(files=[given])
        page.get_by_role("button", name="Plan the flight").click()
        page.get_by_test_id("waypoints").wait_for()
        keep(page, f"plan-{end}")


def main() -> int:
    """Print what is missing, or take them all."""
    missing = what_is_missing()
    if missing:
        print(missing)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        photos = sorted(generate_capture(Path(scratch) / "photos", 12, width_px=640).glob("*.JPG"))
        with served(Path(scratch) / "cloud") as cloud:
            for size, scheme in LOOKS:
                shoot(browser, cloud, photos, size, scheme)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
