# Kernels take numbers, not objects.
"""What a solid looks like at a point of its surface: normal, colour, and its share of sky."""

import math

from spaceport_scenery.facade import roof, wall
from spaceport_scenery.noise import (
    Colour,
    fractal2,
    hash_unit,
    kernel,
    mix,
    noise2,
    noise3,
    scale,
    smoothstep,
    srgb,
)
from spaceport_scenery.primitives import (
    BOX,
    FOLIAGE,
    FRUSTUM,
    GLASS,
    NEEDLES,
    PRISM,
    ROOF,
    SHEET,
    SOLAR,
    SPHERE,
    WALL,
    WOOD,
    Row,
    Vector,
)

CELL, GRID, RUST, RUST_DARK = map(srgb, (0x17233F, 0x9AA7B8, 0x824830, 0x66482F))


@kernel
def local_point(p: Row, x: float, y: float, z: float) -> Vector:
    """The point in the solid's own axes."""
    if p[0] == BOX:
        x, y, z = x - p[2], y - p[3], z - p[4]
        return (
            x * p[12] + y * p[13] + z * p[14],
            x * p[15] + y * p[16] + z * p[17],
            x * p[18] + y * p[19] + z * p[20],
        )
    x, y, z = x - p[9], y - p[10], z - p[11]
    if p[0] == PRISM:
        return x * p[12] + y * p[13], y * p[12] - x * p[13], z
    return x, y, z


@kernel
def _box_normal(p: Row, x: float, y: float, z: float) -> Vector:
    gap_x, gap_y, gap_z = p[9] - abs(x), p[10] - abs(y), p[11] - abs(z)
    axis, sign = 18, math.copysign(1.0, z)
    if gap_x < gap_y and gap_x < gap_z:
        axis, sign = 12, math.copysign(1.0, x)
    elif gap_y < gap_z:
        axis, sign = 15, math.copysign(1.0, y)
    return p[axis] * sign, p[axis + 1] * sign, p[axis + 2] * sign


@kernel
def _prism_normal(p: Row, x: float, y: float, z: float) -> Vector:
    side_x, side_y = math.copysign(1.0, x), math.copysign(1.0, y)
    gap_x, gap_y = p[14] - abs(x), p[15] - abs(y)
    gap_hip = (p[16] - z - p[17] * abs(x)) / math.sqrt(1 + p[17] * p[17])
    gap_roof = (p[18] - z - p[19] * abs(y)) / math.sqrt(1 + p[19] * p[19])
    least = min(gap_x, gap_y, gap_hip, gap_roof)
    nx, ny, nz = 0.0, side_y * p[19], 1.0
    if least == gap_x:
        nx, ny, nz = side_x, 0.0, 0.0
    elif least == gap_y:
        nx, ny, nz = 0.0, side_y, 0.0
    elif least == gap_hip:
        nx, ny = side_x * p[17], 0.0
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    nx, ny, nz = nx / length, ny / length, nz / length
    return nx * p[12] - ny * p[13], nx * p[13] + ny * p[12], nz


@kernel
def normal(p: Row, local: Vector) -> Vector:
    """Outward unit normal in the world's axes at a point of the surface, in the solid's axes."""
    x, y, z = local
    if p[0] == SPHERE:
        return x / p[12], y / p[12], z / p[12]
    if p[0] == BOX:
        return _box_normal(p, x, y, z)
    if p[0] == PRISM:
        return _prism_normal(p, x, y, z)
    if z > p[12] - 1e-3 and p[14] > 0:
        return 0.0, 0.0, 1.0
    taper = (p[13] - p[14]) / p[12]
    length = math.sqrt((x * x + y * y) * (1 + taper * taper)) + 1e-9
    return x / length, y / length, taper / math.sqrt(1 + taper * taper)


@kernel
def _foliage(p: Row, x: float, y: float, z: float) -> tuple[Colour, float]:
    """Leaves: clumps and single leaves of other shades, dark inside the crown and low down."""
    clump = noise3(1.7 * x, 1.7 * y, 1.7 * z, 11)
    leaf = noise3(6.5 * x, 6.5 * y, 6.5 * z, 12)
    fine = noise3(15 * x, 15 * y, 15 * z, 13)
    colour = (p[6], p[7], p[8])
    warm = mix(colour, (p[6] * 1.35 + 0.01, p[7] * 1.2 + 0.01, p[8] * 0.95), clump)
    shade = 0.16 + 0.5 * leaf + 1.25 * fine * leaf + 0.3 * fine
    off = math.sqrt((x - p[13]) ** 2 + (y - p[14]) ** 2 + (z - p[15]) ** 2)
    up = (z - p[15]) / p[16]
    sky = smoothstep(0.25, 1.05, off / p[16]) * (0.72 + 0.28 * up)
    return scale(warm, shade), max(0.12, sky)


@kernel
def _planks(p: Row, u: float, v: float, seed: int) -> Colour:
    """Boards of 18 cm with grain and dark gaps."""
    board = math.floor(u / 0.22)
    shade = 0.6 + 0.5 * hash_unit(int(board), seed, 2) + 0.35 * noise2(u * 18, v * 1.5, seed)
    if u / 0.22 - board < 0.16:
        shade *= 0.45
    return scale((p[6], p[7], p[8]), shade)


@kernel
def _panel(x: float, y: float) -> Colour:
    """Solar cells: dark blue with pale lines."""
    u, v = x / 0.5, y / 0.5
    if u - math.floor(u) < 0.1 or v - math.floor(v) < 0.1:
        return GRID
    return scale(CELL, 0.8 + 0.9 * hash_unit(math.floor(u), math.floor(v), 4))


@kernel
def _sheet(p: Row, u: float, v: float, seed: int) -> Colour:
    """Corrugated metal with rust."""
    shade = 0.8 + 0.3 * math.sin(u * 21.0)
    rust = smoothstep(0.5, 0.72, fractal2(u * 0.8, v * 0.8, 4, seed + 2))
    return mix(
        scale((p[6], p[7], p[8]), shade),
        mix(RUST, RUST_DARK, 0.5 + 0.5 * math.sin(9 * v)),
        0.7 * rust,
    )


@kernel
def _flat(p: Row, local: Vector, n: Vector, material: float, seed: int) -> Colour:
    """Boards, metal, solar cells, stone and paint, laid on in the solid's own axes."""
    x, y, z = local
    u = x if abs(n[0] * p[12] + n[1] * p[13]) < 0.7 or p[0] != BOX else y
    if material == WOOD:
        return _planks(p, u, z if abs(n[2]) < 0.7 else y, seed)
    if material == SHEET:
        return _sheet(p, u, y + z, seed)
    if material == SOLAR:
        return _panel(x, y)
    shade = 0.7 + 0.55 * fractal2(x * 2.6 + z, y * 2.6 + 0.7 * z, 4, seed)
    return scale((p[6], p[7], p[8]), 1.0 if material == GLASS else shade)


@kernel
def colour_at(
    p: Row, local: Vector, n: Vector, x: float, y: float, z: float
) -> tuple[Colour, float]:
    """Linear colour of the surface at the world's point x, y, z, and its share of open sky."""
    seed = int(p[21])
    if p[1] == FOLIAGE:
        return _foliage(p, x, y, z)
    if p[1] == NEEDLES:
        fine = noise3(9 * x, 9 * y, 5 * z, 21) * noise3(3.5 * x, 3.5 * y, 2 * z, 22)
        rim = math.hypot(local[0], local[1]) / (p[13] + 0.05) if p[0] == FRUSTUM else 1.0
        return scale((p[6], p[7], p[8]), 0.35 + 2.6 * fine), 0.35 + 0.65 * rim
    sky = 0.85 + 0.15 * n[2]
    if p[1] == ROOF:
        return roof(p, local, seed), sky
    if p[1] == WALL:
        return wall(p, local, seed), sky
    return _flat(p, local, n, p[1], seed), sky
