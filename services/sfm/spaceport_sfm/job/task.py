"""What the job's two processes hand to each other: the task and its findings."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_sfm.job.effort import Effort


class Tell(Protocol):
    """Told while the work goes on."""

    def __call__(
        self, step: str, n: int, m: int, figures: dict[str, float], roll: str = "", /
    ) -> None:
        """A step, n of m, its figures, and which photos are in where that is known (`Roll`)."""


class CameraGroup(Frozen):
    """Photos that share one set of intrinsics: same make, model, size and focal length."""

    width_px: int
    height_px: int
    focal_px: float | None
    """Focal length that the metadata promises; None when they say nothing."""
    focal_source: str
    maker: str = ""
    """Make and model; empty when unknown."""


class TaskPhoto(Frozen):
    """A decoded, upright photo in the work folder."""

    name: str
    """Flat, ASCII, unique: what COLMAP and the next stages see."""
    original: str
    """The name that the user knows."""
    camera: int
    """Index into `Task.cameras`."""
    index: int = 0
    """Its place in the capture, whose order others know too."""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    relative_altitude_m: float | None = None
    taken_at: datetime | None = None
    gimbal_pitch_deg: float | None = None
    gimbal_roll_deg: float | None = None
    gimbal_yaw_deg: float | None = None
    gps_error_m: float | None = None
    hemisphere_known: bool = True
    """False: latitude and longitude lack their sign."""
    rotated: bool = False
    """Turned upright by its EXIF orientation: gimbal angles are about other axes."""
    drone: bool = False
    """Taken by a drone, as far as the maker of the camera tells."""


class Task(Frozen):
    """Everything that the child process needs to reconstruct; handed over as JSON."""

    images: Path
    work: Path
    output: Path
    photos: tuple[TaskPhoto, ...]
    cameras: tuple[CameraGroup, ...]
    effort: Effort
    seed: int
    threads: int

    def originals(self, names: list[str]) -> list[str]:
        """The user's names for our names."""
        known = {photo.name: photo.original for photo in self.photos}
        return [known[name] for name in names]


class Origin(Frozen):
    """Where the ENU frame's zero lies on the WGS84 ellipsoid."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float


class Lens(Frozen):
    """An undistorted photo's camera, as a pinhole; pixel centres lie at .5."""

    width_px: int
    height_px: int
    focal_x_px: float
    focal_y_px: float
    centre_x_px: float
    centre_y_px: float


class PlacedPhoto(Frozen):
    """A registered photo in the output frame."""

    name: str
    original: str
    position_m: tuple[float, float, float]
    camera_to_world: tuple[tuple[float, float, float], ...]
    """Columns: the photo's right, down and forward in the output frame."""
    gps_m: tuple[float, float, float | None] | None = None
    residual_m: float | None = None
    camera: Lens | None = None


class Findings(Frozen):
    """What the reconstruction found."""

    photos: tuple[PlacedPhoto, ...]
    sparse_points: int
    reprojection_error_px: float
    mean_track_length: float
    gps_rms_m: float | None
    camera_height_above_ground_m: float | None
    focal_note: str
    frame_note: str
    """Where up, scale, heading and heights come from."""
    warnings: tuple[str, ...]
    left_out: tuple[RejectedPhoto, ...]
    """Photos that are not in the scene, by the user's names."""
    rung: str
    """The step of the ladder that succeeded."""
