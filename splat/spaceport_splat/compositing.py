"""Front-to-back alpha blending of a tile's Gaussians, forward.

The inner loop takes one row of 16 pixels of one Gaussian. It has no branches, one flat buffer
per tile and unsigned indices: with signed ones, or several arrays, LLVM does not vectorise it and
it is 4 to 7 times slower.

As a blending viewer does, and unlike the CUDA kernels of 3DGS and gsplat, the Gaussian that takes
a pixel's transmittance below 1e-4 is still blended; what lies behind it is not.
"""

import math
from typing import Any

import numpy as np

from spaceport_splat.kernels import (
    ALPHA_MAX,
    ALPHA_MIN,
    HALF,
    ONE,
    TILE_PIXELS,
    TILE_PX,
    TRANSMITTANCE_MIN,
    ZERO,
    Array,
    F,
    U,
    inlined,
    kernel,
)


def _exp_polynomial() -> list[Any]:
    """Degree-5 fit of exp(-x) on [0, 0.7]: exp(-8 x) is its eighth power."""
    x = np.cos(np.pi * (np.arange(400) + 0.5) / 400) * 0.35 + 0.35
    fit = np.polynomial.chebyshev.Chebyshev.fit(x, np.exp(-x), 5)
    return [F(c) for c in fit.convert(kind=np.polynomial.Polynomial).coef]


E0, E1, E2, E3, E4, E5 = _exp_polynomial()
EXPONENT_MAX: Any = F(5.6)  # beyond it alpha < 1/255 whatever the opacity
EIGHTH: Any = F(0.125)
WIDE: Any = U(TILE_PX)
P1: Any = U(TILE_PIXELS)
P2: Any = U(2 * TILE_PIXELS)
P3: Any = U(3 * TILE_PIXELS)
CHECK_EVERY = 16  # Gaussians between two tests whether a tile is already opaque


@inlined
def fast_exp(s: Any) -> Any:
    """exp(-s) for s in [0, 5.6], relative error 1e-6: vectorises, unlike a call of expf."""
    x = s * EIGHTH
    p = E0 + x * (E1 + x * (E2 + x * (E3 + x * (E4 + x * E5))))
    p = p * p
    p = p * p
    return p * p


@inlined
def _blend_row(
    buffer: Array,
    at: Any,
    gx: Any,
    c0: Any,
    b1: Any,
    a: Any,
    opacity: Any,
    red: Any,
    green: Any,
    blue: Any,
) -> None:
    """buffer: transmittance, red, green, blue of 256 pixels; at: first pixel of the row."""
    dx = -gx
    for k in range(WIDE):
        alpha = min(opacity * fast_exp(min(c0 + dx * (b1 + a * dx), EXPONENT_MAX)), ALPHA_MAX)
        alpha = alpha if alpha >= ALPHA_MIN else ZERO
        left = buffer[at + k]
        weight = alpha * left
        left = left - weight
        # An opaque pixel is set to zero: nothing more is blended and no denormals slow it down.
        buffer[at + k] = left if left >= TRANSMITTANCE_MIN else ZERO
        buffer[P1 + at + k] += weight * red
        buffer[P2 + at + k] += weight * green
        buffer[P3 + at + k] += weight * blue
        dx += ONE


@kernel
def _blend_tile(
    packed: Array, rows: Array, start: int, end: int, left_px: Any, top_px: Any, buffer: Array
) -> int:
    """Blend rows[start:end] into the tile; returns where it stopped."""
    for k in range(TILE_PIXELS):
        buffer[k] = ONE
    for k in range(TILE_PIXELS, 4 * TILE_PIXELS):
        buffer[k] = ZERO
    for j in range(start, end):
        g = rows[j]
        gx, gy = packed[g, 0] - left_px, packed[g, 1] - top_px
        a, b, c = HALF * packed[g, 2], packed[g, 3], HALF * packed[g, 4]
        opacity, half_height = packed[g, 5], packed[g, 10]
        red, green, blue = packed[g, 6], packed[g, 7], packed[g, 8]
        first = max(math.ceil(gy - half_height), 0)
        last = min(math.floor(gy + half_height) + 1, TILE_PX)
        for row in range(first, last):
            dy = F(row) - gy
            _blend_row(
                buffer, U(row * TILE_PX), gx, c * dy * dy, b * dy, a, opacity, red, green, blue
            )
        if (j - start) % CHECK_EVERY == CHECK_EVERY - 1:
            most = ZERO
            for k in range(P1):
                most = max(most, buffer[k])
            if most < TRANSMITTANCE_MIN:
                return j + 1
    return end


@kernel
def composite(
    packed: Array,
    start: Array,
    end: Array,
    rows: Array,
    order: Array,
    columns: int,
    background: Array,
    part: int,
    parts: int,
    image: Array,
    transmittance: Array,
    stopped: Array,
) -> None:
    """Blend every `parts`-th tile of `order`, from `part` on.

    Fills image: float32[3, H, W]; transmittance: float32[H, W]; stopped: int64[tiles], the end of
    what counted of each list.
    """
    height, width = transmittance.shape
    buffer = np.empty(4 * TILE_PIXELS, np.float32)
    for q in range(part, order.shape[0], parts):
        tile = order[q]
        x0, y0 = (tile % columns) * TILE_PX, (tile // columns) * TILE_PX
        stopped[tile] = _blend_tile(
            packed, rows, start[tile], end[tile], F(x0) + HALF, F(y0) + HALF, buffer
        )
        for row in range(min(TILE_PX, height - y0)):
            for k in range(min(TILE_PX, width - x0)):
                p = row * TILE_PX + k
                left = buffer[p]
                transmittance[y0 + row, x0 + k] = left
                for c in range(3):
                    image[c, y0 + row, x0 + k] = (
                        buffer[(c + 1) * TILE_PIXELS + p] + left * background[c]
                    )
