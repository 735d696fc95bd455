"""Similarity transforms in space, and small rotations."""

from dataclasses import dataclass

import numpy as np

from spaceport_sfm.job.placing.geodesy import Points

UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Sim3:
    """x -> scale * rotation @ x + translation."""

    scale: float
    rotation: Points
    translation: Points

    def apply(self, points: Points) -> Points:
        """[N, 3] -> [N, 3]."""
        return self.scale * points @ self.rotation.T + self.translation

    @property
    def matrix(self) -> Points:
        """The homogeneous 4 x 4 matrix."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.scale * self.rotation
        matrix[:3, 3] = self.translation
        return matrix


def unit(vector: Points) -> Points:
    """The vector at length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def angle_deg(first: Points, second: Points) -> float:
    """Angle between two unit vectors [3]."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second)), first @ second)))


def rotation_between(start: Points, end: Points) -> Points:
    """The shortest rotation [3, 3] that takes unit vector `start` to unit vector `end`."""
    axis, cosine = np.cross(start, end), float(start @ end)
    if cosine < -1 + 1e-9:
        other = unit(np.cross(start, np.eye(3)[int(np.argmin(np.abs(start)))]))
        return np.asarray(2 * np.outer(other, other) - np.eye(3))
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + cosine))
