"""Which way is up by the upright edges of what is photographed: corners, windows, poles, trunks.

The plane through a camera and an upright edge is upright itself: its normal is square to up. The
one direction to which the normals of many edges in many photos are square is the vanishing point of
what stands. It is looked for near an up that is roughly known, because what lies in rows on the
ground meets in such points as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.placing.cues import MIDDLE, Cue
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.sim3 import angle_deg

# Photos that look down more steeply than this show roofs and roads, and hardly a wall.
STEEPEST = np.sin(np.radians(55.0))
REACH_DEG, STEP_DEG = 20.0, 1.0
# How far the normal of an edge that counts may be from square to up: when looked for, at last.
WIDE, NARROW = np.radians(2.0), np.radians(0.7)
# Buildings and trees stand upright to about as much.
UPRIGHT_ERROR = np.radians(0.7)
FEWEST_PHOTOS, FEWEST_IN_PHOTO = 3, 3
# Edges that lie anyhow agree by chance, too: so much more than elsewhere must meet in one point.
PEAK_RATIO, PEAK_SIGMAS = 2.0, 6.0
ROUNDS = 8
# Edges of one photo share its error.
WORTH_OF_PHOTO = 3


@dataclass(frozen=True)
class Edges:
    """Straight edges in photos."""

    normals: Points
    """[K, 3]: normal of the plane through the camera and the edge, in the model's frame."""
    weights: Points
    """[K]: by length."""
    photo: NDArray[np.int64]
    """[K]: in which photo."""

    @classmethod
    def none(cls) -> "Edges":
        """No edge at all."""
        return cls(np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.int64))


FindEdges = Callable[[], Edges]


def shows_uprights(poses: Poses, up: Points) -> bool:
    """Whether photos look level enough to show what stands."""
    return bool(np.median(poses.forwards @ up) > -STEEPEST)


def upright_edges(edges: Edges, near: Points) -> Cue | None:
    """The direction near `near` [3] that most edges agree on; None where they do not.

    Least squares with Cauchy weights from the best of a grid.
    """
    kept = np.abs(edges.normals @ near) < np.sin(np.radians(REACH_DEG) + WIDE)
    normals, photo = edges.normals[kept], edges.photo[kept]
    if len(photo) < FEWEST_PHOTOS * FEWEST_IN_PHOTO:
        return None
    weights = edges.weights[kept] / float(edges.weights[kept].mean())
    around = _around(near)
    scores = np.array([weights @ np.maximum(0.0, 1 - (normals @ up / WIDE) ** 2) for up in around])
    peak, usual = float(scores.max()), float(np.median(scores))
    if peak < max(PEAK_RATIO * usual, usual + PEAK_SIGMAS * np.sqrt(usual + 1)):
        return None
    start = up = around[int(scores.argmax())]
    for narrow in np.maximum(NARROW, WIDE / 2.0 ** np.arange(ROUNDS)):
        held = weights / (1 + (normals @ up / narrow) ** 2) ** 2
        values, vectors = np.linalg.eigh((held[:, None] * normals).T @ normals)
        up = vectors[:, 0] * np.sign(vectors[:, 0] @ up)
    inside = np.abs(normals @ up) < 2 * NARROW
    shown = np.bincount(photo[inside]) >= FEWEST_IN_PHOTO
    if shown.sum() < FEWEST_PHOTOS or angle_deg(up, start) > 3 * STEP_DEG:
        return None
    noise = float(np.mean((normals[inside] @ up) ** 2))
    share = np.maximum(values[1:], 1e-12) / held.sum() * WORTH_OF_PHOTO * shown.sum()
    errors = np.hypot(UPRIGHT_ERROR, np.sqrt(noise / share))
    return Cue("upright edges", vectors[:, 1:].T, np.zeros(2), errors, MIDDLE)


def _around(near: Points) -> Points:
    """[K, 3]: directions every degree within reach of `near`."""
    across = np.linalg.svd(near[None])[2][1:]
    steps = np.radians(np.arange(-REACH_DEG, REACH_DEG + STEP_DEG, STEP_DEG))
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    grid = grid[np.hypot(*grid.T) <= np.radians(REACH_DEG)]
    found = near + np.tan(grid) @ across
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))
