# Kernels take numbers, not objects.
"""The ground's picture put together: which ground lies where, and the light that falls on it."""

import math

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.ground import (
    DRY,
    GRASS,
    SHORE,
    Pads,
    _asphalt,
    _gravel,
    _lawn,
    _meadow,
    _pad,
    _ploughed,
    _water,
    _wheat,
)
from spaceport_scenery.light import Shadows, display, light, sunlit
from spaceport_scenery.noise import (
    Colour,
    fractal2,
    hash_unit,
    kernel,
    mix,
    noise2,
    scale,
    smoothstep,
)
from spaceport_scenery.terrain import (
    EXTENT_M,
    LANE_HALF_M,
    PATH_HALF_M,
    ROAD_HALF_M,
    lane_distance,
    lane_x,
    path_distance,
    path_x,
    road_distance,
    sample,
    stream_distance,
)

TILE = 32


@kernel
def field_kind(x: float, y: float) -> int:
    """0 meadow, 1 wheat (north-west), 2 ploughed (north-east), 3 vineyard (south-east)."""
    lane = lane_x(y)
    if y > 38 + 0.1 * x and x < lane - 9:
        return 1 if x > -62 else 0
    if y > 33 - 0.06 * x and x > lane + 15:
        return 2
    if y < -45 + 0.08 * x and x > path_x(y) + 10:
        return 3
    return 0


@kernel
def _land(x: float, y: float, home_m: float) -> Colour:
    """Fields, meadows and lawns; `home_m` is the distance to the nearest house."""
    wobble = 1.6 * (fractal2(x / 2.0, y / 2.0, 3, 131) - 0.5)
    kind = field_kind(x + wobble, y + wobble)
    if kind == 1:
        return _wheat(x, y)
    if kind == 2:
        return _ploughed(x, y)
    if kind == 3:
        soil = scale(
            mix(SHORE, DRY, noise2(x * 0.8, y * 0.8, 132)), 0.5 + 0.6 * noise2(x * 9, y * 9, 133)
        )
        return mix(soil, _meadow(x, y), smoothstep(0.4, 0.6, fractal2(x, y, 4, 134)))
    if home_m < 9.5 + 2 * wobble and y > -27:
        return _lawn(x, y)
    return _meadow(x, y)


@kernel
def _ways(x: float, y: float, colour: Colour) -> Colour:
    """Road, lane and footpath with their frayed verges over `colour`."""
    fray = 0.9 * (fractal2(x * 1.3, y * 1.3, 4, 141) - 0.5)
    lane, path = abs(lane_distance(x, y)), abs(path_distance(x, y))
    if path < PATH_HALF_M + 0.9:
        colour = mix(_gravel(x, y), colour, smoothstep(-0.15, 0.35, path + fray - PATH_HALF_M))
    if lane < LANE_HALF_M + 1.2:
        grass = 0.75 * (1 - smoothstep(0.15, 0.5, lane + fray))
        colour = mix(
            mix(_gravel(x, y), scale(GRASS, 0.5 + noise2(x * 12, y * 12, 142)), grass),
            colour,
            smoothstep(-0.2, 0.3, lane + fray - LANE_HALF_M),
        )
    off = road_distance(x, y)
    if abs(off) < ROAD_HALF_M:
        return _asphalt(x, y, off)
    if abs(off) < ROAD_HALF_M + 1.5:
        rim = smoothstep(0.1, 0.7, abs(off) - ROAD_HALF_M + fray)
        return mix(_gravel(x, y), colour, rim)
    return colour


@kernel
def ground_colour(x: float, y: float, home_m: float, pads: Pads, near: NDArray[np.int64]) -> Colour:
    """Linear colour of the bare ground; `near` lists the pads that may cover x, y, last on top."""
    bank = stream_distance(x, y)
    if bank < 0:
        return _water(x, y, bank)
    colour = _land(x, y, home_m)
    if bank < 2.2:
        pebble = hash_unit(math.floor(x / 0.3), math.floor(y / 0.3), 151)
        stones = mix(scale(SHORE, 0.45 + 0.9 * pebble), _gravel(x, y), 0.6)
        reach = bank + 1.6 * (fractal2(x, y, 4, 152) - 0.5)
        colour = mix(stones, colour, smoothstep(0.3, 1.2, reach))
    colour = _ways(x, y, colour)
    for slot in range(near.shape[0]):
        p = pads[near[slot]]
        dx, dy = x - p[0], y - p[1]
        u, v = dx * p[2] + dy * p[3], dy * p[2] - dx * p[3]
        edge = min(p[4] - abs(u), p[5] - abs(v))
        if edge > 0 and abs(road_distance(x, y)) > ROAD_HALF_M:
            colour = _pad(x, y, u, v, edge, p[6])
    return colour


@kernel
def _paint_tile(
    out: NDArray[np.uint8],
    row0: int,
    column0: int,
    texel_m: float,
    heights: NDArray[np.float32],
    home: NDArray[np.float32],
    sky: NDArray[np.float32],
    pads: Pads,
    shadows: Shadows,
) -> None:
    reach = TILE * texel_m
    middle_x = (column0 * texel_m) - EXTENT_M + reach / 2
    middle_y = (row0 * texel_m) - EXTENT_M + reach / 2
    near = np.empty(pads.shape[0], np.int64)
    count = 0
    for pad in range(pads.shape[0]):
        p = pads[pad]
        if math.hypot(p[0] - middle_x, p[1] - middle_y) < math.hypot(p[4], p[5]) + reach:
            near[count] = pad
            count += 1
    for row in range(row0, min(row0 + TILE, out.shape[0])):
        for column in range(column0, min(column0 + TILE, out.shape[1])):
            x, y = (column + 0.5) * texel_m - EXTENT_M, (row + 0.5) * texel_m - EXTENT_M
            z = sample(heights, x, y)
            nx = z - sample(heights, x + 0.5, y)
            ny = z - sample(heights, x, y + 0.5)
            length = math.sqrt(nx * nx + ny * ny + 0.25)
            n = (nx / length, ny / length, 0.5 / length)
            colour = ground_colour(x, y, sample(home, x, y), pads, near[:count])
            sun = sunlit(shadows, x, y, z + 0.04, 0.06)
            shown = display(light(colour, n, sun, sample(sky, x, y)))
            for channel in range(3):
                out[row, column, channel] = int(shown[channel] * 255 + 0.5)


@kernel
def paint_rows(
    out: NDArray[np.uint8],
    first: int,
    last: int,
    heights: NDArray[np.float32],
    home: NDArray[np.float32],
    sky: NDArray[np.float32],
    pads: Pads,
    shadows: Shadows,
) -> None:
    """Paint the rows [first, last) of the ground's picture (u8[N,N,3], south first)."""
    texel_m = 2 * EXTENT_M / out.shape[0]
    for row in range(first, last, TILE):
        for column in range(0, out.shape[1], TILE):
            _paint_tile(out, row, column, texel_m, heights, home, sky, pads, shadows)
