"""Which way is north by the gimbals' yaw, and which hemisphere when the letters are lost."""

from collections.abc import Callable, Mapping

import numpy as np

from spaceport_sfm.job.placing.fit import Fit
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.task import TaskPhoto

FEWEST_YAWS = 3
# Mirrored positions fit by far better, or the letters are right.
MIRROR_RATIO, MIRROR_SHARE = 0.5, 0.03
MAX_YAW_SPREAD = 0.7


def yaw_off(poses: Poses, rotation: Points, photos: Mapping[str, TaskPhoto]) -> float | None:
    """By how much to turn the frame clockwise (radians) so that north is where the compass says.

    Args:
        rotation: [3, 3] from the frame of `poses` to one with z up.

    Returns:
        None when too few photos say their yaw, or they contradict each other.
    """
    rows = [row for row, name in enumerate(poses.names) if photos[name].gimbal_yaw_deg is not None]
    said = np.radians([photos[poses.names[row]].gimbal_yaw_deg or 0.0 for row in rows])
    if len(rows) < FEWEST_YAWS or not said.any():
        return None
    # Ahead, whether a photo looks level or down: its view and its upper edge both point there.
    ahead = (poses.forwards[rows] - poses.downs[rows]) @ rotation.T
    found = np.arctan2(ahead[:, 0], ahead[:, 1])
    mean = np.exp(1j * (said - found)).mean()
    return float(np.angle(mean)) if abs(mean) > MAX_YAW_SPREAD else None


def choose_side(
    gps: GpsPositions,
    known: bool,
    fit_to: Callable[[GpsPositions], Fit],
    off_of: Callable[[Fit], float | None],
) -> Fit | None:
    """The fit with the right signs of latitude and longitude.

    A lost W or S mirrors the flight, which the photos notice; that both are lost turns it by half
    a turn, which only a compass does.

    Args:
        known: no photo lacks its letters.
        off_of: how far a fit's north is from the compass (radians).

    Returns:
        None when the signs cannot be told.
    """
    plain = fit_to(gps)
    mirrored = fit_to(gps.mirrored(east=True, north=False))
    is_mirrored = (
        plain.scale_share > MIRROR_SHARE
        and mirrored.bearing.error_m < MIRROR_RATIO * plain.bearing.error_m
    )
    if known and not is_mirrored:
        return plain
    fit = mirrored if is_mirrored else plain
    off = off_of(fit)
    if off is None:
        return None
    if abs(off) < np.pi / 2:
        return fit
    return fit_to(gps.mirrored(east=not is_mirrored, north=True))
