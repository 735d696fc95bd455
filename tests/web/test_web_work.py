"""What people do on the pages, against the true services: upload through faults, watch, plan."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from tests.infra.served import Served
from tests.web.site import answer, visit
from tests.web.states import JOB, STATES, events

EMAIL = "ada@example.org"
AREA = [(-120, -80), (120, -80), (120, 80), (-120, 80)]
BEGUN_MS = 60_000


def give(page: Page, photos: list[Path]) -> None:
    page.get_by_test_id("files").first.set_input_files(photos)


def test_an_upload_survives_faults_and_a_reload(
    browser: Browser, cloud: Served, photos: list[Path]
) -> None:
    """What has arrived is not sent again; a broken connection is tried again by itself."""
    with visit(browser, cloud) as visitor:
        page, tried = visitor.page, list[str]()

        def fail_at_first(route: Route) -> None:
            tried.append(route.request.url)
            if len(tried) <= 2:
                route.abort("connectionreset")
            elif len(tried) > 6:
                route.abort("connectionfailed")
            else:
                route.continue_()

        page.route("**/*", lambda route: put(route, fail_at_first))
        visitor.open("/new")
        give(page, photos)
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_role("radio", name="Draft").check()
        page.get_by_role("button", name="Upload and start").click()
        page.wait_for_function(
            "() => document.querySelectorAll('[data-state=arrived]').length >= 3"
        )
        page.reload()
        page.unroute_all(behavior="ignoreErrors")
        expect(page.get_by_text("This upload is not finished")).to_be_visible()
        assert visitor.violations() == []
        again = list[str]()
        page.on("request", lambda each: again.append(each.url) if each.method == "PUT" else None)
        give(page, photos)
        expect(page.get_by_text("It has begun")).to_be_visible(timeout=BEGUN_MS)
        assert 0 < len(again) <= len(photos) - 3
        page.get_by_role("link", name="Watch it").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("dialog").get_by_role("button", name="Cancel", exact=True).click()
        expect(page.get_by_text("This was cancelled")).to_be_visible(timeout=BEGUN_MS)
        page.get_by_role("button", name="Delete").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page).to_have_url(cloud.cloud.api_url + "/captures")


def put(route: Route, then: object) -> None:
    if route.request.method == "PUT" and callable(then):
        then(route)
    else:
        route.continue_()


def test_a_dropped_connection_recovers_by_itself(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page, told = visitor.page, dict(STATES["training"])
        answer(page, f"/jobs/{JOB}", lambda: told)
        answer(page, f"/jobs/{JOB}/events", lambda: {**events(), "over": False})
        visitor.open(f"/captures/{JOB}")
        expect(page.get_by_text("840 of 1,610")).to_be_visible()
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline.")).to_be_visible()
        told |= STATES["failed"]
        page.context.set_offline(False)
        expect(page.get_by_text("You are offline.")).to_be_hidden()
        expect(page.get_by_text("This did not work")).to_be_visible()


def test_a_polygon_drawn_with_the_mouse_is_planned(browser: Browser, cloud: Served) -> None:
    """The page shows the waypoints that the planner answers, and draws them."""
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/plan-flight")
        view = page.locator("[data-ready=true]")
        page.get_by_label("Latitude, longitude").fill("46.631, 7.9035")
        page.get_by_role("button", name="Show this place").click()
        page.get_by_role("button", name="Draw on the map").click()
        box = view.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        for x, y in [*AREA, AREA[0]]:
            page.mouse.move(middle[0] + x, middle[1] + y, steps=4)
            page.mouse.click(middle[0] + x, middle[1] + y)
            page.wait_for_timeout(150)  # two clicks close together are a double click
        expect(page.get_by_text("An area with 4 corners.")).to_be_visible()
        blank = view.screenshot()
        with page.expect_response("**/drone-path") as waited:
            page.get_by_role("button", name="Plan the flight").click()
        plan = json.loads(waited.value.body())
        count = sum(len(sortie["waypoints"]) for sortie in plan["sorties"])
        assert count > 20
        expect(page.get_by_test_id("waypoints")).to_have_text(f"{count:,} waypoints in all.")
        page.wait_for_timeout(1000)  # the map draws in its own time
        assert view.screenshot() != blank
        assert visitor.violations() == []
