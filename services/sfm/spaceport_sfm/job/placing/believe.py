"""Is the GPS fit believable? Its size and height against all else that the photos say."""

from collections.abc import Mapping

import numpy as np

from spaceport_sfm.job.placing.fit import Fit
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.task import TaskPhoto

# Beyond this the scale is a guess; distances would look like metres and be none.
MAX_SCALE_SHARE = 0.1
# Height in the model over height above take-off: hills stay within, broken scales do not.
HEIGHT_RATIOS = (0.1, 10.0)
LEAST_TOLD_M = 20.0
# What a photo that shows detail is taken from, hand to survey plane; and the survey plane's speed.
DISTANCES_M = (0.1, 6000.0)
MAX_SPEED_M_S = 150.0
FEWEST_SPEEDS = 3


def doubts(fit: Fit, poses: Poses, points: Points, photos: Mapping[str, TaskPhoto]) -> str:
    """Why the GPS cannot be used, in words for the user; empty when it can."""
    if fit.scale_share > MAX_SCALE_SHARE:
        return (
            f"The GPS is off by about {fit.bearing.error_m:.0f} m and the cameras are spread over "
            f"{2 * fit.bearing.spread_m:.0f} m: that tells neither scale nor heading, so it was "
            "not used."
        )
    centres, placed = fit.transform.apply(poses.centres), fit.transform.apply(points)
    distance_m = float(np.median(np.linalg.norm(placed - np.median(centres, axis=0), axis=1)))
    if not DISTANCES_M[0] < distance_m < DISTANCES_M[1]:
        return (
            f"By the GPS the photos would show things {distance_m:,.0f} m away, which cannot be; "
            "it was not used."
        )
    named = [photos[name] for name in poses.names]
    ground = measure_ground(centres, placed)
    return (_too_high(ground.height_above, named) if ground.seen else "") or _too_fast(
        centres, named
    )


def _too_high(height_m: float, photos: list[TaskPhoto]) -> str:
    told = [p.relative_altitude_m for p in photos if p.relative_altitude_m is not None]
    above_m = float(np.median(told)) if told else 0.0
    if above_m < LEAST_TOLD_M or HEIGHT_RATIOS[0] < abs(height_m) / above_m < HEIGHT_RATIOS[1]:
        return ""
    return (
        f"By the GPS the cameras would be {height_m:,.0f} m above the ground, and the drone says "
        f"{above_m:.0f} m above take-off; the GPS was not used."
    )


def _too_fast(centres: Points, photos: list[TaskPhoto]) -> str:
    timed = sorted(
        (photo.taken_at.timestamp(), row) for row, photo in enumerate(photos) if photo.taken_at
    )
    if len(timed) < 2:
        return ""
    seconds = np.diff([time for time, _ in timed])
    metres = np.linalg.norm(np.diff(centres[[row for _, row in timed]], axis=0), axis=1)
    moved = seconds > 0
    if moved.sum() < FEWEST_SPEEDS:
        return ""
    # Times are whole seconds: a pause may look up to a second shorter than it was.
    speed = float(np.median(metres[moved] / (seconds[moved] + 1.0)))
    if speed < MAX_SPEED_M_S:
        return ""
    return f"By the GPS the camera would have moved at {speed:,.0f} m/s; the GPS was not used."
