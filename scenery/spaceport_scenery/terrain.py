# Kernels take numbers, not objects.
"""The lie of the land: heights, the road, the lane, the footpath and the stream.

World frame: ENU metres, x east, y north, z up, z = 0 at the village square.
"""

import math

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.noise import fractal2, kernel, smoothstep

EXTENT_M = 84.0
"""The land reaches this far from the square to each side; no photo sees its edge."""
CELL_M = 0.5
TOP_M = 60.0
"""No land, house or tree is higher."""
ROAD_HALF_M = 2.9
LANE_HALF_M = 1.9
PATH_HALF_M = 0.8


@kernel
def road_y(x: float) -> float:
    """Northing of the main road's centre line at easting x."""
    return 5.0 * math.sin(x / 26.0) - 3.0


@kernel
def lane_x(y: float) -> float:
    """Easting of the lane that leaves the road northwards."""
    return 9.0 + 6.0 * math.sin(y / 24.0)


@kernel
def path_x(y: float) -> float:
    """Easting of the footpath that leaves the road southwards and crosses the stream."""
    return -14.0 + 3.5 * math.sin(y / 11.0)


@kernel
def road_distance(x: float, y: float) -> float:
    """Signed distance from the road's centre line, metres, positive north of it."""
    slope = 5.0 / 26.0 * math.cos(x / 26.0)
    return (y - road_y(x)) / math.sqrt(1 + slope * slope)


@kernel
def lane_distance(x: float, y: float) -> float:
    """Signed distance from the lane; far away south of the road, where there is no lane."""
    if y < road_y(x):
        return 1e3
    slope = 0.25 * math.cos(y / 24.0)
    return (x - lane_x(y)) / math.sqrt(1 + slope * slope)


@kernel
def path_distance(x: float, y: float) -> float:
    """Signed distance from the footpath; far away north of the road."""
    if y > road_y(x):
        return 1e3
    slope = 3.5 / 11.0 * math.cos(y / 11.0)
    return (x - path_x(y)) / math.sqrt(1 + slope * slope)


@kernel
def stream_distance(x: float, y: float) -> float:
    """Distance from the water's edge, metres, negative in the water; it widens to a pond."""
    slope = 5.0 / 19.0 * math.cos(x / 19.0 + 1.0)
    off = abs(y + 37.0 - 5.0 * math.sin(x / 19.0 + 1.0)) / math.sqrt(1 + slope * slope)
    half = 1.9 + 0.9 * fractal2(x * 0.35, y * 0.35, 3, 71)
    pond = (x - 16.0) / 9.0
    return off - half - 5.0 * math.exp(-pond * pond)


@kernel
def height(x: float, y: float, seed: int) -> float:
    """Height of the bare ground, metres."""
    radius = math.hypot(x, y)
    z = 1.3 * (fractal2(x / 34.0, y / 34.0, 3, seed) - 0.5) * smoothstep(8.0, 30.0, radius)
    hills = smoothstep(42.0, 125.0, radius)
    z += hills * (9.0 * fractal2(x / 55.0, y / 55.0, 3, seed + 9) + 3.0 * y / (radius + 1.0) - 1.0)
    bank = stream_distance(x, y)
    z -= 1.1 * (1 - smoothstep(-1.0, 3.5, bank))
    road = min(abs(road_distance(x, y)), abs(lane_distance(x, y)) + 1.0)
    return z + 0.12 * (1 - smoothstep(2.4, 3.8, road))


@kernel
def _fill_heights(out: NDArray[np.float32], seed: int) -> None:
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            out[row, column] = height(column * CELL_M - EXTENT_M, row * CELL_M - EXTENT_M, seed)


def height_grid(seed: int) -> NDArray[np.float32]:
    """Heights every CELL_M, row 0 in the south, column 0 in the west: the land that is drawn."""
    size = round(2 * EXTENT_M / CELL_M) + 1
    grid = np.empty((size, size), np.float32)
    _fill_heights(grid, seed)
    return grid


@kernel
def sample(grid: NDArray[np.float32], x: float, y: float) -> float:
    """Bilinear look-up in a grid over the whole land, whatever its cell size."""
    cells: int = grid.shape[0] - 1
    u = min(max((x + EXTENT_M) / (2 * EXTENT_M) * cells, 0.0), cells - 1e-6)
    v = min(max((y + EXTENT_M) / (2 * EXTENT_M) * cells, 0.0), cells - 1e-6)
    column, row = int(u), int(v)
    u -= column
    v -= row
    low = float(grid[row, column]) * (1 - u) + float(grid[row, column + 1]) * u
    high = float(grid[row + 1, column]) * (1 - u) + float(grid[row + 1, column + 1]) * u
    return low * (1 - v) + high * v


@kernel
def march_ground(
    grid: NDArray[np.float32],
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
) -> float:
    """The same along a ray of any steepness, by steps; negative where it leaves the land."""
    pace = math.sqrt(dx * dx + dy * dy + dz * dz)
    t, step = 0.0, 0.4 / pace
    while True:
        last = t
        t += step
        step *= 1.02
        x, y = ox + t * dx, oy + t * dy
        if abs(x) > EXTENT_M or abs(y) > EXTENT_M or oz + t * dz > TOP_M:
            return -1.0
        if oz + t * dz < sample(grid, x, y):
            break
    low, high = last, t
    for _ in range(12):
        middle = (low + high) / 2
        if oz + middle * dz < sample(grid, ox + middle * dx, oy + middle * dy):
            high = middle
        else:
            low = middle
    return high


@kernel
def hit_ground(
    grid: NDArray[np.float32],
    ox: float,
    oy: float,
    oz: float,
    dx: float,
    dy: float,
    dz: float,
) -> float:
    """Distance along a downward ray to the ground, in units of the direction's length.

    A fixed point: the land is so flat against the steepness of the rays that each round cuts
    the error to a fifth or less.
    """
    t = -oz / dz
    for _ in range(8):
        last = t
        t = (sample(grid, ox + t * dx, oy + t * dy) - oz) / dz
        if abs((t - last) * dz) < 1e-3:
            break
    return t
