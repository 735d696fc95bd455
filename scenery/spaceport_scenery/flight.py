"""The drone's flight: a grid looking ahead, a ring looking in, and what GPS makes of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.render import View

GRID_AGL_M, GRID_PITCH_DEG = 42.0, -70.0
RING_AGL_M, RING_PITCH_DEG = 40.0, -55.0
GRID_SHARE = 0.58
FRONT_STEP_M, SIDE_STEP_M = 9.5, 12.5
"""About 78 % front and side overlap at 42 m with this camera."""
GRID_REACH_M = 22.0
"""With more photos the grid becomes denser, not larger, so that nobody sees the land's edge."""
RING_RADIUS_M, RING_STEP_DEG = 30.0, 30.0
FOCAL_35MM, FOCAL_ERROR = 24.0, 1.017
K1 = -0.02
OFF_CENTRE_PX, OFF_CENTRE_WIDTH_PX = (3.0, -2.0), 1200
GPS_NOISE_M, GPS_BIAS_M = (0.5, 0.5, 0.8), (1.2, 1.2, 2.5)


@dataclass(frozen=True)
class Pose:
    """Where a photo was taken: ENU metres, yaw clockwise from north, pitch (-90 down), roll."""

    position: tuple[float, float, float]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float = 0.0

    def camera_to_world(self) -> NDArray[np.float64]:
        """Columns: the camera's right, down and forward in ENU."""
        yaw, pitch = math.radians(self.yaw_deg), math.radians(self.pitch_deg)
        forward = np.array(
            [math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), math.sin(pitch)]
        )
        level = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
        roll = math.radians(self.roll_deg)
        right = math.cos(roll) * level + math.sin(roll) * np.cross(forward, level)
        return np.stack([right, np.cross(forward, right), forward], axis=1)


def _grid(count: int, rng: np.random.Generator) -> list[Pose]:
    """`count` photos in rows flown to and fro, the rows west to east and back."""
    rows = max(1, round(math.sqrt(count * FRONT_STEP_M / SIDE_STEP_M)))
    sizes = [count // rows + (row < count % rows) for row in range(rows)]
    front = min(FRONT_STEP_M, 2 * GRID_REACH_M / max(1, max(sizes) - 1))
    side = min(SIDE_STEP_M, 2 * GRID_REACH_M / max(1, rows - 1))
    poses = []
    for row, size in enumerate(sizes):
        ahead = 1 if row % 2 == 0 else -1
        # Looking ahead shifts the picture forward: start as much behind.
        lag = ahead * GRID_AGL_M * math.tan(math.radians(90 + GRID_PITCH_DEG))
        for step in range(size):
            x = ahead * (step - (size - 1) / 2) * front - lag + float(rng.normal(0, 0.4))
            y = (row - (rows - 1) / 2) * side + float(rng.normal(0, 0.4))
            z = GRID_AGL_M + float(rng.normal(0, 0.3))
            yaw = (90.0 * ahead + float(rng.normal(0, 1.5))) % 360
            poses.append(Pose((x, y, z), yaw, GRID_PITCH_DEG + float(rng.normal(0, 0.6))))
    return poses


def _ring(count: int, rng: np.random.Generator) -> list[Pose]:
    """`count` photos on a circle that look at its middle; an arc when there are few."""
    step_deg = min(RING_STEP_DEG, 360.0 / max(1, count))
    poses = []
    for index in range(count):
        turn = math.radians(180.0 + index * step_deg + float(rng.normal(0, 1.0)))
        radius = RING_RADIUS_M + float(rng.normal(0, 0.5))
        position = (
            radius * math.sin(turn),
            radius * math.cos(turn),
            RING_AGL_M + float(rng.normal(0, 0.3)),
        )
        yaw = (math.degrees(turn) + 180 + float(rng.normal(0, 1.0))) % 360
        poses.append(Pose(position, yaw, RING_PITCH_DEG + float(rng.normal(0, 0.6))))
    return poses


def plan_flight(photos: int, seed: int) -> list[Pose]:
    """The poses of all photos in the order of the flight."""
    rng = np.random.default_rng([seed, 1])
    grid = round(photos * GRID_SHARE)
    return _grid(grid, rng) + _ring(photos - grid, rng)


def gps_positions(poses: list[Pose], seed: int) -> NDArray[np.float64]:
    """What the drone believes, f64[N,3] ENU metres: its own noise and one bias for the flight."""
    rng = np.random.default_rng([seed, 2])
    truth = np.array([pose.position for pose in poses])
    bias = rng.uniform(-1, 1, 3) * GPS_BIAS_M
    return truth + bias + rng.normal(0, 1, truth.shape) * GPS_NOISE_M


def focal_px(width_px: int) -> float:
    """The true focal length: 1.7 % longer than the EXIF's 24 mm (36 mm across) says."""
    return width_px * FOCAL_35MM * FOCAL_ERROR / 36.0


def view_of(pose: Pose, width_px: int, height_px: int) -> View:
    """The camera at a pose: the pinhole, its radial distortion and its shifted principal point."""
    axes = pose.camera_to_world()
    right, down, forward = (
        (float(axes[0, i]), float(axes[1, i]), float(axes[2, i])) for i in range(3)
    )
    shift = width_px / OFF_CENTRE_WIDTH_PX
    return View(
        pose.position,
        right,
        down,
        forward,
        focal_px(width_px),
        width_px / 2 + OFF_CENTRE_PX[0] * shift,
        height_px / 2 + OFF_CENTRE_PX[1] * shift,
        K1,
    )
