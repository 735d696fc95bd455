"""What a photo's EXIF says about the camera and where it was."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image

from spaceport_ingest.inspect.photos.decode import DECODER_ERRORS

TEXT_CHARACTERS = 64


@dataclass(frozen=True)
class Exif:
    """EXIF 2.32 as far as sfm uses it; None where a photo does not say."""

    make: str = ""
    model: str = ""
    orientation: int = 1
    focal_35mm: float | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    taken_at: datetime | None = None


def read_exif(image: Image.Image) -> Exif:
    """Broken EXIF is no EXIF: the picture itself may still be good."""
    try:
        tags = image.getexif()
        details: dict[int, Any] = tags.get_ifd(ExifTags.IFD.Exif)
        gps: dict[int, Any] = tags.get_ifd(ExifTags.IFD.GPSInfo)
    except DECODER_ERRORS:
        return Exif()
    latitude_deg, longitude_deg = _position(gps)
    orientation = tags.get(ExifTags.Base.Orientation, 1)
    return Exif(
        make=_text(tags.get(ExifTags.Base.Make)),
        model=_text(tags.get(ExifTags.Base.Model)),
        orientation=orientation if orientation in range(1, 9) else 1,
        focal_35mm=_positive(details.get(ExifTags.Base.FocalLengthIn35mmFilm)),
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        altitude_m=_altitude_m(gps) if latitude_deg is not None else None,
        taken_at=_time(
            details.get(ExifTags.Base.DateTimeOriginal),
            details.get(ExifTags.Base.OffsetTimeOriginal),
        ),
    )


def _text(value: object) -> str:
    """Without the zero bytes that DJI pads with and without control characters."""
    text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value or "")
    kept = "".join(sign for sign in text.partition("\0")[0] if sign.isprintable())
    return kept.strip()[:TEXT_CHARACTERS]


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except DECODER_ERRORS:
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _position(gps: dict[int, Any]) -> tuple[float | None, float | None]:
    """Degrees; (0, 0) is what cameras without a fix write."""
    latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, 90.0)
    longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, 180.0)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(gps: dict[int, Any], tag: int, ref_tag: int, limit_deg: float) -> float | None:
    parts = gps.get(tag)
    if not isinstance(parts, tuple | list) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (_number(part) for part in parts)
    if degrees is None:
        return None
    value = degrees + (minutes or 0.0) / 60 + (seconds or 0.0) / 3600
    if not 0 <= value <= limit_deg:
        return None
    return -value if _text(gps.get(ref_tag)).upper() in ("S", "W") else value


def _altitude_m(gps: dict[int, Any]) -> float | None:
    altitude_m = _number(gps.get(ExifTags.GPS.GPSAltitude))
    if altitude_m is None:
        return None
    reference = gps.get(ExifTags.GPS.GPSAltitudeRef)
    is_below_sea = reference in (1, b"\x01")
    return -altitude_m if is_below_sea else altitude_m


def _time(value: object, offset: object) -> datetime | None:
    text = _text(value)
    for written, pattern in (
        (text + _text(offset), "%Y:%m:%d %H:%M:%S%z"),
        (text, "%Y:%m:%d %H:%M:%S"),
    ):
        try:
            return datetime.strptime(written, pattern)
        except ValueError:
            continue
    return None
