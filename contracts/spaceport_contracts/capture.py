"""A capture: the photos of one place, as ingest found them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.text import Label


class Frozen(BaseModel):
    """Base of everything that crosses a service boundary: immutable, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Photo(Frozen):
    """One photo that can be used: where it lies and what its EXIF and XMP say."""

    name: str = Field(description="The file name that the user knows, with its folders")
    key: str = Field(description="Path below the capture's photo prefix; URL-safe characters only")
    bytes: int = Field(ge=1)
    sha256: str
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    orientation: int = Field(default=1, ge=1, le=8, description="EXIF orientation")
    make: str = ""
    model: str = ""
    focal_35mm: float | None = Field(default=None, description="35 mm equivalent, mm")
    calibrated_focal_px: float | None = Field(default=None, description="XMP CalibratedFocalLength")
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    relative_altitude_m: float | None = Field(default=None, description="above take-off, from XMP")
    taken_at: datetime | None = None


class RejectedPhoto(Frozen):
    """A photo that was left out, and why, in words for the user."""

    name: Label
    reason: Label


class Capture(Frozen):
    """What ingest hands to sfm: the usable photos and the ones left out."""

    photos_prefix: str = Field(description="S3 URI below which the photo keys lie, ends with /")
    photos: tuple[Photo, ...]
    rejected: tuple[RejectedPhoto, ...] = ()
    warnings: tuple[str, ...] = ()
