"""What people do on the pages, against the true services: watch, plan."""

import json

from playwright.sync_api import Browser, expect

from tests.infra.served import Served
from tests.web.site import answer, visit
from tests.web.states import JOB, STATES, events

AREA = [(-120, -80), (120, -80), (120, 80), (-120, 80)]


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
