"""Everything that can be said about one photo from its bytes."""

import hashlib
import re
from dataclasses import dataclass

from spaceport_contracts.capture import ImageKind, Photo
from spaceport_ingest.inspect.photos.decode import decode
from spaceport_ingest.inspect.photos.exif import Exif, read_exif
from spaceport_ingest.inspect.photos.gps import Position
from spaceport_ingest.inspect.photos.magic import photo_format
from spaceport_ingest.inspect.photos.xmp import Xmp, read_xmp
from spaceport_ingest.settings import Limits

# DJI names a thermal picture DJI_20230614120000_0001_T.JPG.
HEAT_NAME = re.compile(r"(\d_T|_IR|_THERMAL)\.[A-Za-z]+$", re.IGNORECASE)
HEAT_MAKERS = ("FLIR", "WORKSWELL", "OPTRIS", "INFIRAY", "HIKMICRO")
SAME_PLACE_DEG = 0.01
SAME_HEIGHT_M = 1.0


@dataclass(frozen=True)
class GoodPhoto:
    """A usable photo; `fingerprint` is the same for the same picture under other metadata."""

    photo: Photo
    fingerprint: str


def inspect_photo(name: str, key: str, content: bytes, limits: Limits) -> GoodPhoto:
    """Raises PhotoRefused with the reason for the user."""
    image_format = photo_format(content)
    decoded = decode(content, image_format, limits)
    exif, xmp = read_exif(decoded.image), read_xmp(content)
    position = _position(exif.position, xmp.position)
    photo = Photo(
        name=name,
        key=key,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        width_px=decoded.width_px,
        height_px=decoded.height_px,
        orientation=exif.orientation,
        make=exif.make,
        model=exif.model,
        focal_35mm=exif.focal_35mm,
        digital_zoom=exif.digital_zoom,
        calibrated_focal_px=xmp.calibrated_focal_px,
        latitude_deg=position.latitude_deg if position else None,
        longitude_deg=position.longitude_deg if position else None,
        hemisphere_known=position.is_signed if position else True,
        altitude_m=_altitude_m(exif, xmp) if position else None,
        relative_altitude_m=xmp.relative_altitude_m,
        gps_error_m=xmp.gps_error_m or exif.gps_error_m,
        gimbal_pitch_deg=xmp.gimbal_pitch_deg,
        gimbal_roll_deg=xmp.gimbal_roll_deg,
        gimbal_yaw_deg=xmp.gimbal_yaw_deg,
        taken_at=exif.taken_at,
        image_kind=_image_kind(name, exif, xmp),
    )
    return GoodPhoto(photo, decoded.fingerprint)


def _position(exif: Position | None, xmp: Position | None) -> Position | None:
    """EXIF's, with the signs of XMP's where its own are lost; XMP's where EXIF has none."""
    if exif is None or xmp is None or exif.is_signed:
        return exif or xmp
    is_same = (
        abs(abs(xmp.latitude_deg) - abs(exif.latitude_deg)) < SAME_PLACE_DEG
        and abs(abs(xmp.longitude_deg) - abs(exif.longitude_deg)) < SAME_PLACE_DEG
    )
    return xmp if is_same else exif


def _altitude_m(exif: Exif, xmp: Xmp) -> float | None:
    """EXIF's, with XMP's sign where the two are each other's mirror; XMP's where EXIF has none."""
    above_sea_m = xmp.absolute_altitude_m or None
    if exif.altitude_m is None or above_sea_m is None:
        return exif.altitude_m if exif.altitude_m is not None else above_sea_m
    is_mirrored = exif.altitude_m * above_sea_m < 0
    is_same = abs(abs(exif.altitude_m) - abs(above_sea_m)) < SAME_HEIGHT_M
    return above_sea_m if is_mirrored and is_same else exif.altitude_m


def _image_kind(name: str, exif: Exif, xmp: Xmp) -> ImageKind:
    is_heat = HEAT_NAME.search(name) is not None or exif.make.upper().startswith(HEAT_MAKERS)
    return ImageKind.THERMAL if is_heat else xmp.image_kind
