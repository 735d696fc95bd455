"""Sun, sky and shadow: one light for the whole village, so that every photo sees the same place."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.noise import Colour, kernel
from spaceport_scenery.primitives import Vector

AZIMUTH_RAD, ELEVATION_RAD = math.radians(232.0), math.radians(41.0)
SUN: Vector = (
    math.cos(ELEVATION_RAD) * math.sin(AZIMUTH_RAD),
    math.cos(ELEVATION_RAD) * math.cos(AZIMUTH_RAD),
    math.sin(ELEVATION_RAD),
)
"""Unit vector towards the sun."""
ACROSS: Vector = (math.cos(AZIMUTH_RAD), -math.sin(AZIMUTH_RAD), 0.0)
UPWARD: Vector = (
    -math.sin(ELEVATION_RAD) * math.sin(AZIMUTH_RAD),
    -math.sin(ELEVATION_RAD) * math.cos(AZIMUTH_RAD),
    math.cos(ELEVATION_RAD),
)
SUNLIGHT, SKYLIGHT, BOUNCE = (2.55, 2.28, 1.86), (0.40, 0.50, 0.68), (0.16, 0.15, 0.10)


class Shadows(NamedTuple):
    """What the sun sees: depth towards the sun of the first solid, on a plane across its rays."""

    depth: NDArray[np.float32]
    cell_m: float


@kernel
def sunlit(shadows: Shadows, x: float, y: float, z: float, bias_m: float) -> float:
    """Share of the sun that reaches a point: 0 in shadow, 1 in the open, soft at the edge."""
    depth = shadows.depth
    size = depth.shape[0]
    u = (x * ACROSS[0] + y * ACROSS[1]) / shadows.cell_m + size / 2 - 0.5
    v = (x * UPWARD[0] + y * UPWARD[1] + z * UPWARD[2]) / shadows.cell_m + size / 2 - 0.5
    if u < 0 or v < 0 or u >= size - 1 or v >= size - 1:
        return 1.0
    column, row = int(u), int(v)
    u -= column
    v -= row
    own = x * SUN[0] + y * SUN[1] + z * SUN[2] + bias_m
    lit = 0.0
    if depth[row, column] < own:
        lit += (1 - u) * (1 - v)
    if depth[row, column + 1] < own:
        lit += u * (1 - v)
    if depth[row + 1, column] < own:
        lit += (1 - u) * v
    if depth[row + 1, column + 1] < own:
        lit += u * v
    return lit


@kernel
def light(colour: Colour, n: Vector, sun: float, sky: float) -> Colour:
    """Linear light that a matt surface of that colour and normal sends back."""
    facing = max(0.0, n[0] * SUN[0] + n[1] * SUN[1] + n[2] * SUN[2]) * sun
    dome = (0.62 + 0.38 * n[2]) * sky
    floor = (0.5 - 0.5 * n[2]) * sky
    return (
        colour[0] * (SUNLIGHT[0] * facing + SKYLIGHT[0] * dome + BOUNCE[0] * floor),
        colour[1] * (SUNLIGHT[1] * facing + SKYLIGHT[1] * dome + BOUNCE[1] * floor),
        colour[2] * (SUNLIGHT[2] * facing + SKYLIGHT[2] * dome + BOUNCE[2] * floor),
    )


@kernel
def _tone(value: float) -> float:
    """Film-like curve: a straight middle, highlights that do not clip; then gamma 2."""
    value *= 0.62
    value = value * (2.2 * value + 0.9) / (value * (2.0 * value + 1.0) + 0.35)
    return math.sqrt(min(1.0, max(0.0, value)))


@kernel
def display(colour: Colour) -> Colour:
    """Linear light to the numbers of a photo in [0, 1]."""
    return _tone(colour[0]), _tone(colour[1]), _tone(colour[2])
