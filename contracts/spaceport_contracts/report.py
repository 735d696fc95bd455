"""`report.json`: what a finished job says about itself."""

from pydantic import Field

from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_contracts.estimate import Estimate
from spaceport_contracts.flight import FlightReport
from spaceport_contracts.results import HeldOutPhoto, Octaves, Pilot


class PhotosReport(Frozen):
    """Which photos made it."""

    total: int
    registered: int
    rejected: tuple[RejectedPhoto, ...] = ()


class SfmReport(Frozen):
    """How well the photos hang together."""

    reprojection_error_px: float
    mean_track_length: float
    gps_rms_m: float | None
    camera_height_above_ground_m: float | None
    sparse_points: int
    focal_note: str = ""
    frame_note: str = ""


class TrainReport(Frozen):
    """How well the splat predicts photos that it never saw."""

    gaussians: int
    steps: int
    heldout_psnr_db: float
    heldout_corrected_psnr_db: float
    heldout_ssim: float
    heldout_sharpness: Octaves = ()
    heldout_energy: Octaves = ()
    heldout_photos: tuple[HeldOutPhoto, ...]
    planned_steps: int | None = None
    pilots: tuple[Pilot, ...] = ()
    all_photos_steps: int = 0
    rasteriser: str


class CompressReport(Frozen):
    """What the browser downloads, and what compression cost in quality."""

    bytes: int
    ratio: float
    psnr_vs_ply_db: float


class SecondsReport(Frozen):
    """Wall-clock seconds per stage, from its request to its completion."""

    ingest: float | None
    sfm: float | None
    train: float | None
    compress: float | None
    total: float


class Report(Frozen):
    """The whole report; stages that a job skipped are null."""

    version: int = Field(default=1, description="version of this schema")
    job_id: str
    title: str
    quality: str
    photos: PhotosReport | None
    sfm: SfmReport | None
    train: TrainReport | None
    compress: CompressReport
    seconds: SecondsReport
    estimate: Estimate | None = Field(default=None, description="as it was told before")
    flight: FlightReport | None = Field(default=None, description="where the job names its plan")
    warnings: tuple[str, ...] = ()
