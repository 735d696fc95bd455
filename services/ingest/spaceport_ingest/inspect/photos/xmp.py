"""What DJI writes into a photo's XMP beyond EXIF."""

import math
import re
from dataclasses import dataclass

XMP_START, XMP_END = b"<x:xmpmeta", b"</x:xmpmeta>"


@dataclass(frozen=True)
class DjiXmp:
    """Height above take-off in m, and the focal length in px from the factory calibration."""

    relative_altitude_m: float | None = None
    calibrated_focal_px: float | None = None


def read_xmp(content: bytes) -> DjiXmp:
    """Search the packet for the two numbers.

    Text search and no XML parser: the packet was written by somebody else, and entities cannot
    blow up what never expands them. Attributes and elements are both in use.
    """
    start = content.find(XMP_START)
    packet = content[start : content.find(XMP_END, start)] if start >= 0 else b""
    focal_px = _number(packet, b"CalibratedFocalLength")
    return DjiXmp(
        relative_altitude_m=_number(packet, b"RelativeAltitude"),
        calibrated_focal_px=focal_px if focal_px and focal_px > 0 else None,
    )


def _number(packet: bytes, name: bytes) -> float | None:
    match = re.search(rb":" + name + rb"\s*(?:=\s*[\"']|>)\s*([+-]?\d+(?:\.\d*)?)", packet)
    if match is None:
        return None
    number = float(match.group(1))
    return number if math.isfinite(number) else None
