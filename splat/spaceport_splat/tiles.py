"""Which Gaussians touch which 16 x 16 tile of the image, in depth order.

Gaussians are sorted once by depth; the lists of the tiles are then filled in that order in two
passes (count, fill), so that no tile sorts anything.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spaceport_splat.kernels import (
    ALPHA_STEPS,
    TILE_PX,
    TWO,
    ZERO,
    Array,
    F,
    Floats,
    kernel,
)

TILE: Any = F(TILE_PX)
DET_MIN: Any = F(1e-12)


@dataclass(frozen=True)
class Tiles:
    """The lists of all tiles of one image, row by row.

    start, end: int64[tiles] into `rows`; rows: int32[entries], rows of the depth-sorted
    Gaussians; order: int32[tiles], heaviest tile first, so that threads finish together.
    """

    columns: int
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    order: npt.NDArray[np.int32]


def bin_into_tiles(packed: Floats, width_px: int, height_px: int) -> Tiles:
    """Sort depth-ordered projected Gaussians, float32[M, 12], into tiles."""
    columns, lines = -(-width_px // TILE_PX), -(-height_px // TILE_PX)
    offsets = np.zeros(columns * lines + 1, np.int64)
    _walk(packed, columns, lines, True, offsets, np.empty(0, np.int32))
    np.cumsum(offsets, out=offsets)
    start, end = offsets[:-1].copy(), offsets[1:].copy()
    rows = np.empty(offsets[-1], np.int32)
    _walk(packed, columns, lines, False, start.copy(), rows)
    order = np.argsort(start - end, kind="stable").astype(np.int32)
    return Tiles(columns, start, end, rows, order)


@kernel
def _span(a: Any, b: Any, c: Any, reach: Any, y_low: Any, y_high: Any) -> Any:
    """Least and greatest x of the ellipse a x2 + 2 b x y + c y2 <= reach in a band of y."""
    det = max(a * c - b * b, DET_MIN)
    x_most = math.sqrt(max(reach * c / det, ZERO))
    y_at_most = -b / c * x_most
    y_right = min(max(y_at_most, y_low), y_high)
    y_left = min(max(-y_at_most, y_low), y_high)
    right = math.sqrt(max(reach * a - det * y_right * y_right, ZERO))
    left = math.sqrt(max(reach * a - det * y_left * y_left, ZERO))
    return (-b * y_left - left) / a, (-b * y_right + right) / a


@kernel
def _walk(
    packed: Array, columns: int, lines: int, counting: bool, offsets: Array, out: Array
) -> None:
    """Visit every (Gaussian, tile) pair: count into offsets[tile + 1], or fill from offsets."""
    for row in range(packed.shape[0]):
        u, v, half_height = packed[row, 0], packed[row, 1], packed[row, 10]
        a, b, c = packed[row, 2], packed[row, 3], packed[row, 4]
        reach = TWO * math.log(packed[row, 5] * ALPHA_STEPS)
        first = max(math.floor((v - half_height) / TILE), 0)
        last = min(math.floor((v + half_height) / TILE), lines - 1)
        for ty in range(first, last + 1):
            low = F(ty) * TILE - v
            low, high = max(low, -half_height), min(low + TILE, half_height)
            x_low, x_high = _span(a, b, c, reach, low, high)
            left = max(math.floor((u + x_low) / TILE), 0)
            right = min(math.floor((u + x_high) / TILE), columns - 1)
            for tx in range(left, right + 1):
                tile = ty * columns + tx
                if counting:
                    offsets[tile + 1] += 1
                else:
                    out[offsets[tile]] = row
                    offsets[tile] += 1
