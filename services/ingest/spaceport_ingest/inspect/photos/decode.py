"""Decode a photo to its last byte, so that a broken one is found before sfm pays for it."""

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass

from PIL import Image

from spaceport_ingest.rejection import PhotoRefused

# What Pillow's decoders raise on bytes that somebody else wrote.
DECODER_ERRORS = (
    Image.DecompressionBombError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
DRAFT = 8  # a JPEG's DCT can be decoded to 1/8 of its size: every byte is read, few are kept
GONE_SHARE = 1 / 16  # a JPEG that ends early is filled up with rows of one grey


@dataclass(frozen=True)
class Decoded:
    """A photo's picture, as far as ingest needs it."""

    image: Image.Image
    width_px: int
    height_px: int
    fingerprint: str


def decode(content: bytes, image_format: str, max_pixels: int) -> Decoded:
    """Open and decode completely; `fingerprint` is the same for the same picture.

    Raises PhotoRefused for damage, truncation and sizes that are too large.
    """
    try:
        image = Image.open(io.BytesIO(content), formats=(image_format,))
        width_px, height_px = image.size
        if width_px * height_px > max_pixels:
            raise PhotoRefused(
                f"The photo has {width_px * height_px / 1e6:.0f} megapixels, more than the "
                f"{max_pixels / 1e6:.0f} that can be used; export it smaller."
            )
        image.draft("L", (width_px // DRAFT, height_px // DRAFT))
        image.load()
    except DECODER_ERRORS as error:
        raise PhotoRefused(_describe(error)) from error
    grey = image.convert("L")
    if _ends_in_one_grey(grey):
        raise PhotoRefused("The lower part of the photo is missing; copy it from the card again.")
    size = f"{width_px}x{height_px}:".encode()
    fingerprint = hashlib.sha256(size + grey.tobytes()).hexdigest()
    return Decoded(image, width_px, height_px, fingerprint)


def _describe(error: BaseException) -> str:
    if isinstance(error, Image.DecompressionBombError):
        return "The photo is far too large; export it smaller."
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return "The file is cut off before its end; copy it from the card again."
    return "The file is damaged and cannot be decoded; copy it from the card again."


def _ends_in_one_grey(grey: Image.Image) -> bool:
    """A picture whose last rows hold one value while the rest does not."""
    width, height = grey.size
    rows = max(2, round(height * GONE_SHARE))
    if rows >= height:
        return False
    low, high = grey.crop((0, height - rows, width, height)).getextrema()
    return low == high and len(set(grey.getextrema())) > 1
