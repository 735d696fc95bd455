"""Every page, light and dark, phone and desktop, into docs/screenshots: `make screenshots`."""

import io
import json
import math
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter
from playwright.sync_api import Browser, FilePayload, Page

from spaceport_scenery import generate_capture
from tests.infra.served import Served, served
from tests.web.browser import chromium
from tests.web.site import Scheme, Visit, answer, visit, what_is_missing
from tests.web.states import JOB, PLACING, PSNR_DB, STATES, events, listing, shares

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PREVIEW = FOLDER.parent / "images" / "demo-preview.jpg"
VILLAGE = Path(__file__).parents[2] / "web" / "public" / "village.sog"
VIEW = "view=26,-42,-4,0,-2,-40,60"
ROOF = {
    "id": "1",
    "title": "A loose tile",
    "text": "Above the north door",
    "at": [9, 6, -31],
    "view": {"eye": [26, -42, -4], "target": [0, -2, -40], "fovDeg": 60},
}
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
LOOKS = [(size, scheme) for size in SIZES for scheme in SCHEMES]
FIRST_PICTURE_MS = 120_000
SETTLE_MS = 1500
LOOKED_AT = {**STATES, "placing": PLACING}
AREA = [[7.902, 46.63], [7.9055, 46.6302], [7.905, 46.632], [7.9025, 46.6322], [7.902, 46.63]]


def keep(page: Page, name: str, *, is_whole: bool = False) -> None:
    """As WebP, which is a fifth of the PNG; the window, or the whole page."""
    page.wait_for_selector("h1")
    page.wait_for_timeout(SETTLE_MS)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        page.screenshot(path=file.name, full_page=is_whole)
        Image.open(file.name).convert("RGB").save(FOLDER / f"{name}.webp", quality=80, method=6)
    print(f"{name}.webp")


def geo_of(truth_file: Path) -> dict[str, Any]:
    """What sfm would say of the flight if it made no mistake."""
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    camera = truth["camera"]
    lens = {f"{side}_px": camera[f"{side}_px"] for side in ("width", "height")}
    lens |= {f"focal_{axis}_px": camera["focal_px"] for axis in "xy"}
    lens |= {f"centre_{axis}_px": camera[f"c{axis}_px"] for axis in "xy"}
    photos = [
        {
            "name": name,
            "original": name,
            "position_m": pose["position_enu_m"],
            "camera_to_world": pose["camera_to_world"],
            "camera": lens,
        }
        for name, pose in truth["photos"].items()
    ]
    ground = {"ground_z_m": truth["ground_height_m"], "gps_rms_m": 0.7}
    return {"origin": truth["origin"], "photos": photos, **ground}


def positions_of(geo: dict[str, Any]) -> dict[str, Any]:
    """Where the photos say that they were taken; roughly, as a map of some hundred metres shows."""
    origin, metre_deg = geo["origin"], 1 / 111_320
    east_deg = metre_deg / math.cos(math.radians(origin["latitude_deg"]))
    return {
        "photos": [
            [origin["longitude_deg"] + east * east_deg, origin["latitude_deg"] + north * metre_deg]
            for east, north, _ in (photo["position_m"] for photo in geo["photos"])
        ]
    }


def look_so_far() -> bytes:
    """A photo beside its render, as a training leaves it: softer on the right."""
    photo = Image.open(PREVIEW).convert("RGB").resize((480, 270))
    pair = Image.new("RGB", (960, 270))
    pair.paste(photo, (0, 0))
    pair.paste(photo.filter(ImageFilter.GaussianBlur(2)), (480, 0))
    file = io.BytesIO()
    pair.save(file, format="JPEG")
    return file.getvalue()


def shoot_viewer(visitor: Visit, end: str) -> None:
    """The landing page's village as a job's scene, and its links."""
    page = visitor.page
    answer(page, f"/jobs/{JOB}/files/report.json", lambda: {"title": STATES["delivered"]["title"]})
    answer(page, f"/jobs/{JOB}/annotations", lambda: {"annotations": [ROOF]})
    page.route("**/files/first.sog", lambda route: route.fulfill(path=VILLAGE))
    visitor.open(f"/view/{JOB}#{VIEW}")
    page.wait_for_selector("[data-whole=true]", timeout=FIRST_PICTURE_MS)
    keep(page, f"viewer-{end}")
    page.get_by_role("group", name="Tools").get_by_role("button", name="Share").click()
    keep(page, f"viewer-share-{end}")


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
        geo = geo_of(photos[0].parent / "truth.json")
        answer(page, f"/jobs/{JOB}/files/geo.json", lambda: geo)
        page.route("**/files/look.jpg**", lambda route: route.fulfill(body=look_so_far()))
        answer(page, f"/jobs/{JOB}/positions", lambda: positions_of(geo))
        for state in ("placing", "training", "failed", "delivered"):
            answer(page, f"/jobs/{JOB}", lambda state=state: LOOKED_AT[state])  # type: ignore[misc]
            told = events(() if state == "placing" else PSNR_DB)
            answer(page, f"/jobs/{JOB}/events", lambda told=told: told)  # type: ignore[misc]
            answer(page, f"/jobs/{JOB}/shares", shares)
            visitor.open(f"/captures/{JOB}")
            page.wait_for_selector("[data-drawn=true]")
            keep(page, f"job-{state}-{end}", is_whole=True)
        shoot_viewer(visitor, end)
        visitor.open("/new")
        keep(page, f"new-{end}")
        page.get_by_test_id("files").set_input_files(photos)
        page.get_by_text("with a position").wait_for()
        page.wait_for_selector("[data-drawn=true]")
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
