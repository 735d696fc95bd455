"""What drones write into a photo's XMP beyond EXIF: DJI's names, which Autel uses too, and
Parrot's."""

import re
from dataclasses import dataclass

from spaceport_contracts.capture import ImageKind
from spaceport_ingest.inspect.photos.gps import (
    HIGHEST_M,
    LOWEST_M,
    MAX_ERROR_M,
    SEXAGESIMAL,
    Position,
)
from spaceport_ingest.inspect.photos.values import within

PACKETS = ((b"<x:xmpmeta", b"</x:xmpmeta>"), (b"<rdf:RDF", b"</rdf:RDF>"))
MAX_PACKET_BYTES = 1 << 18
IS = rb"\s*(?:=\s*[\"']|>)\s*"  # an attribute's or an element's
NUMBER = rb"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
MAX_FOCAL_PX = 1e6
HEAT = (b"infra", b"therm")


@dataclass(frozen=True)
class Xmp:
    """Height above take-off and sea in m, the focal length in px from the factory's calibration,
    where the gimbal looked, and which light the picture shows."""

    relative_altitude_m: float | None = None
    absolute_altitude_m: float | None = None
    calibrated_focal_px: float | None = None
    gimbal_pitch_deg: float | None = None
    gimbal_roll_deg: float | None = None
    gimbal_yaw_deg: float | None = None
    position: Position | None = None
    gps_error_m: float | None = None
    image_kind: ImageKind = ImageKind.VISIBLE


def read_xmp(content: bytes) -> Xmp:
    """Search the packet for what is known.

    Text search and no XML parser: the packet was written by somebody else, and entities cannot
    blow up what never expands them. Attributes and elements are both in use.
    """
    packet = _packet(content)
    focal_px = within(_number(packet, b"CalibratedFocalLength"), 0.0, MAX_FOCAL_PX)
    return Xmp(
        relative_altitude_m=within(_number(packet, b"RelativeAltitude"), -HIGHEST_M, HIGHEST_M),
        absolute_altitude_m=_absolute_altitude_m(packet),
        calibrated_focal_px=focal_px or None,
        gimbal_pitch_deg=_angle(packet, b"Pitch", -180.0, 180.0),
        gimbal_roll_deg=_angle(packet, b"Roll", -180.0, 180.0),
        gimbal_yaw_deg=_angle(packet, b"Yaw", -180.0, 360.0),
        position=_position(packet) or _editors_position(packet),
        gps_error_m=_error_m(packet),
        image_kind=_image_kind(packet),
    )


def _packet(content: bytes) -> bytes:
    for start_mark, end_mark in PACKETS:
        start = content.find(start_mark)
        if start >= 0:
            end = content.find(end_mark, start, start + MAX_PACKET_BYTES)
            return content[start : end if end >= 0 else start + MAX_PACKET_BYTES]
    return b""


def _number(packet: bytes, name: bytes) -> float | None:
    """A whole number between its quotes or tags; `40,2` is none, and not 40."""
    found = re.search(rb":" + name + IS + NUMBER + rb"\s*[\"'<]", packet)
    return float(found[1]) if found else None


def _angle(packet: bytes, axis: bytes, low_deg: float, high_deg: float) -> float | None:
    for name in (b"Gimbal" + axis + b"Degree", b"Camera" + axis + b"Degree"):
        angle_deg = within(_number(packet, name), low_deg, high_deg)
        if angle_deg is not None:
            return angle_deg
    return None


def _position(packet: bytes) -> Position | None:
    """Signed decimal degrees; early DJI firmware could not spell longitude."""
    latitude_deg = within(_number(packet, rb"G[Pp][Ss]Latitude"), -90.0, 90.0)
    longitude_deg = within(_number(packet, rb"G[Pp][Ss]Longt?itude"), -180.0, 180.0)
    if not latitude_deg or not longitude_deg:
        return None
    return Position(latitude_deg, longitude_deg)


def _editors_position(packet: bytes) -> Position | None:
    """Adobe's form of EXIF in XMP: `46,50.556N` or `46,50,33N`."""
    latitude_deg = within(_sexagesimal(packet, b"GPSLatitude", b"NS"), -90.0, 90.0)
    longitude_deg = within(_sexagesimal(packet, b"GPSLongitude", b"EW"), -180.0, 180.0)
    if not latitude_deg or not longitude_deg:
        return None
    return Position(latitude_deg, longitude_deg)


def _sexagesimal(packet: bytes, name: bytes, letters: bytes) -> float | None:
    form = rb"exif:%s%s(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([%s])\s*[\"'<]"
    found = re.search(form % (name, IS, letters), packet)
    if found is None:
        return None
    degrees, minutes, seconds = (float(part or 0) for part in found.groups()[:3])
    if max(minutes, seconds) > SEXAGESIMAL:
        return None
    value = degrees + minutes / SEXAGESIMAL + seconds / SEXAGESIMAL**2
    return -value if found[4] in b"SW" else value


def _absolute_altitude_m(packet: bytes) -> float | None:
    """The drone's, else an editor's: `198309/1000` with 1 for below the sea."""
    altitude_m = within(_number(packet, b"AbsoluteAltitude"), LOWEST_M, HIGHEST_M)
    found = re.search(rb"exif:GPSAltitude%s(\d{1,12})/(\d{1,12})\s*[\"'<]" % IS, packet)
    if altitude_m is not None or found is None or not int(found[2]):
        return altitude_m
    is_below = _number(packet, b"GPSAltitudeRef") == 1
    written_m = int(found[1]) / int(found[2])
    return within(-written_m if is_below else written_m, LOWEST_M, HIGHEST_M)


def _error_m(packet: bytes) -> float | None:
    """The larger of RTK's two horizontal standard deviations; 0 says nothing."""
    found = (_number(packet, name) for name in (b"RtkStdLat", b"RtkStdLon"))
    errors_m = [within(error_m, 0.0, MAX_ERROR_M) or 0.0 for error_m in found]
    return max(errors_m) or None


def _image_kind(packet: bytes) -> ImageKind:
    found = re.search(rb":ImageSource" + IS + rb"([A-Za-z]+)", packet)
    is_heat = found is not None and any(word in found[1].lower() for word in HEAT)
    return ImageKind.THERMAL if is_heat else ImageKind.VISIBLE
