"""Photos as ingest left them -> decoded, upright JPEGs under flat names."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import numpy as np
import pillow_heif
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from spaceport_contracts.capture import Capture, Photo, RejectedPhoto

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

MIN_SIDE_PX = 128
JPEG_QUALITY = 97
MASKS = "masks"
MASK_EDGE_PX = 9
UPRIGHT = 1
ORIENTATION_TAG = 0x0112
# Drones append previews: Pillow calls such a JPEG "MPO"; its first picture is the photo.
JPEG_FORMATS = ("JPEG", "MPO")
# What is kept in 16 bits: mapping and thermal cameras have fewer, and keep them below.
SENSOR_BITS = (8, 10, 12, 14, 16)
JPEG_SUFFIXES = (".jpg", ".jpeg")
Count = Callable[[int, int], None]


@dataclass(frozen=True)
class Prepared:
    """A photo in the work folder."""

    name: str
    photo: Photo
    width_px: int
    height_px: int


@dataclass(frozen=True)
class _Decoded:
    width_px: int
    height_px: int


def prepare(
    capture: Capture, folder: Path, images: Path, threads: int, count: Count
) -> tuple[list[Prepared], list[RejectedPhoto]]:
    """Decode every photo of `capture` below `folder` and leave it upright in `images`.

    Photos that cannot be used are rejected with a reason, in words for the user.

    Args:
        count: called with n of m after every photo; what it raises stops the work.
    """
    images.mkdir(parents=True, exist_ok=True)
    names = [image_name(photo.key) for photo in capture.photos]
    rejected: list[RejectedPhoto] = []
    prepared: list[Prepared] = []

    def work(item: tuple[Photo, str]) -> _Decoded | str:
        return _prepare_one(item[0], folder, images / item[1])

    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work, item) for item in zip(capture.photos, names, strict=True)]
        try:
            for n, (photo, name, job) in enumerate(zip(capture.photos, names, jobs, strict=True)):
                decoded = job.result()
                if isinstance(decoded, str):
                    rejected.append(RejectedPhoto(name=photo.name, reason=decoded))
                else:
                    prepared.append(Prepared(name, photo, decoded.width_px, decoded.height_px))
                count(n + 1, len(jobs))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return prepared, rejected


def image_name(key: str) -> str:
    """The flat ASCII name of a photo's JPEG, unlike any other key's.

    Ingest gives keys of URL-safe characters, so that only the folders' slashes change.
    """
    flat = quote(key, safe="").replace("%", "~")
    return flat if flat.lower().endswith(JPEG_SUFFIXES) else f"{flat}.jpg"


def _prepare_one(photo: Photo, folder: Path, target: Path) -> _Decoded | str:
    """Decode one photo and write it upright; a string is the reason why it cannot be used."""
    source = folder / photo.key
    if ".." in source.parts or PurePosixPath(photo.key).is_absolute() or not source.is_file():
        return "The file is not there; upload it again."
    try:
        with Image.open(source) as image:
            image.load()
            return _write_upright(image, source, target)
    except UnidentifiedImageError:
        return "It is not a photo that can be read; export it as JPEG."
    except Image.DecompressionBombError:
        return "It has too many pixels; export it at 100 megapixels or less."
    except (OSError, SyntaxError, ValueError) as error:
        return f"The file is damaged ({error}); copy it from the card again."


def _write_upright(image: Image.Image, source: Path, target: Path) -> _Decoded | str:
    if min(image.size) < MIN_SIDE_PX:
        return f"It is only {image.width} x {image.height} pixels; upload the full-size photo."
    orientation = image.getexif().get(ORIENTATION_TAG, UPRIGHT)
    if image.format in JPEG_FORMATS and image.mode == "RGB" and orientation in (0, UPRIGHT):
        # Nothing to change: no loss from a second JPEG compression.
        target.symlink_to(source.absolute())
        upright = image
    else:
        turned = ImageOps.exif_transpose(image)
        upright = _eight_bit_rgb(turned)
        if turned.has_transparency_data:
            _write_mask(turned, mask_path(target))
        upright.save(target, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return _Decoded(upright.width, upright.height)


def mask_path(image: Path) -> Path:
    """Where the mask of a prepared photo lies, if it has one: black is not looked at."""
    return image.parent.parent / MASKS / f"{image.name}.png"


def _write_mask(image: Image.Image, target: Path) -> None:
    """What is transparent was cut out by somebody: neither it nor its edge shows the place."""
    opaque = image.convert("RGBA").getchannel("A").point(lambda value: 255 if value > 127 else 0)
    target.parent.mkdir(exist_ok=True)
    opaque.filter(ImageFilter.MinFilter(MASK_EDGE_PX)).save(target)


def _eight_bit_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16-bit greys: Pillow's own conversion would clip everything above 255.
        most = int(np.asarray(image).max())
        bits = next((depth for depth in SENSOR_BITS if most < 1 << depth), SENSOR_BITS[-1])
        scale = 256 / (1 << bits)
        return image.convert("I").point(lambda value: value * scale).convert("L").convert("RGB")
    return image.convert("RGB")
