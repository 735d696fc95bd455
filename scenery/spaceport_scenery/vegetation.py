"""Trees, bushes, hedges and vines: crowns of many small balls, conifers of stacked cones."""

import math

import numpy as np

from spaceport_scenery.buildings import Village, turned
from spaceport_scenery.noise import Colour, scale, srgb
from spaceport_scenery.paint import field_kind
from spaceport_scenery.primitives import FOLIAGE, NEEDLES, WOOD, frustum, sphere
from spaceport_scenery.terrain import (
    lane_distance,
    path_distance,
    road_distance,
    stream_distance,
)

LEAVES = tuple(map(srgb, (0x5B7740, 0x4B683A, 0x68803F, 0x5F7F48, 0x70793F, 0x4F7044)))
BLOSSOM, BARK, SPRUCE = srgb(0xC9A0A6), srgb(0x6A5442), srgb(0x55713F)
LAND_M = 81.0
SPECIMENS = (
    (-0.6, 9.6, 3.0),
    (14.5, 12.0, 3.4),
    (-18.5, -11.5, 3.2),
    (-9.0, -21.0, 2.9),
    (13.5, -16.0, 2.6),
    (-14.0, 16.0, 2.8),
    (19.0, 8.5, 2.4),
    (31.0, 3.6, 2.2),
)
"""Large trees that every photo of the centre shows: x, y, crown radius, metres."""


def _leaves(rng: np.random.Generator) -> Colour:
    return LEAVES[rng.integers(len(LEAVES))]


def broadleaf(
    village: Village,
    rng: np.random.Generator,
    x: float,
    y: float,
    *,
    crown_m: float,
    colour: Colour,
) -> None:
    """A round tree: a trunk and a crown of balls, more of them the larger it is."""
    z = village.ground_m(x, y)
    middle = (x, y, z + 1.45 * crown_m + 0.3)
    village.rows.append(
        frustum(WOOD, (x, y, z - 0.2), 1.3 * crown_m, 0.14 * crown_m, 0.08 * crown_m, BARK)
    )
    count = int(22 + 14 * crown_m)
    for index in range(count):
        # A spiral of equal areas spreads the balls evenly over the crown.
        up = 1 - 1.7 * (index + 0.5) / count
        turn = 2.399963 * index + float(rng.uniform(-0.4, 0.4))
        out = math.sqrt(1 - up * up) * crown_m * float(rng.uniform(0.55, 0.85))
        centre = (
            middle[0] + out * math.cos(turn),
            middle[1] + out * math.sin(turn),
            middle[2] + up * crown_m * float(rng.uniform(0.6, 0.85)),
        )
        ball_m = crown_m * float(rng.uniform(0.2, 0.34))
        tint = scale(colour, float(rng.uniform(0.8, 1.2)))
        village.rows.append(sphere(FOLIAGE, centre, ball_m, tint, middle, crown_m * 1.08))
    village.rows.append(sphere(FOLIAGE, middle, crown_m * 0.66, colour, middle, crown_m * 1.08))
    village.footprints.append((x, y, 0.75 * crown_m))


def conifer(
    village: Village, rng: np.random.Generator, x: float, y: float, height_m: float
) -> None:
    """A spruce of stacked cones."""
    z = village.ground_m(x, y)
    tint = scale(SPRUCE, float(rng.uniform(0.75, 1.25)))
    village.rows.append(frustum(WOOD, (x, y, z - 0.2), height_m * 0.3, 0.25, 0.2, BARK))
    layers = 8
    for layer in range(layers):
        share = layer / layers
        low = z + height_m * (0.1 + 0.82 * share)
        radius = height_m * 0.25 * (1.03 - share)
        jog = float(rng.normal(0, 0.06)), float(rng.normal(0, 0.06))
        village.rows.append(
            frustum(NEEDLES, (x + jog[0], y + jog[1], low), height_m * 0.21, radius, 0.0, tint)
        )
    village.footprints.append((x, y, 0.2 * height_m))


def bush(
    village: Village, rng: np.random.Generator, x: float, y: float, *, size_m: float, colour: Colour
) -> None:
    """A low bush of a few balls."""
    z = village.ground_m(x, y)
    middle = (x, y, z + 0.3 * size_m)
    for _ in range(6):
        dx, dy, dz = rng.normal(0, 0.38, 3) * size_m
        centre = (x + float(dx), y + float(dy), z + (0.45 + 0.4 * abs(float(dz))) * size_m)
        radius = size_m * float(rng.uniform(0.35, 0.6))
        village.rows.append(sphere(FOLIAGE, centre, radius, colour, middle, 1.1 * size_m))


def hedge(
    village: Village, rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """A clipped hedge between two points, left out where something else stands."""
    length = math.dist(start, end)
    for step in range(int(length / 0.55)):
        share = step * 0.55 / length
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share
        if not village.is_free(x, y, 0.1) or _on_way(x, y, 0.6):
            continue
        z = village.ground_m(x, y)
        middle = (x, y, z)
        for up in (0.35, 0.85):
            centre = (x + float(rng.normal(0, 0.06)), y + float(rng.normal(0, 0.06)), z + up)
            radius = float(rng.uniform(0.46, 0.58))
            village.rows.append(sphere(FOLIAGE, centre, radius, LEAVES[1], middle, 1.25))


def _on_way(x: float, y: float, room_m: float) -> bool:
    """On the road, a lane, the path, in the water, or on a drive."""
    return bool(
        abs(road_distance(x, y)) < 3.4 + room_m
        or abs(lane_distance(x, y)) < 2.2 + room_m
        or abs(path_distance(x, y)) < 1.0 + room_m
        or stream_distance(x, y) < 0.3 + room_m
    )


def _is_open(village: Village, x: float, y: float, room_m: float) -> bool:
    return village.is_free(x, y, room_m) and not _on_way(x, y, 0.6 * room_m)


def plant_gardens(village: Village, rng: np.random.Generator) -> None:
    """A linden on the square; fruit trees, bushes and hedges around the houses."""
    for x, y, crown in SPECIMENS:
        if _is_open(village, x, y, 0.6 * crown):
            broadleaf(village, rng, x, y, crown_m=crown, colour=_leaves(rng))
    for x, y, reach in list(village.homes):
        for _ in range(15):
            turn, off = float(rng.uniform(0, 2 * math.pi)), reach + float(rng.uniform(1.6, 9.5))
            u, v = x + off * math.cos(turn), y + off * math.sin(turn)
            crown = float(rng.uniform(1.2, 2.7))
            if _is_open(village, u, v, crown) and not _on_pad(village, u, v):
                colour = BLOSSOM if rng.random() < 0.12 else _leaves(rng)
                if rng.random() < 0.5:
                    broadleaf(village, rng, u, v, crown_m=crown, colour=colour)
                else:
                    bush(village, rng, u, v, size_m=0.5 * crown, colour=colour)
        side = 1.0 if y > -3 else -1.0
        back = y + side * (reach + 7.5)
        hedge(village, rng, (x - 8.5, back), (x + 8.5, back))
        hedge(village, rng, (x - 9.2, back), (x - 9.2, back - side * 13.0))


def _on_pad(village: Village, x: float, y: float) -> bool:
    for px, py, cos, sin, a, b, _ in village.pads:
        dx, dy = x - px, y - py
        if abs(dx * cos + dy * sin) < a + 0.3 and abs(dy * cos - dx * sin) < b + 0.3:
            return True
    return False


def plant_vines(village: Village, rng: np.random.Generator) -> None:
    """Rows of vines on the southern slope."""
    for row in range(16):
        for step in range(70):
            u, v = 1.1 * step - 6.0, -52.0 - 2.6 * row
            dx, dy = turned(0.08, u, v)
            if field_kind(dx, dy) != 3 or not _is_open(village, dx, dy, 0.5) or rng.random() < 0.06:
                continue
            z = village.ground_m(dx, dy)
            centre = (dx, dy + float(rng.normal(0, 0.08)), z + 0.6)
            radius = float(rng.uniform(0.5, 0.68))
            tint = scale(LEAVES[3], float(rng.uniform(0.8, 1.2)))
            village.rows.append(sphere(FOLIAGE, centre, radius, tint, (dx, dy, z), 1.3))


def plant_land(village: Village, rng: np.random.Generator) -> None:
    """Trees along the stream and the fields, woods on the hills, an orchard in the west."""
    for x in np.arange(-80.0, -38.0, 6.2):
        for y in np.arange(-26.0, 4.0, 6.2):
            if _is_open(village, float(x), float(y), 1.8):
                crown = float(rng.uniform(1.5, 2.0))
                broadleaf(village, rng, float(x), float(y), crown_m=crown, colour=LEAVES[0])
    for _ in range(1300):
        x, y = (float(value) for value in rng.uniform(-LAND_M, LAND_M, 2))
        radius = math.hypot(x, y)
        near_water = stream_distance(x, y) < 6.0
        wanted = 0.5 if near_water else (0.5 if radius > 62 else 0.06)
        crown = float(rng.uniform(1.6, 3.4))
        if field_kind(x, y) or rng.random() > wanted or not _is_open(village, x, y, crown):
            continue
        if _on_pad(village, x, y) or (abs(y) < 12 and radius < 30):
            continue
        if rng.random() < (0.45 if radius > 60 else 0.15):
            conifer(village, rng, x, y, float(rng.uniform(6.5, 12.0)))
        else:
            broadleaf(village, rng, x, y, crown_m=crown, colour=_leaves(rng))
