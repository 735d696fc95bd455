"""Gradients of front-to-back blending, tile by tile.

Runs front to back as the forward pass does: what a pixel still gets from behind is its known
total minus what has passed, so that nothing per pixel and Gaussian is stored. Each thread adds
into its own accumulator: no atomics, and the same bits every time.
"""

import math
from typing import Any

import numpy as np

from spaceport_splat.compositing import EXPONENT_MAX, P1, P2, P3, WIDE, fast_exp
from spaceport_splat.kernels import (
    ALPHA_MAX,
    ALPHA_MIN,
    HALF,
    ONE,
    TILE_PIXELS,
    TILE_PX,
    TRANSMITTANCE_MIN,
    TWO,
    ZERO,
    Array,
    F,
    U,
    inlined,
    kernel,
)

P4: Any = U(4 * TILE_PIXELS)
L1: Any = U(TILE_PX)
L2: Any = U(2 * TILE_PX)
L3: Any = U(3 * TILE_PX)
L4: Any = U(4 * TILE_PX)
L5: Any = U(5 * TILE_PX)


@inlined
def _row(
    buffer: Array,
    lanes: Array,
    at: Any,
    gx: Any,
    dy: Any,
    c0: Any,
    b1: Any,
    a: Any,
    opacity: Any,
    red: Any,
    green: Any,
    blue: Any,
) -> None:
    """One row of one Gaussian.

    buffer: transmittance, what is still behind, gradient of red, green, blue, 256 pixels each;
    lanes: 16 sums each of v, v dy, v dy2 (v: gradient of log alpha), and of the three colours.
    """
    dx = -gx
    dy2 = dy * dy
    for k in range(WIDE):
        raw = opacity * fast_exp(min(c0 + dx * (b1 + a * dx), EXPONENT_MAX))
        alpha = min(raw, ALPHA_MAX)
        alpha = alpha if raw >= ALPHA_MIN else ZERO
        left = buffer[at + k]
        g_red, g_green, g_blue = buffer[P2 + at + k], buffer[P3 + at + k], buffer[P4 + at + k]
        weight = alpha * left
        g_colour = g_red * red + g_green * green + g_blue * blue
        behind = buffer[P1 + at + k] - weight * g_colour
        buffer[P1 + at + k] = behind
        v = alpha * (left * g_colour - behind / (ONE - alpha))
        v = v if raw <= ALPHA_MAX else ZERO
        v = v if weight > ZERO else ZERO
        left = left - weight
        buffer[at + k] = left if left >= TRANSMITTANCE_MIN else ZERO
        lanes[k] += v
        lanes[L1 + k] += v * dy
        lanes[L2 + k] += v * dy2
        lanes[L3 + k] += weight * g_red
        lanes[L4 + k] += weight * g_green
        lanes[L5 + k] += weight * g_blue
        dx += ONE


@kernel
def _sum_lanes(lanes: Array, gx: Any, a: Any, b: Any, c: Any, opacity: Any, total: Array) -> None:
    """Add a Gaussian's 16-lane sums to total: float32[9], gradients of the packed columns."""
    m0 = mx = mxx = my = mxy = myy = red = green = blue = ZERO
    dx = -gx
    for k in range(WIDE):
        v, vy = lanes[k], lanes[L1 + k]
        m0 += v
        mx += v * dx
        mxx += v * dx * dx
        my += vy
        mxy += vy * dx
        myy += lanes[L2 + k]
        red += lanes[L3 + k]
        green += lanes[L4 + k]
        blue += lanes[L5 + k]
        dx += ONE
    total[0] += TWO * a * mx + b * my
    total[1] += b * mx + TWO * c * my
    total[2] -= HALF * mxx
    total[3] -= mxy
    total[4] -= HALF * myy
    total[5] += m0 / opacity
    total[6] += red
    total[7] += green
    total[8] += blue


@kernel
def _load_tile(
    image: Array,
    transmittance: Array,
    d_image: Array,
    d_transmittance: Array,
    x0: int,
    y0: int,
    buffer: Array,
) -> None:
    """Start a tile: nothing blended yet, everything still behind."""
    height, width = transmittance.shape
    for k in range(TILE_PIXELS):
        buffer[k] = ONE
    for k in range(TILE_PIXELS, 5 * TILE_PIXELS):
        buffer[k] = ZERO
    for row in range(min(TILE_PX, height - y0)):
        for k in range(min(TILE_PX, width - x0)):
            y, x, p = y0 + row, x0 + k, row * TILE_PX + k
            behind = d_transmittance[y, x] * transmittance[y, x]
            for c in range(3):
                gradient = d_image[c, y, x]
                buffer[(c + 2) * TILE_PIXELS + p] = gradient
                behind += gradient * image[c, y, x]
            buffer[TILE_PIXELS + p] = behind


@kernel
def composite_backward(
    packed: Array,
    start: Array,
    stopped: Array,
    rows: Array,
    order: Array,
    columns: int,
    image: Array,
    transmittance: Array,
    d_image: Array,
    d_transmittance: Array,
    part: int,
    parts: int,
    totals: Array,
) -> None:
    """Add the gradients of every `parts`-th tile of `order` to totals: float32[M, 9]."""
    buffer = np.empty(5 * TILE_PIXELS, np.float32)
    lanes = np.empty(6 * TILE_PX, np.float32)
    for q in range(part, order.shape[0], parts):
        tile = order[q]
        x0, y0 = (tile % columns) * TILE_PX, (tile // columns) * TILE_PX
        _load_tile(image, transmittance, d_image, d_transmittance, x0, y0, buffer)
        left_px, top_px = F(x0) + HALF, F(y0) + HALF
        for j in range(start[tile], stopped[tile]):
            g = rows[j]
            gx, gy = packed[g, 0] - left_px, packed[g, 1] - top_px
            a, b, c = HALF * packed[g, 2], packed[g, 3], HALF * packed[g, 4]
            opacity, half_height = packed[g, 5], packed[g, 10]
            red, green, blue = packed[g, 6], packed[g, 7], packed[g, 8]
            first = max(math.ceil(gy - half_height), 0)
            last = min(math.floor(gy + half_height) + 1, TILE_PX)
            for k in range(6 * TILE_PX):
                lanes[k] = ZERO
            for row in range(first, last):
                dy = F(row) - gy
                _row(
                    buffer,
                    lanes,
                    U(row * TILE_PX),
                    gx,
                    dy,
                    c * dy * dy,
                    b * dy,
                    a,
                    opacity,
                    red,
                    green,
                    blue,
                )
            _sum_lanes(lanes, gx, a, b, c, opacity, totals[g])
