"""Where a photo's EXIF says that the camera was: EXIF 2.32 (CIPA DC-008), section 4.6.6.

Every field may be absent, half there, malformed, out of range or of the wrong sign. It is read as
what it means, or as None; nothing is guessed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import ExifTags

from spaceport_ingest.inspect.photos.values import number_of, text_of, within

LOWEST_M, HIGHEST_M = -1000.0, 20_000.0  # the Dead Sea, and more than any survey flies
SEXAGESIMAL = 60.0
PARTS = 3
MAX_ERROR_M = 10_000.0
BELOW = (1, 3)  # below sea level, below the ellipsoid (EXIF 3.0)


@dataclass(frozen=True)
class Position:
    """Degrees and metres; `is_signed` is False where N or S, E or W is lost."""

    latitude_deg: float
    longitude_deg: float
    is_signed: bool = True


def read_position(gps: Mapping[int, Any]) -> Position | None:
    """None without both degrees, and for (0, 0), which cameras without a fix write."""
    latitude = _degrees(gps, ExifTags.GPS.GPSLatitude, 90.0)
    longitude = _degrees(gps, ExifTags.GPS.GPSLongitude, 180.0)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    north = _sign(latitude, gps.get(ExifTags.GPS.GPSLatitudeRef), "N", "S")
    east = _sign(longitude, gps.get(ExifTags.GPS.GPSLongitudeRef), "E", "W")
    return Position(
        abs(latitude) * (north or 1), abs(longitude) * (east or 1), bool(north and east)
    )


def _degrees(gps: Mapping[int, Any], tag: int, limit_deg: float) -> float | None:
    """Degrees, minutes and seconds, or the first of them with a fraction; None for halves.

    The standard knows no negative degrees; who writes them means south and west.
    """
    written = gps.get(tag)
    parts = written if isinstance(written, tuple | list) else (written,)
    numbers = [number_of(part) for part in parts[:PARTS]]
    if not numbers or numbers[0] is None:
        return None
    total, unit, is_negative = 0.0, 1.0, False
    for index, number in enumerate(numbers):
        if number is None:  # 0/0: nothing is missing if the part before has a fraction
            if (numbers[index - 1] or 0.0).is_integer():
                return None
            break
        if index and abs(number) > SEXAGESIMAL:
            return None
        is_negative = is_negative or number < 0
        total += abs(number) * unit
        unit /= SEXAGESIMAL
    if len(numbers) < PARTS and numbers[-1] is not None and numbers[-1].is_integer():
        return None
    return -total if is_negative and total <= limit_deg else within(total, 0.0, limit_deg)


def _sign(degrees: float, written: object, positive: str, negative: str) -> int | None:
    letter = text_of(written).upper()[:1]
    if letter == negative or degrees < 0:
        return -1
    return 1 if letter == positive else None


def read_altitude_m(gps: Mapping[int, Any]) -> float | None:
    """None for exactly 0, which is what is written without a fix, and for heights nobody flies."""
    altitude_m = number_of(gps.get(ExifTags.GPS.GPSAltitude))
    if altitude_m is None or altitude_m == 0:
        return None
    reference = gps.get(ExifTags.GPS.GPSAltitudeRef)
    code = reference[0] if isinstance(reference, bytes) and reference else reference
    is_below = number_of(code) in BELOW
    return within(-abs(altitude_m) if is_below else altitude_m, LOWEST_M, HIGHEST_M)


def read_error_m(gps: Mapping[int, Any]) -> float | None:
    """GPSHPositioningError, where it says anything."""
    error_m = within(number_of(gps.get(ExifTags.GPS.GPSHPositioningError)), 0.0, MAX_ERROR_M)
    return error_m if error_m and math.isfinite(error_m) else None
