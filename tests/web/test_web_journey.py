"""The whole way, with the true services: upload, watch, walk around, measure, share, delete."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, Route, expect

from tests.infra.served import Served
from tests.web.frames import page_with_frame
from tests.web.known import find_known, in_scene
from tests.web.site import Visit, visit
from tests.web.small_scene import Triple
from tests.web.uploading import upload_through_faults
from tests.web.viewing import camera_of, point_in

pytestmark = pytest.mark.slow
# A reconstruction on two busy CPUs; nothing here is judged by how long it takes.
DELIVERED_MS = 60 * 60_000
PATIENCE_MS = 180_000
FOV_DEG = 70.0
MEASURED_SHARE = 0.02
PLACED = re.compile(r"(\d+) of 12 photos have found their place so far")
ROOF = "A loose tile"


class Owner:
    """Who uploads, and what they do with it."""

    def __init__(self, visitor: Visit, photos: list[Path]) -> None:
        self.visitor, self.page, self.photos = visitor, visitor.page, photos
        self.page.set_default_timeout(PATIENCE_MS)
        self.job = ""
        self.places: Places

    def upload(self) -> None:
        self.job = upload_through_faults(self.visitor, self.photos)
        self.page.get_by_role("link", name="Watch it").click()

    def watch(self) -> None:
        """To the end; every stage is told, and what could be seen of it meanwhile."""
        page = self.page
        expect(page.get_by_role("heading", name="Where the photos were taken")).to_be_visible(
            timeout=DELIVERED_MS
        )
        self.see_photos_light_up()
        expect(page.get_by_text("12 photos found their place")).to_be_visible()
        expect(page.get_by_role("link", name="Walk around").first).to_be_visible(
            timeout=DELIVERED_MS
        )
        expect(page.get_by_text(re.compile("^Done"))).to_have_count(3)
        log = page.get_by_role("log")
        for said in ("12 of 12 photos are placed", "Trained:", "Packed:"):
            expect(log).to_contain_text(said)
        look = page.request.get(f"{self.visitor.api_url}/jobs/{self.job}/files/look.jpg")
        assert look.headers["content-type"] == "image/jpeg"
        assert self.visitor.violations() == []

    def see_photos_light_up(self) -> None:
        """While sfm runs: which photos are in, on the map. What it says then is held, so that a
        fast machine does not run past it."""
        page, held = self.page, list[str]()

        def hold(route: Route) -> None:
            while not held:
                said = route.fetch()
                if not said.ok:
                    route.fulfill(response=said)
                    return
                job = said.json()
                is_done = job["stages"][0]["state"] not in ("queued", "waiting", "running")
                if is_done or (job["progress"] or {}).get("roll"):
                    held.append(said.text())
                time.sleep(0.2)
            route.fulfill(body=held[0], content_type="application/json")

        address = f"{self.visitor.api_url}/jobs/{self.job}"
        page.route(address, hold)
        expect(page.get_by_text(PLACED)).to_be_visible(timeout=DELIVERED_MS)
        said = re.match(PLACED, page.get_by_text(PLACED).inner_text())
        assert said is not None and 2 <= int(said[1]) <= len(self.photos)
        page.unroute_all(behavior="ignoreErrors")

    def walk(self, view: str = "") -> None:
        """Into the viewer."""
        self.visitor.open("/captures")  # a change of the address's end alone loads nothing
        self.visitor.open(f"/view/{self.job}{view}")
        self.page.wait_for_selector("[data-loaded=true]")

    def measure(self) -> None:
        """Between two places that lie as far apart as the generator says."""
        geo = f"{self.visitor.api_url}/jobs/{self.job}/files/geo.json"
        self.places = find_places(self.photos, self.page.request.get(geo).json())
        self.walk(self.places.view)
        measure(self.page, self.places)

    def annotate(self) -> None:
        """By keyboard, at the middle of the picture; the server has it before the page is left."""
        page = self.page
        use(page, "Annotations")
        expect(page.get_by_text("Click a place in the scene")).to_be_visible()
        page.get_by_role("application").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Title").fill(ROOF)
        with page.expect_response(lambda answer: answer.request.method == "PUT") as kept:
            page.get_by_role("button", name="Save", exact=True).click()
        assert kept.value.ok

    def share(self) -> tuple[str, str]:
        """The link, and the code for a web page."""
        page = self.page
        use(page, "Share")
        page.get_by_label("It works for").select_option("7")
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_role("textbox", name="Link for anyone")
        expect(link).to_be_visible()
        page.get_by_role("button", name="Copy: Link for anyone").click()
        expect(page.get_by_role("button", name="Copied: Link for anyone")).to_be_visible()
        assert self.visitor.violations() == []
        return link.input_value(), page.get_by_role(
            "textbox", name="Code for a web page"
        ).input_value()

    def withdraw(self) -> None:
        page = self.page
        self.visitor.open(f"/captures/{self.job}")
        links = page.get_by_role("list", name="Links that work")
        expect(links.get_by_role("listitem")).to_have_count(1)
        assert self.visitor.violations() == []
        links.get_by_role("button", name="Withdraw").click()
        expect(links).to_be_hidden()

    def delete(self) -> None:
        page = self.page
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page).to_have_url(self.visitor.api_url + "/captures")
        self.visitor.open(f"/captures/{self.job}")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


@dataclass(frozen=True)
class Places:
    """Two places that both the scene and a photo show, as that photo sees them."""

    eye: Triple
    target: Triple
    points: tuple[Triple, ...]
    distance_m: float

    @property
    def view(self) -> str:
        """As the end of an address."""
        return f"#view={','.join(map(str, (*self.eye, *self.target, FOV_DEG)))}"


def find_places(photos: list[Path], geo: dict[str, object]) -> Places:
    known = find_known(photos[0].parent / "truth.json")
    return Places(*in_scene(known, geo), known.distance_m)


def use(page: Page, tool: str) -> None:
    tools = page.get_by_role("group", name="Tools")
    tools.get_by_role("button", name=tool, exact=True).click()


def measure(page: Page, places: Places) -> None:
    """With two clicks, in metres."""
    use(page, "Measure")
    camera = camera_of(page, places.eye, places.target, FOV_DEG)
    for number, point in enumerate(places.points, start=1):
        page.mouse.click(*point_in(camera, point))
        page.wait_for_selector(f"[data-points='{number}']", state="attached")
    straight = page.locator("dt", has_text=re.compile("^Straight$")).locator("+ dd")
    figure, unit = straight.inner_text().split()
    assert unit == "m"
    assert float(figure) == pytest.approx(places.distance_m, rel=MEASURED_SHARE)


def measure_as_a_visitor(page: Page, link: str, places: Places) -> None:
    """As far as the owner measured it; where on Earth that is, nobody tells."""
    with page.expect_response(re.compile("/shared/[^/]+$")) as told:
        page.goto("about:blank")
        page.goto(link.split("#", maxsplit=1)[0] + places.view)
    assert told.value.json()["frame"]["origin"] is None
    page.wait_for_selector("[data-loaded=true]", timeout=PATIENCE_MS)
    measure(page, places)
    readout = page.get_by_role("note", name="Under the pointer")
    page.mouse.move(300, 300)
    expect(readout).to_contain_text("up")
    assert "°" not in readout.inner_text()


def see(page: Page, link: str) -> None:
    """Somebody with the link sees the scene, and what is written on it."""
    page.goto(link)
    page.wait_for_selector("[data-loaded=true]", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name=f"Go to {ROOF}").first).to_be_attached()
    page.get_by_role("group", name="Tools").get_by_role("button", name="Annotations").click()
    expect(page.get_by_text("Whoever shared this scene wrote them.")).to_be_visible()
    assert page.get_by_role("button", name=f"Delete {ROOF}").count() == 0


@contextmanager
def framed(browser: Browser, code: str) -> Iterator[Frame]:
    """The frame in a page of another site."""
    context = browser.new_context()
    try:
        with page_with_frame(code) as elsewhere:
            page = context.new_page()
            page.goto(elsewhere)
            element = page.wait_for_selector("iframe")
            frame = element.content_frame() if element else None
            assert frame is not None
            yield frame
    finally:
        context.close()


def is_refused(browser: Browser, address: str) -> bool:
    """Whether the page may stand in nobody's frame."""
    with framed(browser, f'<iframe src="{address}"></iframe>') as frame:
        frame.wait_for_load_state()
        return frame.url.startswith("chrome-error:") or frame.locator("#root").count() == 0


def test_from_photos_to_a_scene_that_others_see_and_back_to_nothing(
    browser: Browser, cloud: Served, photos: list[Path]
) -> None:
    with (
        visit(browser, cloud) as visitor,
        visit(browser, cloud, signed_in=False) as friend,
    ):
        owner = Owner(visitor, photos)
        owner.upload()
        owner.watch()
        owner.measure()
        owner.annotate()
        link, code = owner.share()
        see(friend.page, link)
        measure_as_a_visitor(friend.page, link, owner.places)
        assert friend.violations() == []
        with framed(browser, code) as frame:
            frame.wait_for_selector("[data-loaded=true]", timeout=PATIENCE_MS)
            assert frame.get_by_role("group", name="Tools").count() == 0
        for page in (link, f"{visitor.api_url}/captures", f"{visitor.api_url}/view/{owner.job}"):
            assert is_refused(browser, page)
        owner.withdraw()
        friend.page.reload()
        expect(friend.page.get_by_text("This link does not work any more")).to_be_visible()
        assert friend.violations() == []
        owner.delete()
