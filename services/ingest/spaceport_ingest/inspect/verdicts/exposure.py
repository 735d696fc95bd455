"""Whether a picture was exposed so that anything can be found in it."""

from PIL import Image

BLACK, WHITE = 8, 250  # of 255: beyond these a camera has clipped
CLIPPED_SHARE = 0.65  # an overcast sky above a facade is burnt, and does no harm
DARK_LEVEL, LIGHT_SHARE = 32, 0.05


def clipped_share(grey: Image.Image) -> tuple[float, float]:
    """How much of the picture is burnt, and how much is drowned in black."""
    levels = grey.histogram()
    total = max(1, sum(levels))
    return sum(levels[WHITE:]) / total, sum(levels[: BLACK + 1]) / total


def exposure_fault(grey: Image.Image) -> str:
    """Why the exposure is bad; empty when it is not."""
    burnt, drowned = clipped_share(grey)
    if burnt > CLIPPED_SHARE:
        return f"{burnt:.0%} of the picture is burnt white"
    levels = grey.histogram()
    light = sum(levels[DARK_LEVEL:]) / max(1, sum(levels))
    if drowned > CLIPPED_SHARE or light < LIGHT_SHARE:
        return "The picture is too dark to find anything in it"
    return ""
