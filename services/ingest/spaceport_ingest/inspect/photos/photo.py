"""Everything that can be said about one photo from its bytes."""

import hashlib
from dataclasses import dataclass

from spaceport_contracts.capture import Photo
from spaceport_ingest.inspect.photos.decode import decode
from spaceport_ingest.inspect.photos.exif import read_exif
from spaceport_ingest.inspect.photos.magic import photo_format
from spaceport_ingest.inspect.photos.xmp import read_xmp


@dataclass(frozen=True)
class GoodPhoto:
    """A usable photo; `fingerprint` is the same for the same picture under other metadata."""

    photo: Photo
    fingerprint: str


def inspect_photo(name: str, key: str, content: bytes, max_pixels: int) -> GoodPhoto:
    """Raises PhotoRefused with the reason for the user."""
    image_format = photo_format(content)
    decoded = decode(content, image_format, max_pixels)
    exif, xmp = read_exif(decoded.image), read_xmp(content)
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
        calibrated_focal_px=xmp.calibrated_focal_px,
        latitude_deg=exif.latitude_deg,
        longitude_deg=exif.longitude_deg,
        altitude_m=exif.altitude_m,
        relative_altitude_m=xmp.relative_altitude_m,
        taken_at=exif.taken_at,
    )
    return GoodPhoto(photo, decoded.fingerprint)
