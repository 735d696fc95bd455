"""Where everything stands: the plan of the village."""

import math

import numpy as np

from spaceport_scenery.buildings import (
    CARS,
    TIMBER,
    Village,
    car,
    church,
    farm,
    house,
    turned,
)
from spaceport_scenery.ground import GRAVEL, POOL, TERRACE
from spaceport_scenery.noise import srgb
from spaceport_scenery.primitives import STONE, WOOD, box, sphere
from spaceport_scenery.terrain import lane_x, path_x, road_y
from spaceport_scenery.vegetation import plant_gardens, plant_land, plant_vines

NORTH_X_M, SOUTH_X_M = (-45.0, -25.5, -7.5, 33.0, 52.0), (-52.0, -30.0, 4.0, 23.0, 43.0)


def _street(village: Village, rng: np.random.Generator) -> None:
    """Houses along both sides of the road, each with its drive and a car."""
    for side, places in ((1.0, NORTH_X_M), (-1.0, SOUTH_X_M)):
        for place in places:
            x = place + float(rng.uniform(-1.2, 1.2))
            slope = math.atan(5.0 / 26.0 * math.cos(x / 26.0))
            half = (float(rng.uniform(4.2, 5.8)), float(rng.uniform(3.3, 4.1)))
            y = road_y(x) + side * (9.3 + half[1])
            yaw = slope + float(rng.normal(0, 0.05)) + (0.0 if side > 0 else math.pi)
            house(village, rng, x, y, yaw_rad=yaw, half=half, storeys=int(rng.integers(1, 3)))
            _drive(village, rng, x, y, yaw_rad=yaw, half=half)


def _drive(
    village: Village,
    rng: np.random.Generator,
    x: float,
    y: float,
    *,
    yaw_rad: float,
    half: tuple[float, float],
) -> None:
    dx, dy = turned(yaw_rad, half[0] + 2.2, -4.5)
    village.add_pad(x + dx, y + dy, yaw_rad, (1.6, 7.0), GRAVEL)
    if rng.random() < 0.75:
        dx, dy = turned(yaw_rad, half[0] + 2.2, -2.0)
        car(village, x + dx, y + dy, yaw_rad + math.pi / 2, CARS[rng.integers(len(CARS))])
    dx, dy = turned(yaw_rad, half[0] * 0.2, half[1] + 9.0)
    if rng.random() < 0.35 and y + dy > -25:
        village.add_pad(x + dx, y + dy, yaw_rad, (3.6, 2.2), POOL)
        village.footprints.append((x + dx, y + dy, 4.4))


def _lane(village: Village, rng: np.random.Generator) -> None:
    """The houses up the lane, the church with its yard, the farm."""
    for side, y in ((1.0, 28.0), (1.0, 44.0), (-1.0, 47.0), (1.0, 60.0)):
        x = lane_x(y) + side * 10.5
        turn = math.pi / 2 if side > 0 else -math.pi / 2
        yaw = -turn - 0.25 * math.cos(y / 24.0)
        half = (float(rng.uniform(4.4, 5.4)), float(rng.uniform(3.4, 4.0)))
        house(village, rng, x, y, yaw_rad=yaw, half=half, storeys=2 if side < 0 else 1)
    church(village, lane_x(26.0) - 13.0, 27.5, 0.12)
    farm(village, -39.0, 29.0, 0.35)


def _bridge(village: Village) -> None:
    """Planks and rails where the footpath crosses the stream."""
    y = -37.0 + 5.0 * math.sin(path_x(-37.0) / 19.0 + 1.0)
    x = path_x(y)
    yaw = math.pi / 2 - math.atan(3.5 / 11.0 * math.cos(y / 11.0))
    z = 0.25
    village.rows.append(box(WOOD, (x, y, z), (4.6, 1.1, 0.1), yaw, TIMBER, seed=5))
    for side in (-1.0, 1.0):
        dx, dy = turned(yaw, 0.0, side * 1.05)
        village.rows.append(
            box(WOOD, (x + dx, y + dy, z + 0.95), (4.6, 0.06, 0.07), yaw, TIMBER, seed=6)
        )
        for u in (-4.4, -2.2, 0.0, 2.2, 4.4):
            dx, dy = turned(yaw, u, side * 1.05)
            post = (x + dx, y + dy, z + 0.45)
            village.rows.append(box(WOOD, post, (0.08, 0.08, 0.5), yaw, TIMBER, seed=7))
    village.footprints.append((x, y, 5.0))


def _things(village: Village, rng: np.random.Generator) -> None:
    """Cars on the road, a square with a linden, hay bales, boulders at the water."""
    for x, way in ((-19.0, 0.0), (17.5, math.pi), (55.0, math.pi)):
        offset = -1.4 if way == 0 else 1.4
        yaw = math.atan(5.0 / 26.0 * math.cos(x / 26.0)) + way
        car(village, x, road_y(x) + offset, yaw, CARS[rng.integers(len(CARS))])
    for _ in range(7):
        x, y = float(rng.uniform(-58, -22)), float(rng.uniform(44, 66))
        z = village.ground_m(x, y)
        colour = srgb(0xC9A860)
        village.rows.append(
            box(STONE, (x, y, z + 0.6), (1.2, 0.6, 0.6), float(rng.uniform(0, 3)), colour)
        )
    for _ in range(60):
        x = float(rng.uniform(-70, 60))
        y = (
            -37.0
            + 5.0 * math.sin(x / 19.0 + 1.0)
            + float(rng.choice([-1, 1]) * rng.uniform(2.4, 6))
        )
        radius = float(rng.uniform(0.2, 0.75))
        centre = (x, y, village.ground_m(x, y) + 0.2 * radius)
        grey = srgb(0x8F8B84 + 0x050505 * int(rng.integers(0, 5)))
        village.rows.append(sphere(STONE, centre, radius, grey, centre, 1.0))


def build_village(seed: int) -> Village:
    """The whole village: the same plan for every seed, with other houses, trees and land."""
    rng = np.random.default_rng(seed)
    village = Village(seed)
    village.add_pad(lane_x(9.0) - 9.5, road_y(0.0) + 8.4, 0.1, (4.5, 4.0), TERRACE)
    _street(village, rng)
    _lane(village, rng)
    _bridge(village)
    _things(village, rng)
    plant_gardens(village, rng)
    plant_vines(village, rng)
    plant_land(village, rng)
    return village
