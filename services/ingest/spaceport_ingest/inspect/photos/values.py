"""Numbers and words in metadata, as cameras, editors and broken writers leave them."""

import math

from spaceport_ingest.inspect.photos.decode import DECODER_ERRORS

TEXT_CHARACTERS = 64


def text_of(value: object) -> str:
    """Without the zero bytes that DJI pads with and without control characters."""
    text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value or "")
    kept = "".join(sign for sign in text.partition("\0")[0] if sign.isprintable())
    return kept.strip()[:TEXT_CHARACTERS]


def number_of(value: object) -> float | None:
    """A finite number; None for 0/0, text and everything else."""
    if isinstance(value, tuple | list) and len(value) == 1:
        value = value[0]
    try:
        number = float(value)  # type: ignore[arg-type]
    except DECODER_ERRORS:
        return None
    return number if math.isfinite(number) else None


def within(number: float | None, low: float, high: float) -> float | None:
    """The number if it can be true, else None."""
    return number if number is not None and low <= number <= high else None
