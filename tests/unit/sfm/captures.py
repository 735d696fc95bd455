"""Test code: a capture from a folder of photos, read with Pillow."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from spaceport_contracts.capture import Capture, Photo

EXIF_IFD, GPS_IFD = 0x8769, 0x8825
MAKE, MODEL, ORIENTATION = 271, 272, 274
TAKEN_AT, FOCAL_35MM = 36867, 41989


def read_capture(folder: Path) -> Capture:
    """Every file below `folder` that is called a photo, whether or not it can be read."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".tif"}
    )
    photos = tuple(read_photo(path, path.relative_to(folder).as_posix()) for path in files)
    return Capture(photos_prefix="s3://bucket/capture/", photos=photos)


def read_photo(path: Path, name: str) -> Photo:
    data = path.read_bytes()
    facts: dict[str, Any] = {"width_px": 1, "height_px": 1}
    try:
        with Image.open(path) as image:
            facts = {"width_px": image.width, "height_px": image.height} | _metadata(image, data)
    except UnidentifiedImageError:
        pass
    return Photo(
        name=name,
        key=name,
        bytes=max(len(data), 1),
        sha256=hashlib.sha256(data).hexdigest(),
        **facts,
    )


def _metadata(image: Image.Image, data: bytes) -> dict[str, Any]:
    exif = image.getexif()
    shot, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
    taken = str(shot.get(TAKEN_AT, ""))
    return {
        "make": str(exif.get(MAKE, "")).strip("\x00 "),
        "model": str(exif.get(MODEL, "")).strip("\x00 "),
        "orientation": exif.get(ORIENTATION, 1) or 1,
        "focal_35mm": float(shot[FOCAL_35MM]) if FOCAL_35MM in shot else None,
        "taken_at": datetime.strptime(taken, "%Y:%m:%d %H:%M:%S") if taken else None,
        "relative_altitude_m": _xmp_number(data, b"RelativeAltitude"),
        "calibrated_focal_px": _xmp_number(data, b"CalibratedFocalLength"),
        "latitude_deg": _degrees(gps, 2, "S"),
        "longitude_deg": _degrees(gps, 4, "W"),
        "altitude_m": float(gps[6]) if 6 in gps else None,
    }


def _degrees(gps: dict[int, Any], tag: int, negative: str) -> float | None:
    if tag not in gps:
        return None
    degrees, minutes, seconds = (float(part) for part in gps[tag])
    value = degrees + minutes / 60 + seconds / 3600
    return -value if gps.get(tag - 1) == negative else value


def _xmp_number(data: bytes, name: bytes) -> float | None:
    found = re.search(rb"drone-dji:" + name + rb'="([+-]?[\d.]+)"', data)
    return float(found[1]) if found else None


def lay_out(root: Path, photos: Path, capture: Capture, quality: str = "draft") -> None:
    """The job's input folders under `root`; the photos by symbolic link."""
    inputs = root / "processing" / "input"
    for name in ("capture", "options"):
        (inputs / name).mkdir(parents=True)
    (inputs / "photos").symlink_to(photos, target_is_directory=True)
    (inputs / "capture" / "capture.json").write_text(capture.model_dump_json())
    (inputs / "options" / "options.json").write_text(json.dumps({"quality": quality}))
