"""All that is found out about one photo by itself, as soon as it has arrived."""

import io

from PIL import Image

from spaceport_contracts.capture import Frozen, Photo
from spaceport_ingest.inspect.photos.budget import pixel_budget
from spaceport_ingest.inspect.photos.magic import photo_format
from spaceport_ingest.inspect.photos.photo import inspect_photo
from spaceport_ingest.inspect.verdicts.exposure import exposure_fault
from spaceport_ingest.inspect.verdicts.sharpness import WORKING_PX, blur_of
from spaceport_ingest.inspect.verdicts.verdict import VerdictKind
from spaceport_ingest.rejection import PhotoRefused, ShowsNothing, WrongKind
from spaceport_ingest.settings import Limits
from spaceport_runtime.observe import logger

GREY_BYTES = 8  # per pixel: what is decoded, its grey, and the pictures made of that
REFUSALS = {WrongKind: VerdictKind.WRONG_KIND, ShowsNothing: VerdictKind.BADLY_EXPOSED}


BROKEN = "It cannot be read because of an error inside Spaceport; export it as JPEG again."


class Finding(Frozen):
    """`refused` is why the photo cannot be used, or empty; then `photo` says what it is.

    `etag` is the object's that was looked at.
    """

    etag: str
    refused: str = ""
    kind: VerdictKind = VerdictKind.GOOD
    photo: Photo | None = None
    fingerprint: str = ""
    blur: float = 0.0
    exposure_fault: str = ""


def examine(key: str, content: bytes, etag: str, limits: Limits) -> Finding:
    """One photo in memory, decoded within the budget that all pictures share."""
    try:
        return _look_at(key, content, etag, limits)
    except PhotoRefused as refusal:
        kind = REFUSALS.get(type(refusal), VerdictKind.UNREADABLE)
        return Finding(etag=etag, refused=str(refusal), kind=kind)
    except MemoryError:
        raise
    except Exception:  # as for every photo of a job: one that breaks us keeps no other waiting
        logger.exception("a photo broke the inspection", extra={"photo": key})
        return Finding(etag=etag, refused=BROKEN, kind=VerdictKind.UNREADABLE)


def _look_at(key: str, content: bytes, etag: str, limits: Limits) -> Finding:
    good = inspect_photo(key, key, content, limits)
    grey = _grey(content, good.photo, limits)
    return Finding(
        etag=etag,
        photo=good.photo,
        fingerprint=good.fingerprint,
        blur=round(blur_of(grey), 3),
        exposure_fault=exposure_fault(grey),
    )


def _grey(content: bytes, photo: Photo, limits: Limits) -> Image.Image:
    """About the working size: a JPEG is decoded no larger than that needs."""
    image_format = photo_format(content)
    image = Image.open(io.BytesIO(content), formats=(image_format,))
    if image_format == "JPEG":
        scale = max(1, max(photo.width_px, photo.height_px) // WORKING_PX)
        image.draft("L", (photo.width_px // scale, photo.height_px // scale))
    wanted = min(limits.max_decoded_bytes, image.width * image.height * GREY_BYTES)
    with pixel_budget(limits.max_decoded_bytes).lent(wanted):
        return _eight_bits(image)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith(("I", "F")):
        low, high = image.getextrema()
        if isinstance(low, int | float) and isinstance(high, int | float) and high > low:
            scale = 255 / (high - low)
            return image.convert("F").point(lambda v: v * scale - low * scale).convert("L")
    return image.convert("L")
