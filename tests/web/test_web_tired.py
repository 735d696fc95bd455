"""What a tired person does: each gets one clear sentence, and nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.infra.served import Served
from tests.web.site import Visit, answer, visit
from tests.web.states import JOB, STATES, events
from tests.web.uploading import ARRIVED, EMAIL, give

HERE = (7.9035, 46.631)
SIDE_DEG = 0.001
STRANGE = 'Sommer 🌻 "am See" & <b>26.JPG'


def _ring(east: float) -> list[list[float]]:
    lon, lat = HERE[0] + east * SIDE_DEG, HERE[1]
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [[lon + x * SIDE_DEG, lat + y * SIDE_DEG] for x, y in corners]


def _kml(*rings: list[list[float]]) -> str:
    polygons = "".join(
        "<Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>"
        + " ".join(f"{lon},{lat},0" for lon, lat in ring)
        + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for ring in rings
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{polygons}</Document></kml>'


def _plan(visitor: Visit, name: str, content: str) -> Page:
    page = visitor.page
    visitor.open("/plan-flight")
    file: Any = {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
    page.get_by_test_id("area").set_input_files(file)
    return page


def test_a_kml_with_two_fields_is_planned_over_both(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page = _plan(visitor, "fields.kml", _kml(_ring(0), _ring(2)))
        expect(page.get_by_text("2 areas with 8 corners together.")).to_be_visible()
        with page.expect_response("**/drone-path") as waited:
            page.get_by_role("button", name="Plan the flight").click()
        asked = json.loads(waited.value.request.post_data or "{}")
        assert len(asked["area"]["coordinates"]) == 2
        east = [point["lon_deg"] for point in _waypoints(waited.value.json())]
        assert min(east) < HERE[0] + SIDE_DEG and max(east) > HERE[0] + 2 * SIDE_DEG


def _waypoints(plan: dict[str, Any]) -> list[dict[str, float]]:
    return [point for sortie in plan["sorties"] for point in sortie["waypoints"]]


def test_an_area_across_itself_is_told_where(browser: Browser, cloud: Served) -> None:
    first, second, third, fourth, _ = _ring(0)
    crossed = {"type": "Polygon", "coordinates": [[first, third, second, fourth, first]]}
    with visit(browser, cloud) as visitor:
        page = _plan(visitor, "crossed.geojson", json.dumps(crossed))
        page.get_by_role("button", name="Plan the flight").click()
        expect(page.get_by_role("alert")).to_contain_text("It crosses itself at")


def test_a_file_without_an_area_is_told_what_helps(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page = _plan(visitor, "notes.kml", "<kml></kml>")
        expect(page.get_by_role("alert")).to_contain_text("There is no polygon, line or point")
        assert page.get_by_text("Reload the page").count() == 0


def test_a_folder_without_photos_is_told(browser: Browser, cloud: Served, tmp_path: Path) -> None:
    (tmp_path / "flight").mkdir()
    (tmp_path / "flight" / "flight.log").write_text("nothing")
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/new")
        page.get_by_test_id("folder").set_input_files(tmp_path / "flight")
        expect(page.get_by_text("There is no photo and no zip in there.")).to_be_visible()


def test_a_photo_without_a_byte_and_one_with_a_strange_name(
    browser: Browser, cloud: Served, photos: list[Path], tmp_path: Path
) -> None:
    (tmp_path / STRANGE).write_bytes(photos[0].read_bytes())
    (tmp_path / "DJI_0002.JPG").write_bytes(b"")
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/new")
        page.route("**/complete", lambda route: route.abort())  # no job is wanted of it
        give(page, [tmp_path / STRANGE, tmp_path / "DJI_0002.JPG", *photos[1:3]])
        start = page.get_by_role("button", name="Upload and start")
        expect(page.get_by_text("Without content: DJI_0002.JPG.")).to_be_visible()
        expect(start).to_be_disabled()
        page.get_by_role("button", name="Leave them out").click()
        page.get_by_label("E-mail").fill(EMAIL)
        start.click()
        page.wait_for_function(f"() => {ARRIVED} === 3")
        page.locator("summary").click()
        expect(page.get_by_text(STRANGE)).to_be_visible()


@pytest.mark.parametrize("end", ["", "."])
def test_a_link_that_was_cut_says_so(browser: Browser, cloud: Served, end: str) -> None:
    with visit(browser, cloud, signed_in=False) as visitor:
        visitor.open(f"/s/{'x' * 30}{end}")
        expect(visitor.page.get_by_role("heading", name="This link is not whole")).to_be_visible()
        visitor.open(f"/s/{'x' * 43}{end}")
        expect(visitor.page.get_by_text("This link does not work any more")).to_be_visible()


def test_what_is_deleted_while_somebody_watches_says_so(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page, gone = visitor.page, list[bool]()

        def job(route: Route) -> None:
            if gone:
                route.fulfill(status=404, json={"status": 404, "detail": "There is no such job."})
            else:
                route.fulfill(json=STATES["training"])

        page.route(lambda url: url.endswith(f"/jobs/{JOB}"), job)
        answer(page, f"/jobs/{JOB}/events", events)
        visitor.open(f"/captures/{JOB}")
        expect(page.get_by_text("840 of 1,610")).to_be_visible()
        gone.append(True)
        expect(page.get_by_role("heading", name="This capture was deleted")).to_be_visible()


def test_two_tabs_with_one_upload(browser: Browser, cloud: Served, photos: list[Path]) -> None:
    """One sends it; the other says so, and takes over when that one is closed."""
    with visit(browser, cloud) as visitor:
        first, held = visitor.page, list[Route]()
        first.route(
            "**/*",
            lambda route: (
                held.append(route) if route.request.method == "PUT" else route.continue_()
            ),
        )
        visitor.open("/new")
        give(first, photos[:3])
        first.get_by_label("E-mail").fill(EMAIL)
        first.get_by_role("button", name="Upload and start").click()
        while not held:
            first.wait_for_timeout(50)
        first.get_by_role("link", name="Captures", exact=True).click()  # it goes on
        expect(first).to_have_url(f"{visitor.api_url}/captures")
        asks = "() => !dispatchEvent(new Event('beforeunload', {cancelable: true}))"
        assert first.evaluate(asks)
        first.go_back()
        expect(first.get_by_role("button", name="Pause")).to_be_visible()
        second = first.context.new_page()
        second.goto(f"{visitor.api_url}/new")
        expect(second.get_by_text("Another tab sends this upload")).to_be_visible()
        first.close(run_before_unload=False)
        expect(second.get_by_text("This upload is not finished")).to_be_visible()
