"""Test code: cameras and points of a flight in a mapper's frame, and what their tags say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.exif import Origin as SceneryOrigin
from spaceport_scenery.exif import enu_to_geodetic
from spaceport_sfm.job.placing.edges import Edges, FindEdges
from spaceport_sfm.job.placing.georeference import Placement, georeference
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.sim3 import Sim3, angle_deg
from spaceport_sfm.job.task import TaskPhoto

Array = NDArray[np.float64]
PLACE = SceneryOrigin(46.63, 7.9, 612.0)
START = datetime(2026, 6, 1, 10, 0, 0)
DOWN_DEG = -90.0


@dataclass
class Flight:
    """True cameras, and the tags they wrote; the tags may be spoilt by who holds it."""

    centres: Array
    rotations: Array
    points: Array
    gps_m: Array
    tags: list[dict[str, Any]]
    frame: Sim3 = field(default_factory=lambda: any_frame(3))

    @property
    def poses(self) -> Poses:
        names = tuple(f"{i:04d}.jpg" for i in range(len(self.centres)))
        rotations = np.einsum("ij,njk->nik", self.frame.rotation, self.rotations)
        return Poses(names, self.frame.apply(self.centres), rotations)

    @property
    def photos(self) -> list[TaskPhoto]:
        found = []
        for i, (place, tags) in enumerate(zip(self.gps_m, self.tags, strict=True)):
            latitude, longitude, altitude = enu_to_geodetic(place, PLACE)
            facts = {"latitude_deg": latitude, "longitude_deg": longitude, "altitude_m": altitude}
            facts |= {"taken_at": START + timedelta(seconds=4 * i)} | tags
            found.append(TaskPhoto(name=f"{i:04d}.jpg", original=f"{i:04d}.jpg", camera=0, **facts))
        return found

    def place(
        self, find_edges: FindEdges = Edges.none, also: Sequence[TaskPhoto] = ()
    ) -> Placement:
        """Placed by its tags; `also` are photos of the task that the model lacks."""
        points = self.frame.apply(self.points)
        return georeference(self.poses, points, [*self.photos, *also], 1, find_edges)

    def tilt_deg(self, placement: Placement) -> float:
        """Angle between the placed frame's up and the true one."""
        rotation = placement.transform.rotation @ self.frame.rotation
        return angle_deg(rotation[:, 2], np.array([0.0, 0.0, 1.0]))

    def scale(self, placement: Placement) -> float:
        """The placed metre over the true one."""
        return placement.transform.scale * self.frame.scale

    def heading_deg(self, placement: Placement) -> float:
        rotation = placement.transform.rotation @ self.frame.rotation
        return abs(float(np.degrees(np.arctan2(rotation[0, 1], rotation[1, 1]))))


def edges_of(flight: Flight, directions: Array, alike: bool = True) -> Edges:
    """Edges of these directions [K, 3] somewhere before every camera, found to half a degree.

    Args:
        alike: all photos show edges of the same directions.
    """
    random = np.random.default_rng(5)
    normals, photo = [], []
    for number, rotation in enumerate(flight.rotations):
        if not alike:
            directions = random.normal(size=directions.shape)
        spread = np.stack([random.uniform(-0.6, 0.6, (len(directions))) for _ in range(2)], axis=1)
        rays = np.concatenate([spread, np.ones((len(directions), 1))], axis=1) @ rotation.T
        across = np.cross(rays, directions)
        across /= np.linalg.norm(across, axis=1, keepdims=True)
        normals.append(across + random.normal(0, np.radians(0.5), across.shape))
        photo.append(np.full(len(directions), number))
    stacked = np.concatenate(normals) @ flight.frame.rotation.T
    stacked /= np.linalg.norm(stacked, axis=1, keepdims=True)
    return Edges(stacked, np.ones(len(stacked)), np.concatenate(photo))


def any_frame(seed: int) -> Sim3:
    """A mapper's frame: any scale, any way up."""
    random = np.random.default_rng(seed)
    rotation = np.linalg.qr(random.normal(size=(3, 3)))[0]
    rotation *= np.sign(np.linalg.det(rotation))
    return Sim3(float(random.uniform(0.01, 3)), rotation, random.normal(size=3))


def camera(yaw_deg: float, pitch_deg: float, roll_deg: float = 0.0) -> Array:
    """Camera-to-world [3, 3] from gimbal angles: yaw from north, then pitch, then roll."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    forward = np.array([np.sin(yaw) * np.cos(pitch), np.cos(yaw) * np.cos(pitch), np.sin(pitch)])
    right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
    down = np.cross(forward, right)
    turned = np.cos(roll) * right + np.sin(roll) * down
    return np.stack([turned, np.cross(forward, turned), forward], axis=1)


def fly(
    centres: Array,
    looks: list[tuple[float, float]],
    points: Array,
    seed: int = 0,
    noise_m: tuple[float, float] = (0.5, 0.3),
    wobble_deg: float = 0.6,
    gimbal: bool = False,
    **tags: Any,
) -> Flight:
    """Cameras at `centres` with (yaw, pitch), wobbling a little; GPS with its noise and a bias."""
    random = np.random.default_rng(seed)
    wobble = random.normal(0, wobble_deg, (len(centres), 3))
    rotations = np.array(
        [
            camera(yaw + off[0], pitch + off[1], off[2])
            for (yaw, pitch), off in zip(looks, wobble, strict=True)
        ]
    )
    noise = random.normal(0, 1, centres.shape) * [noise_m[0], noise_m[0], noise_m[1]]
    bias = random.normal(0, 1.5, 3)
    written = [
        {
            "gimbal_pitch_deg": pitch + off[1] + 0.3,
            "gimbal_roll_deg": off[2] - 0.2,
            "gimbal_yaw_deg": yaw + off[0] + 4,
        }
        if gimbal
        else {}
        for (yaw, pitch), off in zip(looks, wobble, strict=True)
    ]
    return Flight(
        centres,
        rotations,
        points,
        centres + noise + bias,
        [angles | tags for angles in written],
        any_frame(seed),
    )


def ground(reach_m: float, seed: int = 0, slope_deg: float = 0.0) -> Array:
    """Points on rolling ground, a few of them wrong."""
    random = np.random.default_rng(seed)
    points = random.uniform(-reach_m, reach_m, (1500, 3))
    points[:, 2] = np.tan(np.radians(slope_deg)) * points[:, 0] + random.normal(0, 0.6, 1500)
    points[:40, 2] += random.uniform(-60, 60, 40)
    return points


def block(columns: int = 6, rows: int = 3, seed: int = 0, **more: Any) -> Flight:
    """A nadir block flown to and fro, 40 m up."""
    random = np.random.default_rng([seed, 5])
    centres, looks = [], []
    for row in range(rows):
        for step in range(columns):
            column = step if row % 2 == 0 else columns - 1 - step
            centres.append([12.0 * column, 20.0 * row, 40.0])
            looks.append((90.0 if row % 2 == 0 else 270.0, DOWN_DEG))
    moved = np.array(centres) - np.mean(centres, axis=0) * [1, 1, 0]
    moved += random.normal(0, 0.4, moved.shape)
    return fly(moved, looks, ground(80, seed), seed, drone=True, **more)


def strip(count: int = 10, seed: int = 0, **more: Any) -> Flight:
    """One line, looking straight down."""
    random = np.random.default_rng([seed, 6])
    centres = np.array([[12.0 * i, 0.0, 40.0] for i in range(count)])
    centres += random.normal(0, 0.3, centres.shape)
    return fly(centres, [(90.0, DOWN_DEG)] * count, ground(90, seed), seed, drone=True, **more)


def orbit(count: int = 16, seed: int = 0, **more: Any) -> Flight:
    """A ring about a building, looking down at it."""
    turns = np.linspace(0, 360, count, endpoint=False)
    centres = np.array(
        [[25 * np.sin(np.radians(t)), 25 * np.cos(np.radians(t)), 22.0] for t in turns]
    )
    random = np.random.default_rng([seed, 7])
    centres += random.normal(0, 0.4, centres.shape)
    looks = [((t + 180) % 360, -38.0) for t in turns]
    return fly(centres, looks, ground(25, seed), seed, drone=True, **more)


def wall(seed: int = 0) -> Array:
    """Points on a wall to the north."""
    random = np.random.default_rng(seed)
    points = random.uniform(-20, 20, (1200, 3))
    points[:, 1] = 14 + random.normal(0, 0.2, 1200)
    points[:, 2] = random.uniform(0, 15, 1200)
    return points


def facade_flown(seed: int = 0, **more: Any) -> Flight:
    """A drone to and fro before a wall, at three heights, looking level."""
    centres = np.array(
        [[6.0 * c - 15, 0.0, 4.0 + 5 * r] for r in range(3) for c in range(6)], dtype=float
    )
    centres += np.random.default_rng([seed, 8]).normal(0, 0.3, centres.shape)
    return fly(centres, [(0.0, 0.0)] * 18, wall(seed), seed, drone=True, **more)


def facade_walked(seed: int = 0, **more: Any) -> Flight:
    """Somebody on the ground before a wall, looking a little up."""
    centres = np.array([[2.5 * i - 17, 0.0, 1.6] for i in range(14)])
    centres += np.random.default_rng([seed, 9]).normal(0, 0.1, centres.shape)
    looks = [(15.0 * np.sin(i), 12.0) for i in range(14)]
    return fly(centres, looks, wall(seed), seed, wobble_deg=2.0, **more)


KINDS: dict[str, Callable[..., Flight]] = {
    "block": block,
    "strip": strip,
    "orbit": orbit,
    "facade flown": facade_flown,
}
