"""What the solids look like at a point of their surface: normal, colour, and how much sky it sees."""

import math

from spaceport_local.scenery.noise import (
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
from spaceport_local.scenery.primitives import (
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

MOSS, FRAME, PANE, GLINT, DOOR = map(srgb, (0x6E7345, 0xE9E4D8, 0x27323C, 0x6F8796, 0x5A3A25))
CELL, GRID, DUST = map(srgb, (0x17233F, 0x9AA7B8, 0x8C8471))


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
    shade = 0.3 + 0.6 * leaf + 0.75 * fine * leaf + 0.25 * fine
    off = math.sqrt((x - p[13]) ** 2 + (y - p[14]) ** 2 + (z - p[15]) ** 2)
    up = (z - p[15]) / p[16]
    sky = smoothstep(0.25, 1.05, off / p[16]) * (0.72 + 0.28 * up)
    return scale(warm, shade), max(0.12, sky)


@kernel
def _roof(p: Row, x: float, y: float, seed: int) -> Colour:
    """Tiles in staggered rows, each a little other, darker at the joints, with moss and stains."""
    row = math.floor(y / 0.34)
    along = x / 0.3 + 0.5 * (row % 2)
    column = math.floor(along)
    tile = hash_unit(int(column), int(row), seed)
    shade = 0.62 + 0.62 * tile
    if y / 0.34 - row < 0.2:
        shade *= 0.5
    if along - column < 0.14:
        shade *= 0.72
    shade *= 0.75 + 0.5 * fractal2(x * 0.9, y * 0.9, 3, seed + 3)
    colour = scale((p[6], p[7], p[8]), shade)
    moss = smoothstep(0.58, 0.75, fractal2(x * 0.7 + 9, y * 0.7, 4, seed + 5))
    return mix(colour, scale(MOSS, 0.5 + 0.8 * tile), 0.75 * moss)


@kernel
def _opening(u: float, z: float, door: bool, shutter: Colour) -> tuple[Colour, float]:
    """A window (or door) at u, z from its middle: its colour and how much of the wall it takes."""
    half_z = 1.05 if door else 0.68
    if abs(z) > half_z or abs(u) > 0.98:
        return FRAME, 0.0
    if abs(u) > 0.56:
        if door:
            return FRAME, 0.0
        return scale(shutter, 0.65 if math.floor(z * 9) % 2 == 0 else 1.0), 1.0
    if abs(u) > 0.47 or abs(z) > half_z - 0.1:
        return FRAME, 1.0
    if door:
        return scale(DOOR, 0.7 if abs(abs(u) - 0.24) < 0.05 else 1.15), 1.0
    if abs(u) < 0.05 or abs(z) < 0.04:
        return FRAME, 1.0
    return mix(PANE, GLINT, 0.5 + 0.5 * math.sin(3.0 * u + 2.2 * z)), 1.0


@kernel
def _wall(p: Row, local: Vector, seed: int) -> Colour:
    """Plaster with stains, a plinth, and windows, shutters and a door in a grid."""
    x, y, z = local
    gable = p[14] - abs(x) < p[15] - abs(y)
    u, half = (y, p[15]) if gable else (x, p[14])
    if not gable and y < 0:
        u = -u
    base = scale((p[6], p[7], p[8]), 0.78 + 0.3 * fractal2(u * 1.3 + 31 * seed, z * 1.3, 4, seed))
    base = scale(base, 0.85 + 0.3 * noise2(u * 8, z * 8, seed + 1))
    if z < 0.95:
        stone = hash_unit(math.floor(u / 0.55), math.floor(z / 0.32), seed)
        return scale(DUST, 0.55 + 0.6 * stone)
    base = mix(base, DUST, 0.35 * (1 - smoothstep(0.9, 2.4, z)))
    columns = math.floor(2 * half / 2.6)
    if columns < 1 or p[22] <= 0:
        return base
    pitch = 2 * half / columns
    column = min(columns - 1.0, max(0.0, math.floor((u + half) / pitch)))
    storey = math.floor((z - 0.6) / p[22])
    if p[18] - p[19] * (half if gable else p[15]) * 0.55 < (storey + 1) * p[22] + 0.2:
        return base
    door = storey == 0 and column == columns // 2 and not gable and y < 0
    tone = hash_unit(seed, 3, 1)
    shutter = (0.05 + 0.3 * tone * tone, 0.13, 0.05 + 0.25 * hash_unit(seed, 4, 1))
    middle = 0.6 + (storey + 0.56) * p[22] - (0.2 if door else 0.0)
    colour, share = _opening(u + half - (column + 0.5) * pitch, z - middle, door, shutter)
    return mix(base, colour, share)


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
    return mix(scale((p[6], p[7], p[8]), shade), srgb_rust(v), 0.7 * rust)


@kernel
def srgb_rust(v: float) -> Colour:
    """Rust, in two shades."""
    return 0.21 + 0.05 * math.sin(9 * v), 0.08, 0.035


@kernel
def _flat(p: Row, local: Vector, n: Vector, material: float, seed: int) -> Colour:
    """The materials that are laid on in the solid's own axes."""
    x, y, z = local
    if material == ROOF:
        # A tiled prism (hip, spire) is laid by height and by the run of the eaves.
        if p[0] == PRISM:
            hip = p[16] - z - p[17] * abs(x) < p[18] - z - p[19] * abs(y)
            return _roof(p, y if hip else x, -1.3 * z, seed)
        return _roof(p, x, y, seed)
    if material == WALL:
        return _wall(p, local, seed)
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
    return _flat(p, local, n, p[1], seed), 0.85 + 0.15 * n[2]
