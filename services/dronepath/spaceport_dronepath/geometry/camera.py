"""What a camera sees of the ground (pinhole; findings: W = h sw / f, H = h sh / f)."""

import math
from dataclasses import dataclass

from spaceport_dronepath.contract.problems import FieldProblem


@dataclass(frozen=True)
class Camera:
    """A camera on a gimbal, its long side across the line of flight."""

    sensor_w_mm: float
    sensor_h_mm: float
    focal_mm: float
    px_w: int
    px_h: int
    min_interval_s: float
    shutter_s: float
    photo_mb: float

    @property
    def half_w(self) -> float:
        """Half of the image's width at distance 1."""
        return self.sensor_w_mm / self.focal_mm / 2

    @property
    def half_h(self) -> float:
        """Half of the image's height at distance 1."""
        return self.sensor_h_mm / self.focal_mm / 2

    @property
    def half_vfov_deg(self) -> float:
        """Half of the vertical field of view."""
        return math.degrees(math.atan(self.half_h))

    def gsd_cm(self, distance_m: float) -> float:
        """Centimetres per pixel in the middle of a photo from that distance."""
        return 100 * distance_m * self.sensor_w_mm / self.focal_mm / self.px_w

    def distance_m(self, gsd_cm: float) -> float:
        """The distance at which a pixel is that many centimetres."""
        return gsd_cm / 100 * self.focal_mm * self.px_w / self.sensor_w_mm


def check_camera(camera: Camera, field: str) -> Camera:
    """The camera, unless there cannot be such a one.

    Raises FieldProblem with the numbers that do not fit each other.
    """
    sides = (camera.sensor_w_mm, camera.sensor_h_mm)
    if min(sides) < 1 or max(sides) > 100:
        raise FieldProblem(
            f"{field}.sensor_mm",
            f"A sensor of {sides[0]:g} x {sides[1]:g} mm is on no drone.",
            "Give its width and height in millimetres, such as 17.3 and 13.0.",
        )
    if not (min(camera.px_w, camera.px_h) >= 100 and max(camera.px_w, camera.px_h) <= 30_000):
        raise FieldProblem(
            f"{field}.px",
            f"A photo of {camera.px_w} x {camera.px_h} pixels is from no drone.",
            "Give its width and height in pixels, such as 5280 and 3956.",
        )
    if not 0.02 <= camera.half_w * 2 <= 4.5:
        raise FieldProblem(
            f"{field}.focal_mm",
            f"With {camera.focal_mm:g} mm it would see "
            f"{2 * math.degrees(math.atan(camera.half_w)):.1f} degrees.",
            "Give the real focal length in millimetres, not the 35 mm equivalent.",
        )
    aspect = camera.sensor_w_mm / camera.sensor_h_mm / (camera.px_w / camera.px_h)
    if not 0.9 < aspect < 1.1:
        raise FieldProblem(
            f"{field}.px",
            f"{camera.px_w} x {camera.px_h} pixels do not fit a sensor of "
            f"{sides[0]:g} x {sides[1]:g} mm.",
            "Give width before height in both, for the photo format that you will use.",
        )
    return camera


HORIZON_MARGIN_DEG = 10.0


def near_edge_m(camera: Camera, height_m: float, pitch_deg: float) -> float:
    """How far ahead a photo's lower edge meets level ground; negative: behind the drone."""
    bottom_deg = -pitch_deg + camera.half_vfov_deg
    return height_m / math.tan(math.radians(bottom_deg))


@dataclass(frozen=True)
class Spacing:
    """How far photos and lines may lie apart, and what each photo shows for certain."""

    along_m: float
    across_m: float
    seen_along_m: float
    seen_across_m: float
    nadir_start: bool


def spacing(
    camera: Camera, height_m: float, pitch_deg: float, front: float, side: float
) -> Spacing:
    """Spacing for the overlaps asked for, over ground `height_m` below (slant = h / sin|pitch|).

    Oblique photos leave the ground below the start of a line unseen, so one photo straight down
    begins every such line; the spacing never exceeds what that photo shows.
    """
    down = math.radians(-pitch_deg)
    slant_m = height_m / math.sin(down)
    nadir_w_m, nadir_h_m = 2 * camera.half_w * height_m, 2 * camera.half_h * height_m
    oblique = pitch_deg > -89.5
    return Spacing(
        along_m=min(2 * camera.half_h * slant_m * (1 - front), nadir_h_m),
        across_m=min(2 * camera.half_w * slant_m * (1 - side), nadir_w_m),
        seen_along_m=nadir_h_m,
        seen_across_m=nadir_w_m,
        nadir_start=oblique and near_edge_m(camera, height_m, pitch_deg) > -nadir_h_m / 2 + 1e-9,
    )


def flattest_pitch_deg(camera: Camera) -> float:
    """The flattest pitch at which the photo straight down still meets the first oblique one."""
    return -(90 - 2 * camera.half_vfov_deg)
