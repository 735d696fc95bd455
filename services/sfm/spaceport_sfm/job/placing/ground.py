"""How far the cameras are above the ground."""

from dataclasses import dataclass

import numpy as np

from spaceport_sfm.job.placing.geodesy import Points

# Points within this share of the height around the nadir count as "below" a camera (about 19 deg).
NADIR_SHARE = 0.35
MIN_POINTS = 10
NEAREST = 30
# Cameras that see no ground below them still look down at it when most of what they see is lower.
LOWER_SHARE = 0.75


@dataclass(frozen=True)
class Ground:
    """Heights along z, in the units of the model."""

    height_above: float
    """Median height of the cameras above the ground below them; negative when it lies above."""
    ground_z: float
    seen: bool
    """The photos show ground: below the cameras, or at least most of what they show is lower."""


def measure_ground(centres: Points, points: Points) -> Ground:
    """The ground below the cameras, robust against outliers, trees and single buildings.

    Where most cameras lack points below them (orbits, façades), those use the median of all points.

    Args:
        centres: [N, 3] camera centres, z up.
        points: [M, 3] sparse points, at least one.
    """
    overall_z = float(np.median(points[:, 2]))
    found = [_below(centre, points) for centre in centres]
    below = sum(z is not None for z in found) * 2 > len(found)
    # Over water or woods nothing is found below; where most cameras tell, these are not guessed.
    told = [row for row, z in enumerate(found) if z is not None or not below]
    grounds = np.array([found[row] if found[row] is not None else overall_z for row in told])
    lower = float((points[:, 2] < float(np.median(centres[:, 2]))).mean())
    return Ground(
        height_above=float(np.median(centres[told, 2] - grounds)),
        ground_z=float(np.median(grounds)),
        seen=below or lower > LOWER_SHARE,
    )


def _below(centre: Points, points: Points) -> float | None:
    distances = np.hypot(points[:, 0] - centre[0], points[:, 1] - centre[1])
    # The nearest points tell roughly how high the camera is, and so how far "below" reaches.
    nearest = np.argpartition(distances, min(NEAREST, len(points) - 1))[:NEAREST]
    radius = NADIR_SHARE * abs(centre[2] - float(np.median(points[nearest, 2])))
    below = distances < radius
    return float(np.median(points[below, 2])) if below.sum() >= MIN_POINTS else None
