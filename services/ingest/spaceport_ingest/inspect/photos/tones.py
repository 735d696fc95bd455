"""The light and dark of a picture, small: enough to recognise it again and to see nothing in it."""

from PIL import Image, ImageChops

REDUCED = 8
OPAQUE = 128
# Below it, of 255, nothing could be found in two photos: noise, averaged over 64 pixels, is less.
MIN_SPREAD = 6
TAIL_SHARE = 0.005
WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "F")


def small_grey(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The picture in 8-bit grey at about 1/8, and where it is opaque (None: everywhere).

    16-bit greys are stretched to what they use: cut to 8 bits, all of them would be white.
    """
    small = _reduced(_plain(image))
    if small.mode in WIDE_MODES:
        return _stretched(small), None
    if small.mode not in ("LA", "RGBA"):
        return small.convert("L"), None
    mask = small.getchannel("A").point(lambda value: 255 if value >= OPAQUE else 0)
    grey = ImageChops.darker(small.convert("L"), mask)
    return grey, None if mask.getextrema() == (255, 255) else mask


def shows_nothing(grey: Image.Image, mask: Image.Image | None) -> bool:
    """A covered lens, a burnt or an empty picture: hardly any difference between light and dark."""
    histogram = grey.histogram(mask)
    total, seen = sum(histogram), 0
    levels: list[int] = []
    for level, number in enumerate(histogram):
        seen += number
        if number and TAIL_SHARE * total <= seen and seen - number <= (1 - TAIL_SHARE) * total:
            levels.append(level)
    return not levels or levels[-1] - levels[0] < MIN_SPREAD


def _plain(image: Image.Image) -> Image.Image:
    """A mode that can be averaged."""
    if image.mode == "P":
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "PA" or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image.convert("I") if image.mode.startswith("I;16") else image


def _reduced(image: Image.Image) -> Image.Image:
    if image.format in ("JPEG", "MPO") or min(image.size) < REDUCED * 2:
        return image  # decoded small already
    return image.reduce(REDUCED)


def _stretched(image: Image.Image) -> Image.Image:
    low, high = image.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low >= high:
        return Image.new("L", image.size)
    scale = 255 / (high - low)
    return image.point(lambda value: value * scale - low * scale).convert("L")
