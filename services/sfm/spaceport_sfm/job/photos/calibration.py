"""The focal length that the metadata promise, and which photos share a camera."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spaceport_contracts.capture import Photo
from spaceport_sfm.job.photos.sensors import Sensor, sensor_of
from spaceport_sfm.job.task import CameraGroup

DIAGONAL_35MM = math.hypot(36.0, 24.0)
NATIVE_ASPECTS = (4 / 3, 3 / 2)
ASPECT_TOLERANCE = 0.02
# XMP focal lengths count for the photo as it left the drone: after resizing they are off by the
# same factor. A camera's own metadata never disagree by this much.
RESIZED_RATIO = 1.25
# The 35 mm equivalent is a whole number, and makers count crops of the sensor differently.
ROUNDED_RATIO = 1.12
# Shortest and longest focal length, over the longer side, that a photo can plausibly have.
PLAUSIBLE = (0.2, 10.0)


@dataclass(frozen=True)
class FocalPrior:
    """A focal length and who says so."""

    focal_px: float | None
    source: str


def focal_prior(photo: Photo, width_px: int, height_px: int) -> FocalPrior:
    """The best focal length known before looking at the pixels.

    Ladder: XMP CalibratedFocalLength, sensor table by camera model, EXIF 35 mm equivalent. All of
    them for the picture as it is: digital zoom enlarges, and where EXIF disagrees with the table by
    more than rounding, EXIF knows what this photo was taken with.

    Args:
        photo: the photo's metadata.
        width_px, height_px: size of the decoded photo; either way up.
    """
    long_px, short_px = max(width_px, height_px), min(width_px, height_px)
    sensor = sensor_of(photo.model)
    table = _from_sensor(sensor, long_px, short_px) if sensor else None
    equivalent = _from_35mm(photo.focal_35mm, long_px, short_px) if photo.focal_35mm else None
    if equivalent and not _believable(equivalent, None, long_px):
        equivalent = None
    zoom = photo.digital_zoom if photo.digital_zoom and photo.digital_zoom > 1 else 1.0
    table = _zoomed(table, equivalent, zoom)
    calibrated = photo.calibrated_focal_px and photo.calibrated_focal_px * zoom
    if calibrated and _believable(calibrated, table or equivalent, long_px):
        return FocalPrior(calibrated, "XMP calibrated focal length")
    if table:
        return FocalPrior(table, f"sensor of the {photo.model.strip()}")
    if equivalent:
        return FocalPrior(equivalent, "EXIF 35 mm equivalent")
    return FocalPrior(None, "no metadata")


def _zoomed(table: float | None, equivalent: float | None, zoom: float) -> float | None:
    """The table's focal length at this zoom; None when EXIF says that it is another.

    Some cameras count the zoom into the 35 mm equivalent, some do not.
    """
    if table is None or equivalent is None:
        return table and table * zoom
    agrees = any(
        1 / ROUNDED_RATIO < equivalent / focal_px < ROUNDED_RATIO
        for focal_px in (table, table * zoom)
    )
    return table * zoom if agrees else None


def _believable(focal_px: float, other_px: float | None, long_px: int) -> bool:
    if other_px is not None:
        return 1 / RESIZED_RATIO < focal_px / other_px < RESIZED_RATIO
    return PLAUSIBLE[0] < focal_px / long_px < PLAUSIBLE[1]


def _from_sensor(sensor: Sensor, long_px: int, short_px: int) -> float:
    """Pixels; a photo wider than the sensor is cropped in height, a narrower one in width."""
    if long_px / short_px >= sensor.width_mm / sensor.height_mm:
        return sensor.focal_mm / sensor.width_mm * long_px
    return sensor.focal_mm / sensor.height_mm * short_px


def _from_35mm(focal_35mm: float, long_px: int, short_px: int) -> float:
    """CIPA DCG-001: equal diagonals, taken on the sensor's native aspect, not on the crop's."""
    aspect = long_px / short_px
    native = next(
        (ratio for ratio in NATIVE_ASPECTS if abs(aspect / ratio - 1) < ASPECT_TOLERANCE),
        NATIVE_ASPECTS[0],
    )
    width_px = float(long_px) if aspect >= native else short_px * native
    return focal_35mm / DIAGONAL_35MM * math.hypot(width_px, width_px / native)


def group_cameras(
    photos: Sequence[tuple[Photo, int, int]],
) -> tuple[tuple[CameraGroup, ...], tuple[int, ...]]:
    """One camera per make, model, size and promised focal length.

    Args:
        photos: metadata with the width and height of the decoded, upright photo.

    Returns:
        The groups, and for each photo the index of its group.
    """
    groups: dict[tuple[object, ...], int] = {}
    cameras: list[CameraGroup] = []
    members: list[int] = []
    for photo, width_px, height_px in photos:
        prior = focal_prior(photo, width_px, height_px)
        # Zoomed photos differ by far more than the rounding of calibrated values.
        zoom = None if prior.focal_px is None else round(math.log(prior.focal_px) / math.log(1.02))
        key = (photo.make, photo.model, width_px, height_px, zoom)
        if key not in groups:
            groups[key] = len(cameras)
            cameras.append(
                CameraGroup(
                    width_px=width_px,
                    height_px=height_px,
                    focal_px=prior.focal_px,
                    focal_source=prior.source,
                    maker=f"{photo.make} {photo.model}".strip(),
                )
            )
        members.append(groups[key])
    return tuple(cameras), tuple(members)
