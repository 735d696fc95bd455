# Kernels take numbers, not objects.
"""The kinds of ground, seen from above: meadows, fields, lawns, roads, water and paving."""

import math

import numpy as np
from numpy.typing import NDArray

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
    typed_kernel,
)
from spaceport_scenery.terrain import (
    ROAD_HALF_M,
)

PAVING, GRAVEL, BED, POOL, TERRACE = range(5)
"""A pad is a turned rectangle of other ground: x, y, cos, sin, half length, half width, kind."""
Pads = NDArray[np.float64]

GRASS, LUSH, DRY, STRAW = map(srgb, (0x667A42, 0x4C6636, 0x8A8852, 0xAB9A62))
WHEAT, WHEAT_DARK, SOIL, SOIL_DARK = map(srgb, (0xCDAE62, 0x9C7B3C, 0x87674A, 0x5A412D))
TAR, LINE, GRIT, GRIT_DARK = map(srgb, (0x6E6D6C, 0xE6E2D6, 0xB3A68D, 0x7D7261))
WATER, DEEP, SHORE, TILE = map(srgb, (0x4F7C78, 0x27504F, 0x9A8B6B, 0x66C3CC))
STONE, FLOWER_A, FLOWER_B, FLOWER_C = map(srgb, (0xB9A893, 0xF2EDE0, 0xE8C63C, 0xC9504A))


@typed_kernel("f8(f8, f8, f8, f8, i8)")
def _dots(x: float, y: float, cell_m: float, share: float, seed: int) -> float:
    """1 inside a small dot, of which `share` of the cells hold one; its number picks a colour."""
    ix, iy = math.floor(x / cell_m), math.floor(y / cell_m)
    pick = hash_unit(ix, iy, seed)
    if pick > share:
        return 0.0
    cx = (ix + 0.3 + 0.4 * hash_unit(ix, iy, seed + 1)) * cell_m
    cy = (iy + 0.3 + 0.4 * hash_unit(ix, iy, seed + 2)) * cell_m
    inside = math.hypot(x - cx, y - cy) < cell_m * (0.18 + 0.2 * hash_unit(ix, iy, seed + 3))
    return 1.0 + pick / share if inside else 0.0


@kernel
def _meadow(x: float, y: float) -> Colour:
    """Grass in tufts of three sizes, dry patches, flowers where the meadow is left alone."""
    broad = fractal2(x / 17, y / 17, 4, 31)
    patch = fractal2(x / 3.1, y / 3.1, 4, 32)
    # The difference along the light's way makes the tufts stand up.
    tuft = noise2(x * 2.4, y * 2.4, 33) + 0.6 * noise2(x * 6.1, y * 6.1, 34)
    lee = noise2(x * 2.4 + 0.3, y * 2.4 + 0.3, 33) + 0.6 * noise2(x * 6.1 + 0.5, y * 6.1 + 0.5, 34)
    blade = noise2(x * 13, y * 13, 35)
    colour = mix(mix(LUSH, GRASS, smoothstep(0.3, 0.65, patch)), DRY, smoothstep(0.45, 0.75, broad))
    colour = mix(colour, STRAW, 0.55 * smoothstep(0.6, 0.8, 0.6 * patch + 0.4 * blade))
    colour = scale(colour, 0.52 + 0.55 * blade + 0.4 * (tuft - lee) + 0.22 * tuft)
    wild = smoothstep(0.48, 0.62, fractal2(x / 9 + 50, y / 9, 3, 36))
    dot = _dots(x, y, 0.42, 0.3 * wild, 37)
    if dot > 0:
        return FLOWER_A if dot < 1.5 else (FLOWER_B if dot < 1.85 else FLOWER_C)
    return colour


@kernel
def _lawn(x: float, y: float) -> Colour:
    """Mown grass with stripes and daisies."""
    worn = fractal2(x / 6.5, y / 6.5, 5, 44)
    colour = mix(LUSH, GRASS, 0.15 + 0.7 * fractal2(x / 2.2, y / 2.2, 4, 41))
    colour = mix(colour, DRY, 0.7 * smoothstep(0.5, 0.72, worn))
    stripe = 1.08 if math.floor((x + 0.35 * y) / 1.1) % 2 == 0 else 0.9
    colour = scale(colour, stripe * (0.66 + 0.5 * noise2(x * 11, y * 11, 42)))
    return mix(colour, FLOWER_A, 0.8) if _dots(x, y, 0.3, 0.035, 43) > 0 else colour


@kernel
def _wheat(x: float, y: float) -> Colour:
    """Ripe rows with tramlines and wind-blown patches."""
    u = 0.94 * x - 0.34 * y + 0.25 * noise2(x / 5, y / 5, 51)
    v = 0.34 * x + 0.94 * y
    row = 0.5 + 0.5 * math.sin(u * 2 * math.pi / 0.55)
    colour = mix(WHEAT_DARK, WHEAT, 0.35 * row + 0.65 * noise2(u * 7, v * 3.5, 52))
    colour = scale(
        colour, 0.6 + 0.35 * fractal2(x / 4, y / 4, 4, 53) + 0.3 * noise2(x * 14, y * 14, 54)
    )
    track = abs(u / 12 - math.floor(u / 12 + 0.5)) * 12
    wheel = 1 - smoothstep(0.15, 0.3, abs(track - 0.85))
    return mix(colour, scale(SOIL, 0.6 + 0.5 * noise2(x * 6, y * 6, 55)), 0.85 * wheel)


@kernel
def _ploughed(x: float, y: float) -> Colour:
    """Furrows with clods."""
    v = 0.22 * x + 0.976 * y + 0.2 * noise2(x / 6, y / 6, 61)
    furrow = 0.5 + 0.5 * math.sin(v * 2 * math.pi / 0.7)
    clod = noise2(x * 4.2, y * 4.2, 62) * 0.6 + noise2(x * 11, y * 11, 63) * 0.4
    colour = mix(SOIL_DARK, SOIL, 0.45 * furrow + 0.55 * clod)
    colour = scale(colour, 0.6 + 0.65 * fractal2(x / 7, y / 7, 4, 64))
    green = smoothstep(0.62, 0.72, noise2(x * 5, y * 5, 65)) * smoothstep(0.5, 0.7, furrow)
    return mix(colour, LUSH, 0.75 * green)


@kernel
def _asphalt(x: float, y: float, off: float) -> Colour:
    """Worn tarmac: speckle, cracks, patches, a dashed line in the middle, lines at the edges."""
    grain = noise2(x * 16, y * 16, 82)
    shade = 0.62 + 0.3 * fractal2(x / 2.5, y / 2.5, 5, 81) + 0.4 * grain
    crack = abs(fractal2(x * 0.7, y * 0.7, 4, 83) - 0.5)
    if crack < 0.006:
        shade *= 0.6
    if hash_unit(math.floor(x / 5.5), int(off > 0), 84) > 0.72:
        shade *= 0.8
    colour = scale(TAR, shade)
    wear = 0.55 + 0.45 * noise2(x * 5, y * 5, 85)
    if abs(off) < 0.09 and x / 4.5 - math.floor(x / 4.5) < 0.55:
        return mix(colour, LINE, wear)
    return mix(colour, LINE, 0.8 * wear) if abs(abs(off) - ROAD_HALF_M + 0.3) < 0.07 else colour


@kernel
def _gravel(x: float, y: float) -> Colour:
    """Loose stones of a few centimetres to a hand's breadth."""
    stone = 0.55 * noise2(x * 7, y * 7, 91) + 0.45 * noise2(x * 15, y * 15, 92)
    colour = mix(GRIT_DARK, GRIT, smoothstep(0.2, 0.75, stone))
    return scale(colour, 0.7 + 0.5 * fractal2(x / 1.7, y / 1.7, 4, 93))


@kernel
def _water(x: float, y: float, bank: float) -> Colour:
    """Shallow to deep, ripples, weeds near the bank."""
    colour = mix(WATER, DEEP, smoothstep(0.3, 4.0, -bank))
    ripple = noise2(x * 1.2 + 0.6 * y, y * 3.1, 101) * 0.6 + noise2(x * 4, y * 8, 102) * 0.4
    colour = scale(colour, 0.75 + 0.5 * ripple)
    weed = smoothstep(0.56, 0.68, fractal2(x * 0.8, y * 0.8, 4, 103)) * (
        1 - smoothstep(0.5, 2.2, -bank)
    )
    pad = _dots(x, y, 0.7, 0.16 * smoothstep(0.45, 0.6, noise2(x / 3, y / 3, 105)), 104)
    colour = mix(colour, GRASS, 0.7 * weed)
    return mix(GRASS, LUSH, pad - 1) if pad > 0 and bank < -0.4 else colour


@kernel
def _pad(x: float, y: float, u: float, v: float, edge: float, kind: float) -> Colour:
    """The ground of a pad at u, v in its own axes, `edge` metres inside its rim."""
    if kind == GRAVEL:
        return _gravel(x, y)
    if kind == BED:
        plant = _dots(x, y, 0.4, 0.75, 111)
        soil = scale(SOIL_DARK, 0.6 + 0.8 * noise2(x * 9, y * 9, 112))
        if plant <= 0:
            return soil
        green = scale(LUSH, 0.6 + noise2(x * 12, y * 12, 113))
        return mix(green, FLOWER_C if plant < 1.4 else FLOWER_B, 0.7) if plant < 1.6 else green
    if kind == POOL:
        if edge < 0.45:
            return scale(STONE, 0.95 + 0.3 * noise2(u * 5, v * 5, 114))
        wave = abs(
            math.sin(3.1 * u + 2 * noise2(x, y, 115)) * math.sin(2.7 * v + 2 * noise2(y, x, 116))
        )
        return scale(TILE, 0.65 + 0.45 * (1 - wave))
    size = 0.9 if kind == TERRACE else 0.42
    row = math.floor(v / size)
    along = u / size + 0.5 * (row % 2)
    shade = 0.62 + 0.4 * hash_unit(math.floor(along), int(row), 117)
    if along - math.floor(along) < 0.1 or v / size - row < 0.1:
        shade *= 0.6
    return scale(STONE, shade * (0.75 + 0.45 * fractal2(x * 2, y * 2, 4, 118)))
