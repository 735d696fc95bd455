"""Cameras: those of the survey, those made up for a splat without any, and new ones near them."""

import math
from collections.abc import Sequence

import numpy as np

from spaceport_compress.job.sog.arrays import Flags, Floats
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians

UP_ENU = np.array([0.0, 0.0, 1.0])
UP_COLMAP = np.array([0.0, -1.0, 0.0])  # what a stranger's .ply has: y points down
_FIELD_OF_VIEW_DEG = 55.0
_RINGS = ((0.9, 0.6), (0.55, 0.35))  # distance and height in diagonals of the 10-90 % box
_CAMERAS_PER_RING = 6


def look_at(position: Floats, target: Floats, up: Floats) -> Floats:
    """World to camera float64[4,4] (x right, y down, z forward) with a level horizon.

    Looking straight along `up`, any direction across serves as the upper edge.
    """
    forward = (target - position) / max(float(np.linalg.norm(target - position)), 1e-12)
    right = np.cross(forward, up)
    if np.linalg.norm(right) < 1e-6:
        right = np.cross(forward, np.roll(up, 1))
    right /= np.linalg.norm(right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, np.cross(forward, right), forward])
    matrix[:3, 3] = -matrix[:3, :3] @ position
    return matrix


def pinhole(name: str, pose: Floats, fov_deg: float, width_px: int, height_px: int) -> Camera:
    """A camera with a horizontal field of view and its principal point in the middle."""
    focal_px = width_px / 2 / math.tan(math.radians(fov_deg) / 2)
    return Camera(name, pose, focal_px, focal_px, width_px / 2, height_px / 2, width_px, height_px)


def field_of_view_deg(camera: Camera) -> float:
    """Horizontal field of view."""
    return math.degrees(2 * math.atan(camera.width_px / 2 / camera.fx))


def middle_and_size(gaussians: Gaussians) -> tuple[Floats, float]:
    """Middle and diagonal (m) of the 10-90 % box: what a visitor came to see."""
    means = gaussians.means.astype(np.float64)
    low, high = np.quantile(means, [0.1, 0.9], axis=0)
    largest_axis_m = float(np.exp(np.median(gaussians.scales.max(1).astype(np.float64))))
    return (low + high) / 2, max(float(np.linalg.norm(high - low)), 4 * largest_axis_m, 1e-6)


def rings(gaussians: Gaussians, up: Floats, width_px: int = 480) -> list[Camera]:
    """Cameras around a splat that came without any: two rings, far and near, looking inwards."""
    middle, size_m = middle_and_size(gaussians)
    side = np.cross(up, np.roll(up, 1))
    side /= np.linalg.norm(side)
    cameras = []
    for ring, (distance, height) in enumerate(_RINGS):
        for k in range(_CAMERAS_PER_RING):
            angle = 2 * math.pi * (k + 0.3 + 0.5 * ring) / _CAMERAS_PER_RING
            across = side * math.cos(angle) + np.cross(up, side) * math.sin(angle)
            position = middle + size_m * (distance * across + height * up)
            pose = look_at(position, middle, up)
            name = f"ring {ring} camera {k}"
            cameras.append(pinhole(name, pose, _FIELD_OF_VIEW_DEG, width_px, width_px * 9 // 16))
    return cameras


def spread(cameras: Sequence[Camera], count: int) -> list[Camera]:
    """At most `count` of the cameras, evenly over their order."""
    picked = np.unique(np.linspace(0, len(cameras) - 1, min(count, len(cameras))).astype(int))
    return [cameras[int(index)] for index in picked]


def in_frame(gaussians: Gaussians, camera: Camera) -> Flags:
    """Whose centres (bool[N]) project into the picture; what hides what is not asked."""
    pose = camera.world_to_camera
    local = gaussians.means.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
    depth_m = np.maximum(local[:, 2], 1e-9)
    column = local[:, 0] / depth_m * camera.fx + camera.cx
    row = local[:, 1] / depth_m * camera.fy + camera.cy
    inside = (column >= 0) & (column < camera.width_px) & (row >= 0) & (row < camera.height_px)
    return np.asarray(inside & (local[:, 2] > 0), np.bool_)
