# Kernels take numbers, not objects.
"""The four solids that everything above ground is made of, as rows of one array, and their rays.

A row (float64, ROW_SIZE columns): 0 kind, 1 material, 2-4 bounding centre, 5 bounding radius,
6-8 linear colour, 9-20 the solid's own numbers (see each builder), 21 its seed, 22 and 23 what its
material wants to know.
"""

import math

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.noise import Colour, kernel, noise3

ROW_SIZE = 24
SPHERE, BOX, PRISM, FRUSTUM = 0, 1, 2, 3
FOLIAGE, ROOF, WALL, WOOD, PAINT, SOLAR, STONE, NEEDLES, GLASS, SHEET = range(10)
MISS = 1e30
Row = NDArray[np.float64]
Rows = NDArray[np.float64]
Vector = tuple[float, float, float]


def _row(kind: int, material: int, centre: Vector, radius: float, colour: Colour) -> Row:
    row = np.zeros(ROW_SIZE)
    row[:2] = kind, material
    row[2:5], row[5], row[6:9] = centre, radius, colour
    return row


def sphere(
    material: int, centre: Vector, radius: float, colour: Colour, crown: Vector, crown_m: float
) -> Row:
    """A ball; `crown` and `crown_m` are centre and radius of the tree that it belongs to."""
    row = _row(SPHERE, material, centre, radius, colour)
    row[9:12], row[12], row[13:16], row[16] = centre, radius, crown, crown_m
    return row


def box(
    material: int,
    centre: Vector,
    half: Vector,
    yaw_rad: float,
    colour: Colour,
    tilt_rad: float = 0.0,
    seed: int = 0,
) -> Row:
    """A box, first tilted about its own x axis (rising towards +y), then turned by its yaw."""
    row = _row(BOX, material, centre, math.hypot(*half), colour)
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    up, level = math.sin(tilt_rad), math.cos(tilt_rad)
    row[9:12], row[12:15] = half, (cos, sin, 0.0)
    row[15:18], row[18:21] = (-sin * level, cos * level, up), (sin * up, -cos * up, level)
    row[21] = seed
    return row


def prism(
    material: int,
    base: Vector,
    half: tuple[float, float],
    yaw_rad: float,
    colour: Colour,
    slope_x: tuple[float, float],
    slope_y: tuple[float, float],
    seed: int = 0,
    storey_m: float = 2.7,
) -> Row:
    """A house's body: |x| <= a, |y| <= b, 0 <= z <= top_x - k_x |x| and z <= top_y - k_y |y|.

    With k_x = 0 it is a gabled house along x, with both it is a hipped roof or a spire.
    `slope_x` and `slope_y` are (top, k).
    """
    top = min(slope_x[0], slope_y[0])
    centre = (base[0], base[1], base[2] + top / 2)
    row = _row(PRISM, material, centre, math.hypot(half[0], half[1], top / 2), colour)
    row[9:12], row[12:14] = base, (math.cos(yaw_rad), math.sin(yaw_rad))
    row[14:16], row[16:18], row[18:20] = half, slope_x, slope_y
    row[21], row[22] = seed, storey_m
    return row


def frustum(
    material: int, base: Vector, height_m: float, low_m: float, top_m: float, colour: Colour
) -> Row:
    """An upright cone, cut off at the top when `top_m` > 0: trunks, conifers, silos."""
    centre = (base[0], base[1], base[2] + height_m / 2)
    row = _row(FRUSTUM, material, centre, math.hypot(low_m, height_m / 2), colour)
    row[9:12], row[12:15] = base, (height_m, low_m, top_m)
    return row


@kernel
def _clip(near: float, far: float, room: float, speed: float) -> tuple[float, float]:
    """Cut the stretch of ray [near, far] at a plane: `room` is left to it, closing at `speed`."""
    if speed > 1e-12:
        return near, min(far, room / speed)
    if speed < -1e-12:
        return max(near, room / speed), far
    if room < 0:
        return MISS, far
    return near, far


@kernel
def _hit_sphere(
    p: Row, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, best: float
) -> float:
    cx, cy, cz = p[9] - ox, p[10] - oy, p[11] - oz
    dd = dx * dx + dy * dy + dz * dz
    along = (cx * dx + cy * dy + cz * dz) / dd
    gap = cx * cx + cy * cy + cz * cz - along * along * dd
    inside = p[12] * p[12] - gap
    if inside <= 0:
        return MISS
    reach = math.sqrt(inside / dd)
    t: float = along - reach
    if t <= 0 or t >= best:
        return MISS
    if p[1] == FOLIAGE:
        # Holes that stay where they are in the world give the crowns ragged edges from all sides.
        x, y, z = ox + t * dx, oy + t * dy, oz + t * dz
        if noise3(3.4 * x, 3.4 * y, 3.4 * z, 5) + 0.5 * noise3(9 * x, 9 * y, 9 * z, 6) > 0.97:
            return MISS
    return t


@kernel
def _hit_box(p: Row, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> float:
    ox, oy, oz = ox - p[2], oy - p[3], oz - p[4]
    near, far = 0.0, MISS
    for axis in range(3):
        ax, ay, az = p[12 + 3 * axis], p[13 + 3 * axis], p[14 + 3 * axis]
        o = ox * ax + oy * ay + oz * az
        d = dx * ax + dy * ay + dz * az
        near, far = _clip(near, far, p[9 + axis] - o, d)
        near, far = _clip(near, far, p[9 + axis] + o, -d)
    return near if near < far else MISS


@kernel
def _hit_prism(p: Row, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> float:
    x, y, z = ox - p[9], oy - p[10], oz - p[11]
    x, y = x * p[12] + y * p[13], y * p[12] - x * p[13]
    dx, dy = dx * p[12] + dy * p[13], dy * p[12] - dx * p[13]
    near, far = _clip(0.0, MISS, z, -dz)
    for side in (-1.0, 1.0):
        near, far = _clip(near, far, p[14] - side * x, side * dx)
        near, far = _clip(near, far, p[15] - side * y, side * dy)
        near, far = _clip(near, far, p[16] - z - side * p[17] * x, dz + side * p[17] * dx)
        near, far = _clip(near, far, p[18] - z - side * p[19] * y, dz + side * p[19] * dy)
    return near if near < far else MISS


@kernel
def _hit_frustum(p: Row, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float) -> float:
    x, y, z = ox - p[9], oy - p[10], oz - p[11]
    if dz < 0:
        t: float = (p[12] - z) / dz
        if t > 0 and math.hypot(x + t * dx, y + t * dy) < p[14]:
            return t
    taper = (p[13] - p[14]) / p[12]
    radius, closing = p[13] - taper * z, -taper * dz
    a = dx * dx + dy * dy - closing * closing
    b = x * dx + y * dy - radius * closing
    c = x * x + y * y - radius * radius
    root = b * b - a * c
    if root <= 0 or a <= 0:
        return MISS
    t = (-b - math.sqrt(root)) / a
    up = z + t * dz
    return t if t > 0 and 0 <= up <= p[12] else MISS


@kernel
def hit(
    p: Row, ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, best: float
) -> float:
    """Distance along the ray to the solid (units of its direction); >= best when missed."""
    if p[0] == SPHERE:
        return _hit_sphere(p, ox, oy, oz, dx, dy, dz, best)
    if p[0] == BOX:
        return _hit_box(p, ox, oy, oz, dx, dy, dz)
    if p[0] == PRISM:
        return _hit_prism(p, ox, oy, oz, dx, dy, dz)
    return _hit_frustum(p, ox, oy, oz, dx, dy, dz)
