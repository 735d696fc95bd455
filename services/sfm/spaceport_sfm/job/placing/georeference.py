"""From the mapper's arbitrary frame to east, north, up in metres."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.placing.positions import GpsPositions
from spaceport_sfm.job.placing.similarity import (
    Similarity,
    fit_robustly,
    fit_similarity,
    residuals,
    spread_ratio,
)
from spaceport_sfm.job.placing.upright import rotation_between, up_direction
from spaceport_sfm.job.plan import Origin

MIN_LOCATED = 3
# A photo's GPS is an outlier beyond the first of these that most photos agree within.
GPS_ERRORS_M = (5.0, 15.0, 50.0)
MOST = 2 / 3
# Below this the photos lie on a line, and GPS says nothing about the roll around it.
LINE_RATIO = 0.1
# Without GPS the unit is a tenth of the cameras' median height above what they see.
UNSCALED_HEIGHT = 10.0
UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Poses:
    """Cameras of a model: names, centres [N, 3] and camera-to-world rotations [N, 3, 3]."""

    names: tuple[str, ...]
    centres: Points
    rotations: Points


@dataclass(frozen=True)
class Placement:
    """How the model lies in the world; `origin` is None when its scale is arbitrary."""

    transform: Similarity
    origin: Origin | None
    residuals_m: dict[str, float]
    """Distance from its GPS position of every photo that has one, by name."""
    gps_rms_m: float | None
    """Root mean square of the residuals of the photos whose GPS was used."""
    warnings: tuple[str, ...] = ()


def georeference(poses: Poses, points: Points, gps: GpsPositions, seed: int) -> Placement:
    """Fit the cameras to their GPS positions; without GPS, level the model and scale it by height.

    Args:
        points: [M, 3] sparse points in the frame of `poses`.
    """
    rows = [row for row, name in enumerate(poses.names) if name in gps.by_name]
    if gps.origin is None or len(rows) < MIN_LOCATED:
        return _level(poses, points, gps.warnings)
    source = poses.centres[rows]
    target = np.array([gps.by_name[poses.names[row]] for row in rows])
    warnings = list(gps.warnings)
    used = np.ones(len(rows), dtype=bool)
    if spread_ratio(target[:, :2]) < LINE_RATIO:
        up = up_direction(poses.centres, poses.rotations)
        transform = fit_line(source, target, up)
        warnings.append(
            "The photos were taken along one line, so GPS does not fix the tilt across it; fly at "
            "least two parallel lines for true heights."
        )
    else:
        transform, used, max_error_m = _fit_most(source, target, seed)
        if not used.all():
            warnings.append(
                f"The GPS of {int((~used).sum())} of {len(rows)} photos is more than "
                f"{max_error_m:.0f} m off and was not used."
            )
    errors = residuals(transform, source, target)
    rms_m = float(np.sqrt(np.mean(errors[used] ** 2)))
    named = {poses.names[row]: float(error) for row, error in zip(rows, errors, strict=True)}
    return Placement(transform, gps.origin, named, rms_m, tuple(warnings))


def _fit_most(
    source: Points, target: Points, seed: int
) -> tuple[Similarity, NDArray[np.bool_], float]:
    """Robust fit with the tightest tolerance that most photos agree within."""
    for max_error_m in GPS_ERRORS_M:
        transform, used = fit_robustly(source, target, max_error_m, seed)
        if used.mean() >= MOST:
            break
    return transform, used, max_error_m


def fit_line(source: Points, target: Points, up: Points) -> Similarity:
    """Similarity from points on a line, with `up` [3] of the source for the roll around it."""
    reach = float(np.linalg.norm(source - source.mean(axis=0), axis=1).mean())
    aimed = float(np.linalg.norm(target - target.mean(axis=0), axis=1).mean())
    raised_source = source + reach * up
    raised_target = target + aimed * UP
    return fit_similarity(
        np.concatenate([source, raised_source]), np.concatenate([target, raised_target])
    )


def _level(poses: Poses, points: Points, warnings: tuple[str, ...]) -> Placement:
    rotation = rotation_between(up_direction(poses.centres, poses.rotations), UP)
    centres, turned = poses.centres @ rotation.T, points @ rotation.T
    height = abs(measure_ground(centres, turned).height_above)
    depth = float(np.median(np.linalg.norm(turned - centres.mean(axis=0), axis=1)))
    # Cameras level with what they see (a façade) have no height: their distance takes its place.
    scale = UNSCALED_HEIGHT / max(height if height > 0.1 * depth else depth, 1e-9)
    transform = Similarity(scale, rotation, -scale * centres.mean(axis=0))
    said = (
        "The photos carry no usable GPS: the model's scale and heading are arbitrary, and its up "
        "direction is estimated from the cameras."
    )
    return Placement(transform, None, {}, None, (*warnings, said))
