"""The viewer shows the scene as our own renderer does, upright, and measures it in metres."""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Route

from spaceport_cli.view.result import read_result
from spaceport_cli.view.view import serve
from spaceport_compress.job.coarse.level import COARSE
from spaceport_compress.job.sog.file import read_bundle
from spaceport_local.http.pages import DIST
from spaceport_splat.camera import Camera
from spaceport_splat.quality import psnr_db
from spaceport_topology.pages import VIEWER
from tests.web.browser import MISSING, chromium_path
from tests.web.small_scene import GROUND_UP, SmallScene, Triple, picture, write_small_scene
from tests.web.viewing import HOLD_MS, Viewing, camera_of, read_picture, view_link, viewing

pytestmark = [
    pytest.mark.skipif(chromium_path() is None, reason=MISSING),
    pytest.mark.skipif(not (DIST / VIEWER).is_file(), reason="The pages are not built: make web."),
]
SAME_DB = 34.0
OTHER_DB = 15.0
# Of a known length; the splats of the field are half a metre apart.
MEASURED_SHARE = 0.02
EYE, TARGET = (14.0, -22.0, -16.0), (0.0, 0.0, GROUND_UP)
# From here the tower is left of the panel.
FROM_NORTH, FROM_NORTH_TARGET = (-6.0, 26.0, -14.0), (-4.0, 0.0, GROUND_UP)
MOUNTS = 20


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> SmallScene:
    return write_small_scene(tmp_path_factory.mktemp("result"))


@pytest.fixture(scope="module")
def link(scene: SmallScene) -> Iterator[str]:
    with serve(read_result(scene.folder)) as found:
        yield found


@pytest.fixture
def shown(browser: Browser, link: str) -> Iterator[Viewing]:
    with viewing(browser, link) as found:
        yield found
        assert found.complaints == []
        assert found.foreign == []


def test_the_picture_is_our_own_renderers(scene: SmallScene, link: str, shown: Viewing) -> None:
    shown.open(view_link(link, EYE, TARGET))
    shown.tool("Share")
    saved = shown.saved_picture()
    camera = camera_of(shown.page, EYE, TARGET)
    ours = picture(scene.gaussians, camera)
    assert psnr_db(saved, ours) >= SAME_DB
    wide = picture(scene.gaussians, camera_of(shown.page, EYE, TARGET, fov_deg=48))
    assert psnr_db(saved, wide) < OTHER_DB
    assert psnr_db(saved, np.ascontiguousarray(ours[:, :, [2, 0, 1]])) < OTHER_DB
    assert psnr_db(saved, np.full_like(ours, 0.93)) < OTHER_DB
    assert psnr_db(saved, np.ascontiguousarray(ours[::-1])) < OTHER_DB


def test_the_coarse_level_is_shown_first_and_nothing_of_the_rest(
    browser: Browser, scene: SmallScene, link: str
) -> None:
    with viewing(browser, link) as shown:
        held = list[Route]()

        def hold(route: Route) -> None:
            held.append(route)

        shown.page.route("**/files/scene.sog", hold)
        shown.page.goto(view_link(link, EYE, TARGET))
        shown.page.wait_for_selector("[data-loaded=true]")
        assert shown.page.locator("[data-whole=true]").count() == 0
        camera = camera_of(shown.page, EYE, TARGET)
        shown.tool("Share")
        first = shown.saved_picture()
        coarse = read_bundle(scene.folder / COARSE)
        assert psnr_db(first, picture(coarse, camera)) >= SAME_DB
        assert psnr_db(first, picture(scene.gaussians, camera)) < SAME_DB
        while not held:
            shown.page.wait_for_timeout(50)
        held[0].continue_()
        shown.page.wait_for_selector("[data-whole=true]")
        whole = shown.saved_picture()
        assert psnr_db(whole, picture(scene.gaussians, camera)) >= SAME_DB
        assert shown.complaints == []


def test_a_small_scene_without_a_coarse_level_leaves_the_console_empty(
    browser: Browser, scene: SmallScene, tmp_path: Path
) -> None:
    """Nothing is asked for that is not among the result's files."""
    shutil.copytree(scene.folder, tmp_path / "small")
    (tmp_path / "small" / COARSE).unlink()
    with serve(read_result(tmp_path / "small")) as link, viewing(browser, link) as shown:
        said, refused = list[str](), list[str]()
        shown.page.on(
            "console",
            # Of software GL the browser says that it waits.
            lambda message: (
                said.append(message.text)
                if message.type in ("error", "warning") and "GPU stall" not in message.text
                else None
            ),
        )
        shown.page.on(
            "response",
            lambda answer: refused.append(answer.url) if answer.status >= 400 else None,
        )
        shown.open(link)
        assert refused == []
        assert said == []
        assert shown.complaints == []


def test_a_photo_lies_beside_the_same_view(scene: SmallScene, link: str, shown: Viewing) -> None:
    shown.open(link)
    shown.tool("Photos")
    shown.page.get_by_role("button", name="Open photo PHOTO_6.JPG").click()
    shown.page.wait_for_timeout(HOLD_MS)
    photo = shown.page.get_by_role("img", name="Photo PHOTO_6.JPG")
    assert photo.evaluate("image => image.complete && image.naturalWidth") == 480
    box = shown.page.locator("[role=application]").bounding_box()
    assert box is not None
    # The frame of the photo, as large as it fits; a margin leaves out the line around it.
    scale = min(box["width"] / 480, box["height"] / 360)
    width, height = 480 * scale, 360 * scale
    clip = {
        "x": round(box["x"] + (box["width"] - width) / 2),
        "y": round(box["y"] + (box["height"] - height) / 2),
        "width": int(width),
        "height": int(height),
    }
    seen = read_picture(shown.page.screenshot(clip=clip))  # type: ignore[arg-type]
    camera = scene.cameras[5].resized(seen.shape[1], seen.shape[0])
    ours = picture(scene.gaussians, camera)
    inner = (slice(8, -8), slice(8, -8))
    near = psnr_db(seen[inner].copy(), ours[inner].copy())
    unrolled = picture(scene.gaussians, scene.cameras[4].resized(seen.shape[1], seen.shape[0]))
    assert near > 22
    assert psnr_db(seen[inner].copy(), unrolled[inner].copy()) < OTHER_DB


def test_known_lengths_are_measured_in_metres(link: str, shown: Viewing) -> None:
    shown.page.set_viewport_size({"width": 1200, "height": 700})
    shown.open(view_link(link, FROM_NORTH, FROM_NORTH_TARGET))
    shown.tool("Measure")
    camera = camera_of(shown.page, FROM_NORTH, FROM_NORTH_TARGET)
    assert _measured(shown, [(-6, -6, GROUND_UP), (-6, 10, GROUND_UP)], camera, "Straight") == (
        pytest.approx(16, rel=MEASURED_SHARE)
    )
    shown.page.get_by_role("radio", name="Height").check(force=True)
    assert _measured(shown, [(6, 8, GROUND_UP), (8, 5, GROUND_UP + 10)], camera, "Height") == (
        pytest.approx(10, rel=MEASURED_SHARE)
    )
    shown.page.get_by_role("radio", name="Area").check(force=True)
    corners: list[tuple[float, float, float]] = [
        (-8, -4, GROUND_UP),
        (4, -4, GROUND_UP),
        (4, 6, GROUND_UP),
        (-8, 6, GROUND_UP),
    ]
    assert _measured(shown, corners, camera, "Area on the map") == (
        pytest.approx(120, rel=2 * MEASURED_SHARE)
    )


def _measured(shown: Viewing, points: Sequence[Triple], camera: Camera, figure: str) -> float:
    for number, point in enumerate(points, start=1):
        shown.page.mouse.click(*shown.point(point, camera))
        shown.page.wait_for_selector(f"[data-points='{number}']", state="attached")
    text = shown.page.locator("dt", has_text=re.compile(f"^{figure}$")).locator("+ dd").inner_text()
    return float(text.split()[0])


def test_the_pointer_tells_where_on_earth_it_is(link: str, shown: Viewing) -> None:
    shown.open(view_link(link, EYE, TARGET))
    camera = camera_of(shown.page, EYE, TARGET)
    shown.page.mouse.move(*shown.point((-6, 4, GROUND_UP), camera))
    note = shown.page.get_by_role("note")
    note.wait_for()
    east, north, up = map(float, re.findall(r"-?\d+\.\d", note.inner_text())[:3])
    assert (east, north, up) == pytest.approx((-6, 4, GROUND_UP), abs=0.4)
    assert "46.6300" in note.inner_text()
    assert "7.8999" in note.inner_text()


def test_annotations_stay_after_a_reload(link: str, shown: Viewing) -> None:
    shown.open(view_link(link, EYE, TARGET))
    camera = camera_of(shown.page, EYE, TARGET)
    shown.tool("Annotations")
    shown.page.mouse.click(*shown.point((-6, 4, GROUND_UP), camera))
    shown.page.get_by_label("Title").fill("A loose tile")
    shown.page.get_by_role("button", name="Save", exact=True).click()
    shown.page.reload()
    shown.page.wait_for_selector("[data-loaded=true]")
    pin = shown.page.get_by_role("button", name="Go to A loose tile").first
    box = pin.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert at == pytest.approx(shown.point((-6, 4, GROUND_UP), camera), abs=8)


def test_the_crop_box_hides_what_is_outside(scene: SmallScene, link: str, shown: Viewing) -> None:
    shown.open(view_link(link, EYE, TARGET))
    shown.tool("Crop")
    shown.page.get_by_role("spinbutton", name="East from").fill("4")
    shown.tool("Share")
    saved = shown.saved_picture()
    camera = camera_of(shown.page, EYE, TARGET)
    kept = scene.gaussians.take(scene.gaussians.means[:, 0] >= 4)
    assert psnr_db(saved, picture(kept, camera)) >= SAME_DB - 2
    assert psnr_db(saved, picture(scene.gaussians, camera)) < OTHER_DB


def test_the_keyboard_turns_and_measures(link: str, shown: Viewing) -> None:
    shown.open(view_link(link, EYE, TARGET))
    shown.tool("Measure")
    canvas = shown.page.get_by_role("application")
    canvas.focus()
    shown.page.keyboard.press("Enter")
    shown.page.wait_for_selector("[data-points='1']")
    before = shown.page.screenshot()
    shown.page.keyboard.press("ArrowRight")
    shown.page.wait_for_timeout(2000)
    assert psnr_db(read_picture(shown.page.screenshot()), read_picture(before)) < 25
    shown.page.keyboard.press("Escape")
    assert shown.page.get_by_role("heading", name="Measure").count() == 0


def test_twenty_visits_leave_nothing_behind(link: str, shown: Viewing) -> None:
    shown.open(link)
    page = shown.page
    # The app, within which a scene comes and goes; by its own address a scene is a page alone.
    page.goto(link.replace("/view/result", "/nothing-here"))
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")

    def heap_bytes() -> float:
        session.send("HeapProfiler.collectGarbage")
        used = session.send("Runtime.getHeapUsage")
        return float(used["usedSize"] + used["backingStorageSize"])

    sizes = []
    for _ in range(MOUNTS):
        page.evaluate("history.pushState(null, '', '/nothing-here')")
        page.get_by_role("heading", name="There is nothing here").wait_for()
        assert page.locator("canvas").count() == 0
        sizes.append(heap_bytes())
        page.evaluate("history.pushState(null, '', '/view/result')")
        page.wait_for_selector("[data-loaded=true]")
    page.evaluate("history.pushState(null, '', '/nothing-here')")
    page.get_by_role("heading", name="There is nothing here").wait_for()
    page.wait_for_timeout(500)
    assert page.workers == []
    # The first visits fill caches; what ten more leave behind is less than one scene.
    assert max(sizes[-3:]) - max(sizes[7:10]) < 1_000_000


STATES = ("Photos", "Measure", "Annotations", "Crop", "Share", "Help")


@pytest.mark.parametrize("width", [1200, 360])
def test_axe_finds_nothing_in_any_state(browser: Browser, link: str, width: int) -> None:
    with viewing(browser, link, width=width, height=740) as shown:
        shown.open(link)
        found = {"": shown.violations()}
        for state in STATES:
            shown.tool(state)
            found[state] = shown.violations()
        shown.tool("Photos")
        shown.page.get_by_role("button", name="Open photo PHOTO_2.JPG").click()
        found["photo"] = shown.violations()
        shown.page.get_by_role("button", name="Close", exact=True).first.click()
        shown.page.get_by_role("button", name="The drone’s flight").click()
        found["flight"] = shown.violations()
        shown.page.get_by_role("button", name="Fly", exact=True).click()
        found["fly"] = shown.violations()
        assert {state: what for state, what in found.items() if what} == {}
        assert shown.complaints == []


def test_a_broken_scene_is_said_in_words(browser: Browser, scene: SmallScene, link: str) -> None:
    path = scene.folder / "scene.sog"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:2000])
        with viewing(browser, link) as shown:
            shown.page.goto(link)
            alert = shown.page.get_by_role("alert")
            alert.wait_for()
            assert "cannot be read" in alert.inner_text()
    finally:
        path.write_bytes(whole)
