"""What a photo's EXIF says about the camera and where it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from PIL import ExifTags, Image

from spaceport_ingest.inspect.photos.decode import DECODER_ERRORS
from spaceport_ingest.inspect.photos.gps import (
    Position,
    read_altitude_m,
    read_error_m,
    read_position,
)
from spaceport_ingest.inspect.photos.values import number_of, text_of, within

Value = TypeVar("Value")
SHORTEST_35MM, LONGEST_35MM = 3.0, 5000.0
MAX_ZOOM = 1000.0
TIMES = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized),
)
PATTERNS = ("%Y:%m:%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S")
WRITTEN_CHARACTERS = 19


@dataclass(frozen=True)
class Exif:
    """EXIF 2.32 as far as sfm uses it; None where a photo does not say."""

    make: str = ""
    model: str = ""
    orientation: int = 1
    focal_35mm: float | None = None
    digital_zoom: float | None = None
    position: Position | None = None
    altitude_m: float | None = None
    gps_error_m: float | None = None
    taken_at: datetime | None = None


def read_exif(image: Image.Image) -> Exif:
    """Broken EXIF is no EXIF, folder by folder: the picture itself may still be good."""
    tags = _or(image.getexif, Image.Exif())
    details = _folder(tags, ExifTags.IFD.Exif)
    gps = _folder(tags, ExifTags.IFD.GPSInfo)
    orientation = number_of(tags.get(ExifTags.Base.Orientation))
    return Exif(
        make=text_of(tags.get(ExifTags.Base.Make)),
        model=text_of(tags.get(ExifTags.Base.Model)),
        orientation=int(orientation or 1) if orientation in range(1, 9) else 1,
        focal_35mm=within(
            number_of(details.get(ExifTags.Base.FocalLengthIn35mmFilm)),
            SHORTEST_35MM,
            LONGEST_35MM,
        ),
        digital_zoom=within(number_of(details.get(ExifTags.Base.DigitalZoomRatio)), 1e-3, MAX_ZOOM),
        position=read_position(gps),
        altitude_m=read_altitude_m(gps),
        gps_error_m=read_error_m(gps),
        taken_at=_taken_at(tags, details),
    )


def _folder(tags: Image.Exif, folder: int) -> Mapping[int, Any]:
    nothing: dict[int, Any] = {}
    return _or(lambda: tags.get_ifd(folder), nothing)


def _or(read: Callable[[], Value], otherwise: Value) -> Value:
    try:
        return read()
    except DECODER_ERRORS:
        return otherwise


def _taken_at(tags: Mapping[int, Any], details: Mapping[int, Any]) -> datetime | None:
    """When the shutter opened, else when the file was written; None for a clock that says 0."""
    written = [(details.get(time), details.get(offset)) for time, offset in TIMES]
    written.append((tags.get(ExifTags.Base.DateTime), details.get(ExifTags.Base.OffsetTime)))
    times = (_time(text_of(time), text_of(offset)) for time, offset in written)
    return next((time for time in times if time is not None), None)


def _time(text: str, offset: str) -> datetime | None:
    zone = offset or text[WRITTEN_CHARACTERS:]
    for pattern in PATTERNS:
        for written, form in (
            (text[:WRITTEN_CHARACTERS] + zone, pattern + "%z"),
            (text[:WRITTEN_CHARACTERS], pattern),
        ):
            try:
                return datetime.strptime(written, form)
            except ValueError:
                continue
    return None
