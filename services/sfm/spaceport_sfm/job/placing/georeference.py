"""From the mapper's arbitrary frame to east, north, up in metres."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spaceport_sfm.job.placing.believe import doubts
from spaceport_sfm.job.placing.compass import choose_side, yaw_off
from spaceport_sfm.job.placing.cues import Cue, photo_cues, rough_up
from spaceport_sfm.job.placing.edges import Edges, FindEdges, shows_uprights, upright_edges
from spaceport_sfm.job.placing.fit import Fit, fit_world, locate
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.placing.lying import stand_up
from spaceport_sfm.job.placing.note import (
    LOST_LETTERS,
    fit_note,
    fit_warnings,
    level_note,
    level_warnings,
)
from spaceport_sfm.job.placing.poses import Poses
from spaceport_sfm.job.placing.positions import GpsPositions, gps_positions
from spaceport_sfm.job.placing.sim3 import UP, Sim3, rotation_between
from spaceport_sfm.job.placing.upright import Upright, settle_up
from spaceport_sfm.job.task import Origin, TaskPhoto

# Without GPS the unit is a tenth of the cameras' median height above what they see.
UNSCALED_HEIGHT = 10.0


@dataclass(frozen=True)
class Placement:
    """How the model lies in the world; `origin` is None when its scale is arbitrary."""

    transform: Sim3
    origin: Origin | None
    note: str
    """Where up, scale, heading and heights come from, and how sure they are."""
    residuals_m: dict[str, float]
    """Distance from its GPS position of every photo that has one, by name."""
    gps_m: dict[str, Points]
    """GPS positions in the output frame, by name; up is nan where unknown."""
    gps_rms_m: float | None
    """Root mean square of the residuals of the photos whose GPS was used."""
    warnings: tuple[str, ...] = ()


def georeference(
    poses: Poses,
    points: Points,
    photos: Sequence[TaskPhoto],
    seed: int,
    find_edges: FindEdges = Edges.none,
) -> Placement:
    """Lay the model onto its GPS; where that cannot be believed, level it and scale it by height.

    Args:
        points: [M, 3] sparse points in the frame of `poses`.
        photos: the task's photos; those of `poses` among them.
        find_edges: looks for straight edges in the photos; asked only where they may tell.
    """
    named = {photo.name: photo for photo in photos}
    poses = stand_up(poses, named)
    cues, rough = photo_cues(poses, points, named), rough_up(poses)
    about = _level_up(cues, rough)
    if shows_uprights(poses, about.up):
        edges = upright_edges(find_edges(), about.up)
        cues += [edges] if edges else []
    # Strays of another place say nothing about this one.
    gps = gps_positions([named[name] for name in poses.names])
    said = gps.warnings

    def fit_to(positions: GpsPositions) -> Fit:
        located = locate(poses, positions, named, seed)
        assert located is not None and positions.origin is not None
        return fit_world(located, cues, poses, positions.origin)

    if locate(poses, gps, named, seed) is not None:
        known = all(named[name].hemisphere_known for name in gps.by_name)
        fit = choose_side(
            gps, known, fit_to, lambda fit: yaw_off(poses, fit.transform.rotation, named)
        )
        doubt = doubts(fit, poses, points, named) if fit is not None else LOST_LETTERS
        if fit is not None and not doubt:
            return _placed(fit, poses, said)
        said = (*said, doubt)
    return _level(poses, points, named, _level_up(cues, rough), said)


def _level_up(cues: Sequence[Cue], rough: Points) -> Upright:
    """Up by the photos alone."""
    return settle_up(cues, rough, [], lambda _: [], lambda _: 0.0)


def _placed(fit: Fit, poses: Poses, said: tuple[str, ...]) -> Placement:
    names = [poses.names[row] for row in fit.located.rows]
    used = fit.residuals_m[fit.bearing.used & ~fit.wrong_height]
    return Placement(
        transform=fit.transform,
        origin=fit.origin,
        note=fit_note(fit),
        residuals_m=dict(zip(names, fit.residuals_m.tolist(), strict=True)),
        gps_m=dict(zip(names, fit.located.enu_m, strict=True)),
        gps_rms_m=float(np.sqrt(np.mean(used**2))),
        warnings=(*said, *fit_warnings(fit, len(poses.names))),
    )


def _level(
    poses: Poses,
    points: Points,
    photos: Mapping[str, TaskPhoto],
    upright: Upright,
    said: tuple[str, ...],
) -> Placement:
    rotation = rotation_between(upright.up, UP)
    off = yaw_off(poses, rotation, photos)
    if off is not None:
        cosine, sine = np.cos(off), np.sin(off)
        rotation = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]]) @ rotation
    centres, turned = poses.centres @ rotation.T, points @ rotation.T
    height = abs(measure_ground(centres, turned).height_above)
    depth = float(np.median(np.linalg.norm(turned - centres.mean(axis=0), axis=1)))
    # Cameras level with what they see (a façade) have no height: their distance takes its place.
    scale = UNSCALED_HEIGHT / max(height if height > 0.1 * depth else depth, 1e-9)
    return Placement(
        transform=Sim3(scale, rotation, -scale * centres.mean(axis=0)),
        origin=None,
        note=level_note(upright, off is not None),
        residuals_m={},
        gps_m={},
        gps_rms_m=None,
        warnings=(*said, *level_warnings(upright, off is not None)),
    )
