"""What every pattern is given."""

from dataclasses import dataclass

from numpy import float64
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.geometry.camera import Camera, Spacing, spacing
from spaceport_dronepath.geometry.region import Region


@dataclass(frozen=True)
class Target:
    """What the orbits look at: a place, how wide and how high it is; its outline where known."""

    center: NDArray[float64]
    radius_m: float
    height_m: float
    outline: BaseGeometry | None = None


@dataclass(frozen=True)
class Brief:
    """The request in metres, with everything decided that all patterns share.

    reach_m is how far a spiral goes out when the request leaves that to the batteries.
    """

    request: PlanRequest
    camera: Camera
    area: BaseGeometry
    work: tuple[Region, ...]
    agl_m: float
    relief_m: float
    max_speed_mps: float
    target: Target | None
    line: BaseGeometry | None = None
    reach_m: float | None = None

    @property
    def seen_height_m(self) -> float:
        """The drone's height above the highest ground in a photo: what overlap is held over."""
        return max(self.agl_m - self.relief_m, self.agl_m / 2)

    def spacing(self, pitch_deg: float) -> Spacing:
        """The spacing of photos and lines at that pitch."""
        asked = self.request
        return spacing(
            self.camera, self.seen_height_m, pitch_deg, asked.front_overlap, asked.side_overlap
        )

    def speed_mps(self, along_m: float, distance_m: float) -> float:
        """The fastest at which the camera keeps up and motion blur stays as asked.

        v = min(vmax, spacing / shortest interval, blur x GSD / shutter).
        """
        gsd_m = self.camera.gsd_cm(distance_m) / 100
        return min(
            self.max_speed_mps,
            along_m / self.camera.min_interval_s,
            self.request.blur_px * gsd_m / self.camera.shutter_s,
        )
