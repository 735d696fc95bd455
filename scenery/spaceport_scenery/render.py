# Kernels take numbers, not objects.
"""The village drawn: the sun's view for the shadows, the ground's picture, and the photos.

Every 8 x 8 block of rays first picks the few solids whose bounding balls it can meet (through a
block of 64 x 64 before it), so that no tree of bounding volumes is needed.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.light import ACROSS, SUN, UPWARD, Shadows, display, light, sunlit
from spaceport_scenery.materials import colour_at, local_point, normal
from spaceport_scenery.noise import Colour, kernel
from spaceport_scenery.primitives import FOLIAGE, MISS, NEEDLES, Rows, Vector, hit
from spaceport_scenery.terrain import EXTENT_M, hit_ground, march_ground, sample

BLOCK, COARSE = 8, 64
STEEP = -0.45
"""Rays that fall more steeply than this meet the ground where a few rounds find it."""
SKY = (0.66, 0.76, 0.88)
ARM_M, ARM_STEPS, ABOVE_ALL_M = 0.8, 8, 300.0
Indices = NDArray[np.int64]


class View(NamedTuple):
    """A pinhole camera with one radial coefficient, in COLMAP's pixels (first centre at 0.5)."""

    position: Vector
    right: Vector
    down: Vector
    forward: Vector
    focal_px: float
    cx_px: float
    cy_px: float
    k1: float


class Scene(NamedTuple):
    """Everything that a photo shows."""

    rows: Rows
    heights: NDArray[np.float32]
    picture: NDArray[np.uint8]
    shadows: Shadows


@kernel
def ray(view: View, u_px: float, v_px: float) -> Vector:
    """Direction in the world of the pixel u, v; one metre of it is one metre of depth."""
    xd, yd = (u_px - view.cx_px) / view.focal_px, (v_px - view.cy_px) / view.focal_px
    x, y = xd, yd
    for _ in range(4):
        shrink = 1 / (1 + view.k1 * (x * x + y * y))
        x, y = xd * shrink, yd * shrink
    right, down, forward = view.right, view.down, view.forward
    return (
        x * right[0] + y * down[0] + forward[0],
        x * right[1] + y * down[1] + forward[1],
        x * right[2] + y * down[2] + forward[2],
    )


@kernel
def _pick_cone(
    rows: Rows, among: Indices, out: Indices, view: View, u: float, v: float, size: float
) -> int:
    """Solids that a block of pixels from u, v can see; their count, the indices in `out`."""
    ax, ay, az = ray(view, u + size / 2, v + size / 2)
    length = math.sqrt(ax * ax + ay * ay + az * az)
    ax, ay, az = ax / length, ay / length, az / length
    cosine = 1.0
    for corner in range(4):
        bx, by, bz = ray(view, u + size * (corner & 1), v + size * (corner >> 1))
        length = math.sqrt(bx * bx + by * by + bz * bz)
        cosine = min(cosine, (ax * bx + ay * by + az * bz) / length)
    sine = math.sqrt(1 - cosine * cosine)
    count = 0
    for slot in range(among.shape[0]):
        p = rows[among[slot]]
        x, y, z = p[2] - view.position[0], p[3] - view.position[1], p[4] - view.position[2]
        along = x * ax + y * ay + z * az
        aside = math.sqrt(max(0.0, x * x + y * y + z * z - along * along))
        # Distance of the ball's middle from the cone's mantle.
        if aside * cosine - along * sine < p[5]:
            out[count] = among[slot]
            count += 1
    return count


@kernel
def _pick_beam(rows: Rows, among: Indices, out: Indices, u: float, v: float, reach: float) -> int:
    """Solids that a square beam of the sun (half width `reach`) about u, v can meet."""
    count = 0
    for slot in range(among.shape[0]):
        p = rows[among[slot]]
        off_u = abs(p[2] * ACROSS[0] + p[3] * ACROSS[1] - u)
        off_v = abs(p[2] * UPWARD[0] + p[3] * UPWARD[1] + p[4] * UPWARD[2] - v)
        if max(off_u, off_v) < reach + p[5]:
            out[count] = among[slot]
            count += 1
    return count


@kernel
def nearest(rows: Rows, among: Indices, o: Vector, d: Vector) -> tuple[float, int]:
    """Distance to the first solid that a ray meets and its index, (MISS, -1) without one."""
    best, found = MISS, -1
    for slot in range(among.shape[0]):
        t = hit(rows[among[slot]], o[0], o[1], o[2], d[0], d[1], d[2], best)
        if t < best:
            best, found = t, among[slot]
    return best, found


def is_free(scene: Scene, x: float, y: float) -> bool:
    """Whether nothing stands at a place or within an arm of it, trees' crowns overhead included."""
    everything = np.arange(scene.rows.shape[0])
    for step in range(ARM_STEPS):
        turn = 2 * math.pi * step / ARM_STEPS
        above = (x + ARM_M * math.cos(turn), y + ARM_M * math.sin(turn), ABOVE_ALL_M)
        if nearest(scene.rows, everything, above, (0.0, 0.0, -1.0))[1] >= 0:
            return False
    return True


@kernel
def draw_shadows(shadows: Shadows, rows: Rows, first: int, last: int) -> None:
    """Fill the rows [first, last) of the sun's depth map."""
    depth, cell = shadows.depth, shadows.cell_m
    size = depth.shape[0]
    everything = np.arange(rows.shape[0])
    strip, block = np.empty_like(everything), np.empty_like(everything)
    far = 400.0
    for row0 in range(first, last, COARSE):
        for column0 in range(0, size, COARSE):
            reach = COARSE / 2 * cell
            u0, v0 = (column0 - size / 2) * cell, (row0 - size / 2) * cell
            coarse = _pick_beam(rows, everything, strip, u0 + reach, v0 + reach, reach)
            for row in range(row0, min(row0 + COARSE, last), BLOCK):
                for column in range(column0, min(column0 + COARSE, size), BLOCK):
                    half = BLOCK / 2 * cell
                    u, v = (column - size / 2) * cell, (row - size / 2) * cell
                    fine = _pick_beam(rows, strip[:coarse], block, u + half, v + half, half)
                    for j in range(row, min(row + BLOCK, last)):
                        for i in range(column, min(column + BLOCK, size)):
                            du, dv = (i + 0.5 - size / 2) * cell, (j + 0.5 - size / 2) * cell
                            o = (
                                ACROSS[0] * du + UPWARD[0] * dv + SUN[0] * far,
                                ACROSS[1] * du + UPWARD[1] * dv + SUN[1] * far,
                                UPWARD[2] * dv + SUN[2] * far,
                            )
                            t, _ = nearest(rows, block[:fine], o, (-SUN[0], -SUN[1], -SUN[2]))
                            depth[j, i] = far - t


@kernel
def _ground_seen(picture: NDArray[np.uint8], x: float, y: float) -> Colour:
    """The ground's picture, bilinear, in [0, 1]."""
    size = picture.shape[0]
    u = min(max((x + EXTENT_M) / (2 * EXTENT_M) * size - 0.5, 0.0), size - 1.001)
    v = min(max((y + EXTENT_M) / (2 * EXTENT_M) * size - 0.5, 0.0), size - 1.001)
    i, j = int(u), int(v)
    u -= i
    v -= j
    a, b, c, d = (1 - u) * (1 - v) / 255, u * (1 - v) / 255, (1 - u) * v / 255, u * v / 255
    p00, p01, p10, p11 = picture[j, i], picture[j, i + 1], picture[j + 1, i], picture[j + 1, i + 1]
    return (
        a * p00[0] + b * p01[0] + c * p10[0] + d * p11[0],
        a * p00[1] + b * p01[1] + c * p10[1] + d * p11[1],
        a * p00[2] + b * p01[2] + c * p10[2] + d * p11[2],
    )


@kernel
def look(scene: Scene, among: Indices, o: Vector, d: Vector) -> Colour:
    """What a ray sees, as the photo's numbers in [0, 1]."""
    t, found = nearest(scene.rows, among, o, d)
    x, y, z = o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]
    if d[2] > STEEP * math.hypot(d[0], d[1]):
        # A level view: the land may be anywhere along it, or nowhere.
        ground = march_ground(scene.heights, o[0], o[1], o[2], d[0], d[1], d[2])
        if found < 0 and ground < 0:
            return SKY
        if found < 0 or (ground >= 0 and ground < t):
            return _ground_seen(scene.picture, o[0] + ground * d[0], o[1] + ground * d[1])
    elif found < 0 or z < sample(scene.heights, x, y):
        ground = hit_ground(scene.heights, o[0], o[1], o[2], d[0], d[1], d[2])
        return _ground_seen(scene.picture, o[0] + ground * d[0], o[1] + ground * d[1])
    p = scene.rows[found]
    local = local_point(p, x, y, z)
    n = normal(p, local)
    soft = p[1] in (FOLIAGE, NEEDLES)
    colour, sky = colour_at(p, local, n, x, y, z)
    lift = 0.22 if soft else 0.1
    sun = sunlit(scene.shadows, x + lift * n[0], y + lift * n[1], z + lift * n[2], lift)
    if soft:
        # Leaves let light through: a softer turn from the lit to the dark side.
        n = (0.75 * n[0] + 0.15 * SUN[0], 0.75 * n[1] + 0.15 * SUN[1], 0.75 * n[2] + 0.25)
    return display(light(colour, n, sun, sky))


@kernel
def draw_photo(scene: Scene, view: View, out: NDArray[np.uint8]) -> None:
    """Draw a photo (u8[H,W,3], RGB) with 2 x 2 rays to the pixel."""
    height, width = out.shape[0], out.shape[1]
    everything = np.arange(scene.rows.shape[0])
    strip, block = np.empty_like(everything), np.empty_like(everything)
    for top in range(0, height, COARSE):
        for left in range(0, width, COARSE):
            coarse = _pick_cone(
                scene.rows, everything, strip, view, float(left), float(top), float(COARSE)
            )
            for row in range(top, min(top + COARSE, height), BLOCK):
                for column in range(left, min(left + COARSE, width), BLOCK):
                    fine = _pick_cone(
                        scene.rows,
                        strip[:coarse],
                        block,
                        view,
                        float(column),
                        float(row),
                        float(BLOCK),
                    )
                    for v in range(row, min(row + BLOCK, height)):
                        for u in range(column, min(column + BLOCK, width)):
                            red, green, blue = 0.0, 0.0, 0.0
                            for part in range(4):
                                d = ray(
                                    view, u + 0.25 + 0.5 * (part & 1), v + 0.25 + 0.25 * (part & 2)
                                )
                                seen = look(scene, block[:fine], view.position, d)
                                red, green, blue = red + seen[0], green + seen[1], blue + seen[2]
                            out[v, u, 0] = int(red * 63.75 + 0.5)
                            out[v, u, 1] = int(green * 63.75 + 0.5)
                            out[v, u, 2] = int(blue * 63.75 + 0.5)
