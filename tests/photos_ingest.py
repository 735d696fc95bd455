"""Small photos with the metadata of drones, and uploads made of them."""

import hashlib
import io
import random
import zipfile
from collections.abc import Mapping
from typing import Any

from PIL import ExifTags, Image

from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from tests.fakes_ingest import BUCKET, FakeWorld

XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description
 drone-dji:RelativeAltitude="+40.20" drone-dji:CalibratedFocalLength="3666.666504"/></rdf:RDF>
</x:xmpmeta>"""


def picture(seed: int = 0, size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Noise, so that every seed is another photo."""
    noise = random.Random(seed).randbytes(size[0] * size[1] * 3)
    return Image.frombytes("RGB", size, noise)


def jpeg(
    seed: int = 0, *, size: tuple[int, int] = (96, 64), gps: bool = True, **exif: Any
) -> bytes:
    """A JPEG as a drone writes it."""
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = exif.get("make", "DJI\0\0\0")
    tags[ExifTags.Base.Model] = exif.get("model", "FC6310")
    tags[ExifTags.Base.Orientation] = exif.get("orientation", 1)
    tags.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.FocalLengthIn35mmFilm: 24,
            ExifTags.Base.DateTimeOriginal: "2016:06:23 16:31:59",
        }
    )
    if gps:
        tags.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "N",
                ExifTags.GPS.GPSLatitude: (46.0, 50.0, 33.3855),
                ExifTags.GPS.GPSLongitudeRef: "W",
                ExifTags.GPS.GPSLongitude: (91.0, 59.0, 40.4156),
                ExifTags.GPS.GPSAltitudeRef: b"\0",
                ExifTags.GPS.GPSAltitude: 198.309,
            }
        )
    stream = io.BytesIO()
    picture(seed, size).save(stream, "JPEG", exif=tags.tobytes(), xmp=exif.get("xmp", XMP))
    return stream.getvalue()


def png(seed: int = 0) -> bytes:
    """A PNG without metadata."""
    stream = io.BytesIO()
    picture(seed).save(stream, "PNG")
    return stream.getvalue()


def photos(number: int) -> dict[str, bytes]:
    """Good photos under a drone's names."""
    return {f"DJI_{index:04d}.JPG": jpeg(index) for index in range(number)}


def zip_of(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip as a person packs it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packed:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)  # of one date, so that the same files are the same bytes
            info.compress_type = method
            packed.writestr(info, content)
    return stream.getvalue()


def put_folder(world: FakeWorld, files: Mapping[str, bytes], **wishes: Any) -> str:
    """Upload a folder as the contract says; returns the manifest's key."""
    listed = []
    for name, content in files.items():
        world.put(f"uploads/trip/photos/{name}", content)
        digest = hashlib.sha256(content).hexdigest()
        listed.append(UploadedPhoto(name=name, key=name, bytes=len(content), sha256=digest))
    manifest = UploadManifest(photos=tuple(listed), **wishes)
    world.put("uploads/trip/manifest.json", manifest.model_dump_json().encode())
    return "uploads/trip/manifest.json"


def put_zip(world: FakeWorld, files: Mapping[str, bytes], **metadata: str) -> str:
    """Upload a zip; returns its key."""
    uri = world.put("uploads/trip.zip", zip_of(files))
    world.objects.meta[uri] = metadata
    return "uploads/trip.zip"


def created(key: str) -> dict[str, Any]:
    """The detail of S3's event."""
    return {"bucket": {"name": BUCKET}, "object": {"key": key, "size": 1, "etag": "x"}}
