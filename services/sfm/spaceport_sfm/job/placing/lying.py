"""Photos that lie on their side because the tag that says so was lost, turned as the others stand.

A phone held upright stores its pixels lying and a tag; editors and messengers drop the tag of some.
Only where photos look level does it show: what looks down may be turned anyhow.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from spaceport_sfm.job.placing.edges import shows_uprights
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.sim3 import unit
from spaceport_sfm.job.task import TaskPhoto

FEWEST_SURE = 3
# Hands hold a phone level to less than this; a quarter turn is further off than the rest of it.
ASKEW_RAD = np.radians(30.0)


def stand_up(poses: Poses, photos: Mapping[str, TaskPhoto]) -> Poses:
    """The poses with right and down as they would be had no tag been lost.

    Photos that were turned upright by their tag are sure to stand; others that lie by a quarter
    turn beside them are turned. Without three of the sure ones nothing is changed.
    """
    sure = np.array([photos[name].rotated for name in poses.names])
    if sure.sum() < FEWEST_SURE:
        return poses
    up = unit(-poses.downs[sure].mean(axis=0))
    if not shows_uprights(poses, up):
        return poses
    roll = np.arctan2(poses.rights @ up, -(poses.downs @ up))
    lying = ~sure & (np.abs(np.abs(roll) - np.pi / 2) < ASKEW_RAD)
    rotations = poses.rotations.copy()
    for row in np.flatnonzero(lying):
        side = np.sign(roll[row])
        right, down, forward = poses.rotations[row].T
        rotations[row] = np.stack([side * down, -side * right, forward], axis=1)
    return replace(poses, rotations=rotations)
