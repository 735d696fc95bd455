"""The kinds of capture that people make, with what each camera writes about itself.

The truth of each is known. What goes wrong on them (a barometer that starts anew, thermal twins, an
exposure that changes) is part of the kind.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from spaceport_scenery.flight import GPS_BIAS_M, GPS_NOISE_M, Pose, plan_flight

Random = np.random.Generator

BLOCK_AGL_M, BLOCK_FRONT_M, BLOCK_SIDE_M = 42.0, 9.5, 12.5
ORBIT_RADIUS_M, ORBIT_AGL_M = 27.0, 24.0
CHURCH = (1.3, 27.5)
EYE_M = 1.6
# How far from the middle of what they photograph people stand, the favourite first: they go around
# what is in the way.
WALK_RADII_M = (*range(20, 10, -1), *range(21, 28))
FACADE_AWAY_M = (*range(19, 12, -1), *range(20, 25))
BATTERY_JUMP_M, BATTERY_S = 25.0, 240.0
PHONE_NOISE_M = (1.5, 1.5, 3.0)
SECONDS_BETWEEN = 4.0
# Pitch and roll that are common to all photos of one hand.
HAND_DEG = (3.0, 1.0)


@dataclass(frozen=True)
class Land:
    """Where people can stand."""

    height_m: Callable[[float, float], float]
    """Of the ground at an easting and a northing."""
    is_free: Callable[[float, float], bool] = lambda _east, _north: True
    """Whether nothing stands there."""


@dataclass(frozen=True)
class Shot:
    """One photo: where it was really taken, and what its tags will say."""

    pose: Pose
    gps_m: tuple[float, float, float]
    """East, north, up as the receiver believes."""
    seconds: float
    """After the first photo."""
    above_m: float | None = None
    """Height above take-off as XMP says it; None: a camera without such tags."""
    phone: bool = False
    exposure_ev: float = 0.0
    thermal: bool = False


def plan(kind: str, photos: int, seed: int, land: Land) -> list[Shot]:
    """The shots of a capture of that kind, in the order of their taking.

    Raises:
        KeyError: no such kind.
    """
    return KINDS[kind](photos, np.random.default_rng([seed, 4]), land)


def _flown(
    poses: list[Pose], rng: Random, noise_m: tuple[float, float, float] = GPS_NOISE_M
) -> list[Shot]:
    """A drone's shots: noise and one bias in GPS, a steady height above take-off."""
    bias = rng.uniform(-1, 1, 3) * GPS_BIAS_M
    shots = []
    for index, pose in enumerate(poses):
        east, north, up = np.array(pose.position) + bias + rng.normal(0, 1, 3) * noise_m
        place = (float(east), float(north), float(up))
        shots.append(Shot(pose, place, SECONDS_BETWEEN * index, round(pose.position[2], 2)))
    return shots


def _rows(photos: int, rows: int, rng: Random) -> list[Pose]:
    """To and fro, looking straight down."""
    poses = []
    length = math.ceil(photos / rows)
    for number in range(photos):
        row, step = divmod(number, length)
        ahead = 1 if row % 2 == 0 else -1
        x = ahead * (step - (length - 1) / 2) * BLOCK_FRONT_M + float(rng.normal(0, 0.3))
        y = (row - (rows - 1) / 2) * BLOCK_SIDE_M + float(rng.normal(0, 0.3))
        z = BLOCK_AGL_M + float(rng.normal(0, 0.3))
        yaw = (90.0 * ahead + float(rng.normal(0, 1.0))) % 360
        pitch = -90.0 + float(abs(rng.normal(0, 0.5)))
        poses.append(Pose((x, y, z), yaw, pitch, float(rng.normal(0, 0.4))))
    return poses


def _village(photos: int, rng: Random, _land: Land) -> list[Shot]:
    return _flown(plan_flight(photos, int(rng.integers(1 << 30))), rng)


def _block(photos: int, rng: Random, _land: Land) -> list[Shot]:
    return _flown(_rows(photos, max(2, round(math.sqrt(photos * 0.6))), rng), rng)


def _strip(photos: int, rng: Random, _land: Land) -> list[Shot]:
    return _flown(_rows(photos, 1, rng), rng)


def _orbit(photos: int, rng: Random, _land: Land) -> list[Shot]:
    """A ring about the church, looking down at it."""
    poses = []
    for index in range(photos):
        turn = 2 * math.pi * index / photos + float(rng.normal(0, 0.02))
        x = CHURCH[0] + ORBIT_RADIUS_M * math.sin(turn)
        y = CHURCH[1] + ORBIT_RADIUS_M * math.cos(turn)
        z = ORBIT_AGL_M + float(rng.normal(0, 0.3))
        yaw = (math.degrees(turn) + 180 + float(rng.normal(0, 1.0))) % 360
        poses.append(Pose((x, y, z), yaw, -36.0 + float(rng.normal(0, 0.6))))
    return _flown(poses, rng)


def _held(poses: list[Pose], rng: Random) -> list[Shot]:
    """Shots of somebody with a phone: no angles, no height above take-off, GPS that wanders.

    A hand holds every photo of a capture a little too high and a little askew.
    """
    shots = _flown(poses, rng, PHONE_NOISE_M)
    pitch, roll = (float(off) for off in rng.normal(0, 1, 2) * HAND_DEG)
    return [
        replace(shot, above_m=None, phone=True, pose=_turned(shot.pose, pitch, roll))
        for shot in shots
    ]


def _turned(pose: Pose, pitch_deg: float, roll_deg: float) -> Pose:
    return replace(pose, pitch_deg=pose.pitch_deg + pitch_deg, roll_deg=pose.roll_deg + roll_deg)


def _facade(photos: int, rng: Random, land: Land) -> list[Shot]:
    """Along the south side of the church, from the ground, looking at it and a little up."""
    poses = []
    for index in range(photos):
        x = CHURCH[0] - 3.0 + 18.0 * index / max(1, photos - 1) + float(rng.normal(0, 0.2))
        off = float(rng.normal(0, 0.5))
        x, y = _standing(land, [(x, CHURCH[1] - away + off) for away in FACADE_AWAY_M])
        yaw = math.degrees(math.atan2(CHURCH[0] - x, CHURCH[1] - y)) * 0.6
        height = land.height_m(x, y) + EYE_M + float(rng.normal(0, 0.05))
        poses.append(_hand_held((x, y, height), yaw, 9.0, rng))
    return _held(poses, rng)


def _walk(photos: int, rng: Random, land: Land) -> list[Shot]:
    """Around a third of the church on foot."""
    poses = []
    for index in range(photos):
        turn = math.radians(95 + 130 * index / max(1, photos - 1))
        ahead = math.sin(turn), math.cos(turn)
        places = [(CHURCH[0] + r * ahead[0], CHURCH[1] + r * ahead[1]) for r in WALK_RADII_M]
        x, y = _standing(land, places)
        yaw = (math.degrees(turn) + 180) % 360
        poses.append(_hand_held((x, y, land.height_m(x, y) + EYE_M), yaw, 8.0, rng))
    return _held(poses, rng)


def _standing(land: Land, places: list[tuple[float, float]]) -> tuple[float, float]:
    """The first place where nothing stands; the favourite where all are taken."""
    return next((place for place in places if land.is_free(*place)), places[0])


def _hand_held(
    position: tuple[float, float, float], yaw_deg: float, pitch_deg: float, rng: Random
) -> Pose:
    yaw, pitch, roll = rng.normal(0, 1, 3) * (3.0, 2.0, 1.5)
    return Pose(position, (yaw_deg + float(yaw)) % 360, pitch_deg + float(pitch), float(roll))


def _two_batteries(photos: int, rng: Random, land: Land) -> list[Shot]:
    """A block; half-way the drone lands, and its barometer starts anew. No XMP tells of it."""
    shots = [replace(shot, above_m=None) for shot in _block(photos, rng, land)]
    return [
        shot
        if index < photos // 2
        else replace(
            shot,
            gps_m=(*shot.gps_m[:2], shot.gps_m[2] + BATTERY_JUMP_M),
            seconds=shot.seconds + BATTERY_S,
        )
        for index, shot in enumerate(shots)
    ]


def _exposure(photos: int, rng: Random, _land: Land) -> list[Shot]:
    """The village under clouds: a camera that exposes every photo anew."""
    return [
        replace(shot, exposure_ev=float(rng.uniform(-1.2, 0.8)))
        for shot in _village(photos, rng, _land)
    ]


def _thermal_twins(photos: int, rng: Random, land: Land) -> list[Shot]:
    """A block of a drone that takes every photo twice: by light and by heat."""
    shots = _block(photos, rng, land)
    return [twin for shot in shots for twin in (shot, replace(shot, thermal=True))]


KINDS: dict[str, Callable[[int, Random, Land], list[Shot]]] = {
    "nadir block": _block,
    "strip": _strip,
    "orbit": _orbit,
    "facade": _facade,
    "walk": _walk,
    "two batteries": _two_batteries,
    "exposure": _exposure,
    "thermal twins": _thermal_twins,
}
