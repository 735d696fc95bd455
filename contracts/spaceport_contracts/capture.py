"""A capture: the photos of one place, as ingest found them."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.text import Label


class Frozen(BaseModel):
    """Base of everything that crosses a service boundary: immutable, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ImageKind(StrEnum):
    """What a photo shows: light, or heat as false colours."""

    VISIBLE = "visible"
    THERMAL = "thermal"


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
    digital_zoom: float | None = Field(default=None, description="EXIF DigitalZoomRatio, above 0")
    gimbal_pitch_deg: float | None = Field(
        default=None, description="XMP: 0 looks level, -90 straight down"
    )
    gimbal_roll_deg: float | None = Field(default=None, description="XMP: 0 is upright")
    gimbal_yaw_deg: float | None = Field(
        default=None, description="XMP: clockwise from north, -180 to 360"
    )
    gps_error_m: float | None = Field(
        default=None, description="horizontal standard error as the camera or RTK states it"
    )
    hemisphere_known: bool = Field(
        default=True,
        description="False: N/S or E/W is lost, and with it the sign of the degrees",
    )
    image_kind: ImageKind = ImageKind.VISIBLE


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
