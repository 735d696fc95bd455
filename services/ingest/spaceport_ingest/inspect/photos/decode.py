"""Decode a photo to its last byte, so that a broken one is found before sfm pays for it."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

import pillow_heif
from PIL import Image

from spaceport_ingest.inspect.photos.budget import pixel_budget
from spaceport_ingest.inspect.photos.jpeg import JpegStructure, read_structure
from spaceport_ingest.inspect.photos.tones import shows_nothing, small_grey
from spaceport_ingest.rejection import PhotoRefused, ShowsNothing, WrongKind
from spaceport_ingest.settings import Limits

pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)

# What Pillow's decoders raise on bytes that somebody else wrote.
DECODER_ERRORS = (
    Image.DecompressionBombError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
DRAFT = 8  # a JPEG's DCT can be decoded to 1/8 of its size: every byte is read, few are kept
GONE_SHARE = 1 / 16  # a JPEG that ends early is filled up with rows of one tone
MCU_ROWS = 2  # one row of a JPEG's blocks at 1/8
PADDING = bytes(16)  # lets the decoder finish the last block that is there
# Pillow's own storage and one conversion of it.
BYTES_PER_PIXEL = {"1": 2, "L": 1, "P": 5, "RGB": 4, "I;16": 6}
MOST_BYTES_PER_PIXEL = 8
DNG_VERSION, NEW_SUBFILE_TYPE = 50706, 254


@dataclass(frozen=True)
class Decoded:
    """A photo's picture, as far as ingest needs it."""

    image: Image.Image
    width_px: int
    height_px: int
    fingerprint: str


def decode(content: bytes, image_format: str, limits: Limits) -> Decoded:
    """Open and decode completely; `fingerprint` is the same for the same picture.

    Raises PhotoRefused for damage, truncation, sizes that are too large and pictures of nothing.
    """
    try:
        structure = None
        if image_format == "JPEG":
            structure = read_structure(content, limits.max_scans)
        image = Image.open(io.BytesIO(content), formats=(image_format,))
        width_px, height_px = image.size
        _check_pixels(image, limits)
        wanted_bytes = _decoded_bytes(image, structure)
        if wanted_bytes > limits.max_decoded_bytes:
            raise PhotoRefused(
                f"The photo takes {wanted_bytes / 1e6:.0f} MB unpacked, more than the "
                f"{limits.max_decoded_bytes / 1e6:.0f} MB that can be used; export it as a plain "
                "JPEG."
            )
        with pixel_budget(limits.max_decoded_bytes).lent(wanted_bytes):
            _load_small(image)
            grey, mask = small_grey(image)
    except DECODER_ERRORS as error:
        raise PhotoRefused(_describe(error, image_format)) from error
    if structure is not None and _is_cut_off(content, structure, grey):
        raise PhotoRefused("The lower part of the photo is missing; copy it from the card again.")
    if shows_nothing(grey, mask):
        raise ShowsNothing("The picture is of one tone and shows nothing; leave it out.")
    size = f"{width_px}x{height_px}:".encode()
    seen = grey.tobytes() + (mask.tobytes() if mask else b"")
    return Decoded(image, width_px, height_px, hashlib.sha256(size + seen).hexdigest())


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    pixels = image.width * image.height
    if pixels > limits.max_photo_pixels:
        raise PhotoRefused(
            f"The photo has {pixels / 1e6:.0f} megapixels, more than the "
            f"{limits.max_photo_pixels / 1e6:.0f} that can be used; export it smaller."
        )
    if image.format == "TIFF":
        tags = image.getexif()
        if DNG_VERSION in tags or _number(tags.get(NEW_SUBFILE_TYPE)) & 1:
            raise WrongKind("The file is a raw file of the camera; export the photo as JPEG.")
        if image.mode == "F":
            raise WrongKind("The file holds measurements and no picture; export it as JPEG.")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _decoded_bytes(image: Image.Image, structure: JpegStructure | None) -> int:
    """What the decoder and the pictures made of it hold at most, roughly."""
    pixels = image.width * image.height
    if structure is not None:
        return round(pixels * (structure.bytes_per_pixel + MOST_BYTES_PER_PIXEL / DRAFT**2))
    return pixels * BYTES_PER_PIXEL.get(image.mode, MOST_BYTES_PER_PIXEL)


def _load_small(image: Image.Image) -> None:
    image.draft("L", (image.width // DRAFT, image.height // DRAFT))
    image.load()


def _describe(error: BaseException, image_format: str) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return "The photo is far too large; export it smaller."
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return "The file is cut off before its end; copy it from the card again."
    if image_format in ("HEIF", "TIFF"):
        name = {"HEIF": "HEIC"}.get(image_format, image_format)
        return f"The {name} file cannot be decoded; export the photo as JPEG."
    return "The file is damaged and cannot be decoded; copy it from the card again."


def _is_cut_off(content: bytes, structure: JpegStructure, grey: Image.Image) -> bool:
    """Whether data is missing before the end marker, which decoders fill up without a word.

    Black water and burnt snow are of one tone too. What tells them apart is that their rows were
    sent: decoded without the end marker, only rows that have data come out.
    """
    if not structure.is_whole:
        return True
    width, height = grey.size
    rows = max(2 * MCU_ROWS, round(height * GONE_SHARE))
    if structure.is_progressive or rows >= height:
        return False
    lower = (0, height - rows, width, height - MCU_ROWS)
    low, high = grey.crop(lower).getextrema()
    if low != high:
        return False
    sent = _decode_as_far_as_sent(content[: structure.end] + PADDING)
    return sent.crop(lower).getextrema() != (low, high)


def _decode_as_far_as_sent(content: bytes) -> Image.Image:
    """At 1/8; rows without data stay black."""
    image = Image.open(io.BytesIO(content), formats=("JPEG",))
    try:
        _load_small(image)
    except OSError:
        image.tile = []  # what there is, is there
    return small_grey(image)[0]
