"""Every page in every state: nothing that axe knows, no foreign request, no breach of the CSP."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.infra.served import Served
from tests.web.site import Scheme, Visit, answer, visit
from tests.web.states import JOB, STATES, events, listing, shares

SIGNED_OUT = ["/", "/captures", "/s/none"]
SIGNED_IN = ["/", "/captures", "/new", "/plan-flight", "/nowhere", "/captures/unknown"]
SCHEMES: list[Scheme] = ["light", "dark"]
PHONE_PX = 360


def settle(visitor: Visit) -> None:
    """The page has said all that it has to say for now."""
    visitor.page.wait_for_selector("h1")
    visitor.page.wait_for_load_state("networkidle")


def check(visitor: Visit) -> None:
    assert visitor.violations() == []
    assert visitor.overflow_px() <= 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_whoever_is_not_signed_in(browser: Browser, cloud: Served, scheme: Scheme) -> None:
    with visit(browser, cloud, signed_in=False, scheme=scheme) as visitor:
        for path in SIGNED_OUT:
            visitor.open(path)
            settle(visitor)
            check(visitor)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [PHONE_PX, 640, 1280])
def test_every_page(browser: Browser, cloud: Served, scheme: Scheme, width: int) -> None:
    """640 px is 1280 px at a zoom of 200 %."""
    with visit(browser, cloud, width=width, scheme=scheme, reduced_motion="reduce") as visitor:
        for path in SIGNED_IN:
            visitor.open(path)
            settle(visitor)
            check(visitor)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [PHONE_PX, 1280])
def test_a_job_in_every_state(browser: Browser, cloud: Served, scheme: Scheme, width: int) -> None:
    for state, told in STATES.items():
        with visit(browser, cloud, width=width, scheme=scheme) as visitor:
            answer(visitor.page, f"/jobs/{JOB}", lambda told=told: told)  # type: ignore[misc]
            answer(visitor.page, f"/jobs/{JOB}/events", events)
            answer(visitor.page, f"/jobs/{JOB}/shares", shares)
            visitor.open(f"/captures/{JOB}")
            expect(visitor.page.get_by_role("heading", level=1)).to_have_text(str(told["title"]))
            assert visitor.violations() == [], state
            assert visitor.overflow_px() <= 0, state


def test_the_list_finds_by_name_and_status(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page = visitor.page
        answer(page, "/jobs", listing)
        visitor.open("/captures")
        expect(page.get_by_role("article")).to_have_count(6)
        check(visitor)
        page.get_by_label("Search by name").fill("MILL old")
        expect(page.get_by_role("article")).to_have_count(1)
        page.get_by_label("Search by name").fill("nothing like it")
        expect(page.get_by_role("heading", name="No capture fits")).to_be_visible()
        check(visitor)
        page.get_by_role("button", name="Show all").click()
        expect(page.get_by_role("article")).to_have_count(6)


def test_photos_are_on_the_map_before_a_byte_is_sent(
    browser: Browser, cloud: Served, photos: list[Path]
) -> None:
    with visit(browser, cloud) as visitor:
        page, sent = visitor.page, []
        page.on("request", lambda request: sent.append(request.method))
        visitor.open("/new")
        page.get_by_test_id("files").set_input_files(photos)
        expect(
            page.get_by_text("12 photos with a position; the ground of 12 is drawn.")
        ).to_be_visible()
        page.wait_for_selector("[data-ready=true]")
        page.get_by_text("Files (12)").click()
        assert "PUT" not in sent
        check(visitor)


def test_what_is_no_photo_is_said_and_left_out(
    browser: Browser, cloud: Served, photos: list[Path], tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("weather: fine")
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/new")
        page.get_by_test_id("files").set_input_files([notes])
        expect(page.get_by_text("There is no photo and no zip in there.")).to_be_visible()
        page.get_by_test_id("files").set_input_files([*photos[:2], notes])
        expect(page.get_by_text("Not photos: 1 file.")).to_be_visible()
        expect(page.get_by_text("These are fewer than 3 photos")).to_be_visible()
        check(visitor)
        page.get_by_role("button", name="Leave them out").click()
        expect(page.get_by_text("Not photos: 1 file.")).to_be_hidden()


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, cloud: Served
) -> None:
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/captures")
        settle(visitor)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_have_text("Start the first capture")
        assert focused.evaluate("each => getComputedStyle(each).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        expect(page).to_have_url(cloud.cloud.api_url + "/new")
        expect(page.get_by_role("heading", level=1)).to_have_text("New capture")


def test_a_colour_scheme_is_remembered(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud) as visitor:
        page = visitor.page
        visitor.open("/captures")
        settle(visitor)
        background = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(background)
        page.get_by_role("button", name="Colours").click(click_count=2)
        dark = page.evaluate(background)
        assert dark != light
        page.reload()
        settle(visitor)
        assert page.evaluate(background) == dark


def test_nothing_moves_for_who_wants_no_motion(browser: Browser, cloud: Served) -> None:
    with visit(browser, cloud, reduced_motion="reduce") as visitor:
        answer(visitor.page, f"/jobs/{JOB}", lambda: STATES["training"])
        answer(visitor.page, f"/jobs/{JOB}/events", events)
        visitor.open(f"/captures/{JOB}")
        visitor.page.wait_for_selector("progress")
        running = "document.getAnimations().filter(each => each.playState === 'running').length"
        visitor.page.wait_for_function(f"() => {running} === 0")
