"""The viewer in a real browser, on a small result that `spaceport view` serves."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Browser, Page

from spaceport_splat.camera import Camera
from tests.web.small_scene import Triple, look_at
from tests.web.witness import Witness

LOADED_MS = 120_000
FOV_DEG = 60.0
HOLD_MS = 1500


class Viewing(Witness):
    """A visit to the viewer."""

    def open(self, link: str) -> None:
        """Go there and wait until the whole scene has taken the coarse one's place."""
        self.page.goto(link)
        self.page.wait_for_selector("[data-whole=true]", timeout=LOADED_MS)

    def point(self, at: Triple, camera: Camera) -> tuple[float, float]:
        """Where a place of the scene is in the picture of this camera."""
        return point_in(camera, at)

    def tool(self, name: str) -> None:
        """Open or close one of the tools."""
        self.page.get_by_role("group", name="Tools").get_by_role("button", name=name).click()

    def saved_picture(self) -> npt.NDArray[np.float32]:
        """What 'Save a picture of this view' saves, float32[H, W, 3]."""
        with self.page.expect_download(timeout=LOADED_MS) as download:
            self.page.get_by_role("button", name="Save a picture of this view").click()
        return read_picture(Path(download.value.path()).read_bytes())


def point_in(camera: Camera, at: Triple) -> tuple[float, float]:
    """Where a place of the scene is in the picture of this camera, in pixels."""
    seen = camera.world_to_camera[:3, :3] @ np.asarray(at) + camera.world_to_camera[:3, 3]
    x, y = camera.fx * seen[0] / seen[2] + camera.cx, camera.fy * seen[1] / seen[2] + camera.cy
    return float(x), float(y)


def read_picture(content: bytes) -> npt.NDArray[np.float32]:
    """PNG or JPEG -> float32[H, W, 3] from 0 to 1."""
    pixels = Image.open(io.BytesIO(content)).convert("RGB")
    return np.asarray(pixels, np.float32) / np.float32(255)


def view_link(link: str, eye: Triple, target: Triple, fov_deg: float = FOV_DEG) -> str:
    """The link with a view in it."""
    numbers = ",".join(f"{number:g}" for number in (*eye, *target, fov_deg))
    return f"{link}#view={numbers}"


def camera_of(page: Page, eye: Triple, target: Triple, fov_deg: float = FOV_DEG) -> Camera:
    """The camera with which the whole page's picture is drawn; fov is of the longer side."""
    size = page.viewport_size or {"width": 0, "height": 0}
    width, height = size["width"], size["height"]
    focal = max(width, height) / 2 / np.tan(np.radians(fov_deg) / 2)
    return look_at(eye, target, fx=float(focal), width_px=width, height_px=height)


@contextmanager
def viewing(
    browser: Browser, origin: str, width: int = 720, height: int = 540
) -> Iterator[Viewing]:
    """A new visitor."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="light", accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(LOADED_MS)
    shown = Viewing(page)
    shown.watch((origin,), lambda said: said.type == "error")
    try:
        yield shown
    finally:
        context.close()
