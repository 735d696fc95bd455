"""Roofs and walls: tiles with moss, plaster with windows, shutters and a door."""

import math

from spaceport_scenery.noise import (
    Colour,
    fractal2,
    hash_unit,
    kernel,
    mix,
    noise2,
    scale,
    smoothstep,
    srgb,
)
from spaceport_scenery.primitives import PRISM, Row, Vector

MOSS, FRAME, PANE, GLINT, DOOR = map(srgb, (0x6E7345, 0xE9E4D8, 0x27323C, 0x6F8796, 0x5A3A25))
DUST = srgb(0x8C8471)


@kernel
def _tiles(p: Row, x: float, y: float, seed: int) -> Colour:
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
def roof(p: Row, local: Vector, seed: int) -> Colour:
    """Tiles on a slab, or on a hip or spire, where they are laid by height along the eaves."""
    x, y, z = local
    if p[0] == PRISM:
        hip = p[16] - z - p[17] * abs(x) < p[18] - z - p[19] * abs(y)
        return _tiles(p, y if hip else x, -1.3 * z, seed)
    return _tiles(p, x, y, seed)


@kernel
def _opening(u: float, z: float, door: bool, shutter: Colour) -> tuple[Colour, float]:
    """A window (or door) at u, z from its middle: its colour and how much of the wall it takes."""
    half_z = 1.05 if door else 0.68
    if abs(z) > half_z or abs(u) > (0.56 if door else 0.98):
        return FRAME, 0.0
    if abs(u) > 0.56:
        return scale(shutter, 0.65 if math.floor(z * 9) % 2 == 0 else 1.0), 1.0
    bar = not door and (abs(u) < 0.05 or abs(z) < 0.04)
    if bar or abs(u) > 0.47 or abs(z) > half_z - 0.1:
        return FRAME, 1.0
    if door:
        return scale(DOOR, 0.7 if abs(abs(u) - 0.24) < 0.05 else 1.15), 1.0
    return mix(PANE, GLINT, 0.5 + 0.5 * math.sin(3.0 * u + 2.2 * z)), 1.0


@kernel
def wall(p: Row, local: Vector, seed: int) -> Colour:
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
