"""How blurred a picture is, in a way that holds for any camera.

Crete, Dolmiere, Ladret, Nicolas, "The blur effect: perception and estimation with a new
no-reference perceptual blur metric", SPIE 6492 (2007): blur the picture once more, and see how
much of the difference between neighbours is lost. A sharp picture loses most of it, a blurred one
little. It is a ratio, so neither the light nor the contrast of the picture counts.

Three things are added. The picture is brought to one size first, which is about what sfm works on:
blur that cannot be seen there does no harm. Only the quarter of the picture with the most texture
counts: water, sky and fields say nothing of the lens. The two directions are kept apart and the
worse one counts, because a camera that moved blurs along its way only.
"""

from PIL import Image, ImageChops, ImageFilter

WORKING_PX = 1600
BLUR_PX = 4  # of the second blur, as in the paper: nine pixels wide
TILES = (12, 9)
COUNTED_SHARE = 0.25
NOTHING = 1e-6


def blur_of(grey: Image.Image) -> float:
    """0 is as sharp as can be, 1 has no detail at all; `grey` is in mode L."""
    small = _at_working_size(grey)
    return max(_blur_along(small, 1, 0), _blur_along(small, 0, 1))


def _at_working_size(grey: Image.Image) -> Image.Image:
    scale = max(grey.size) / WORKING_PX
    if scale <= 1:
        return grey
    size = (round(grey.width / scale), round(grey.height / scale))
    return grey.resize(size, Image.Resampling.BOX)


def _blur_along(grey: Image.Image, right: int, down: int) -> float:
    """The share of the differences along one axis that a second blur along it leaves."""
    again = grey.filter(ImageFilter.BoxBlur((BLUR_PX * right, BLUR_PX * down)))
    before, after = _differences(grey, right, down), _differences(again, right, down)
    total, lost = _by_tile(before), _by_tile(ImageChops.subtract(before, after))
    counted = sorted(range(len(total)), key=lambda tile: -total[tile])
    counted = counted[: round(len(counted) * COUNTED_SHARE)]
    return 1 - sum(lost[tile] for tile in counted) / max(
        NOTHING, sum(total[tile] for tile in counted)
    )


def _differences(grey: Image.Image, right: int, down: int) -> Image.Image:
    width, height = grey.size
    shifted = grey.crop((right, down, width, height))
    return ImageChops.difference(shifted, grey.crop((0, 0, width - right, height - down)))


def _by_tile(image: Image.Image) -> list[float]:
    tiles = image.convert("F").resize(TILES, Image.Resampling.BOX)
    columns, rows = TILES
    return [_number(tiles, x, y) for y in range(rows) for x in range(columns)]


def _number(image: Image.Image, x: int, y: int) -> float:
    value = image.getpixel((x, y))
    return float(value) if isinstance(value, int | float) else 0.0
