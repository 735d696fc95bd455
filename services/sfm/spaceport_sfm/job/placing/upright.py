"""Which way is up in a model that nothing georeferences."""

import numpy as np

from spaceport_sfm.job.placing.geodesy import Points

FLAT = 0.2
LINE = 0.1
LEVEL = 0.1


def up_direction(centres: Points, rotations: Points) -> Points:
    """Unit vector [3] that points up.

    A flight at one height spans a plane: its normal is up. Otherwise gimbals keep the camera's x
    axis level: up is the direction that those axes share least. The sign, and what neither settles,
    comes from the cameras: they look down or stand upright.

    Args:
        centres: [N, 3] camera centres.
        rotations: [N, 3, 3] camera-to-world; columns are right, down, forward.
    """
    rights, downs, forwards = (rotations[:, :, axis] for axis in range(3))
    rough = -(downs + forwards).mean(axis=0)
    offsets = centres - centres.mean(axis=0)
    _, singular, axes = np.linalg.svd(offsets, full_matrices=True)
    singular = np.append(singular, np.zeros(3))[:3]
    if singular[1] > LINE * singular[0] and singular[2] < FLAT * singular[1]:
        return _signed(axes[2], rough)
    values, vectors = np.linalg.eigh(rights.T @ rights / len(rights))
    if values[1] > LEVEL:
        return _signed(vectors[:, 0], rough)
    # All photos face one way: up is in the plane across their x axes. Looking down, it is against
    # the view; looking ahead, it is the photo's own up.
    looking = -forwards.mean(axis=0)
    across = vectors[:, :2]
    return _unit(across @ (across.T @ (looking if _nadir(singular, axes, forwards) else rough)))


def _nadir(singular: Points, axes: Points, forwards: Points) -> bool:
    """Photos of a strip look straight down when their view is square to the flight."""
    along = axes[0] if singular[0] > 0 else np.zeros(3)
    return bool(abs(forwards.mean(axis=0) @ along) < 0.3)


def _signed(direction: Points, rough: Points) -> Points:
    return _unit(direction if direction @ rough >= 0 else -direction)


def _unit(vector: Points) -> Points:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12))


def rotation_between(start: Points, end: Points) -> Points:
    """The shortest rotation [3, 3] that takes unit vector `start` to unit vector `end`."""
    axis, cosine = np.cross(start, end), float(start @ end)
    if cosine < -1 + 1e-9:
        other = _unit(np.cross(start, np.eye(3)[int(np.argmin(np.abs(start)))]))
        return np.asarray(2 * np.outer(other, other) - np.eye(3))
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + cosine))
