"""What each job leaves beside its outputs as `result.json`: figures, files and their hashes."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_contracts.options import JobOptions

Rasteriser = Literal["auto", "cpu", "cuda"]


class Quality(StrEnum):
    """The one choice a user makes about effort."""

    DRAFT = "draft"
    STANDARD = "standard"
    HIGH = "high"


class StageOptions(Frozen):
    """The `options.json` that a stage's launcher writes for its job."""

    quality: Quality = Quality.STANDARD
    seed: int = 1
    wanted: JobOptions = JobOptions()
    rasteriser: Rasteriser = Field(
        default="auto", description="what train must draw with; auto: CUDA where there is a GPU"
    )


class OutputFile(Frozen):
    """A file that a job wrote, relative to its output folder."""

    path: str
    bytes: int = Field(ge=0)
    sha256: str


class StageResult(Frozen):
    """Common to every stage."""

    files: tuple[OutputFile, ...] = Field(description="Everything that the next stage may rely on")
    warnings: tuple[str, ...] = ()


class SfmResult(StageResult):
    """Structure from motion: how the photos hang together."""

    photos_total: int
    photos_registered: int
    photos_rejected: tuple[RejectedPhoto, ...] = ()
    sparse_points: int
    reprojection_error_px: float
    mean_track_length: float
    gps_rms_m: float | None = Field(description="None when the photos carry no usable GPS")
    camera_height_above_ground_m: float | None
    focal_note: str = Field(default="", description="how the focal length was settled")
    frame_note: str = Field(
        default="",
        description="one sentence: where up, scale, heading, heights come from, how sure they are",
    )


Octaves = tuple[float, ...]


class HeldOutPhoto(Frozen):
    """One photo kept from training, and how well the splat predicts it."""

    name: str
    psnr_db: float
    corrected_psnr_db: float
    ssim: float
    sharpness: Octaves = Field(
        default=(), description="share of the photo's detail kept at its place, finest octave first"
    )
    energy: Octaves = Field(
        default=(), description="the render's detail over the photo's; above 1.1 is noise"
    )
    photo_path: str = Field(description="JPEG in the output folder")
    render_path: str


class Pilot(Frozen):
    """A number of Gaussians that was tried, and how the validation photos looked."""

    gaussians: int
    steps: int
    psnr_db: float
    mix_db: float = Field(description="PSNR, SSIM and sharpness in one: the larger one wins")
    chosen: bool


class TrainResult(StageResult):
    """Gaussian splatting: how well the splat predicts photos that it never saw."""

    gaussians: int
    steps: int
    heldout_psnr_db: float
    heldout_corrected_psnr_db: float
    heldout_ssim: float
    heldout_sharpness: Octaves = ()
    heldout_energy: Octaves = ()
    heldout_photos: tuple[HeldOutPhoto, ...]
    planned_steps: int | None = Field(
        default=None, description="more than `steps` where the validation photos stopped improving"
    )
    pilots: tuple[Pilot, ...] = Field(default=(), description="what the number was chosen from")
    all_photos_steps: int = Field(
        default=0, description="steps of the last part, which held-out photos trained too"
    )
    background_rgb: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rasteriser: str = Field(description="cpu or cuda")


class CompressResult(StageResult):
    """Compression: what the browser downloads."""

    gaussians: int
    dropped: int = 0
    bytes: int
    ratio: float = Field(description="bytes of the .ply over bytes of the .sog")
    psnr_vs_ply_db: float
    worst_psnr_vs_ply_db: float
