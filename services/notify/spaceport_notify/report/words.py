"""Numbers as people read them."""

import math


def count(number: int) -> str:
    """1234567 -> 1,234,567."""
    return f"{number:,}"


def short_count(number: int) -> str:
    """1234567 -> 1.23 million, for headlines."""
    if number >= 1_000_000:
        return f"{number / 1_000_000:.2f} million"
    return count(number)


def megabytes(size_bytes: int) -> str:
    """A size in the unit that suits it, decimal as browsers show downloads."""
    if size_bytes < 1_000:
        return f"{size_bytes} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1_000:.0f} kB"
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB"
    return f"{size_bytes / 1_000_000_000:.2f} GB"


def duration(seconds: float) -> str:
    """372.4 -> 6 min 12 s."""
    if not math.isfinite(seconds) or seconds < 0:
        return "unknown"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def metres(length_m: float) -> str:
    """Centimetres below a metre, where people think in them."""
    return f"{length_m * 100:.0f} cm" if abs(length_m) < 0.995 else f"{length_m:.2f} m"
