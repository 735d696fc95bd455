"""The pycolmap half of the job, from a task to its findings."""

import json
from pathlib import Path

import numpy as np
import pycolmap

from spaceport_sfm.job.gate import Figures, Linkage, check_figures, check_linkage, left_out
from spaceport_sfm.job.mapping.ladder import Trial, climb, rungs
from spaceport_sfm.job.mapping.model import points_of, poses_of, principal_shift, registered_names
from spaceport_sfm.job.mapping.settle import settle
from spaceport_sfm.job.mapping.trials import Trials
from spaceport_sfm.job.matching.pairs import components
from spaceport_sfm.job.photos.edges import find_edges
from spaceport_sfm.job.photos.undistort import undistort
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.georeference import Placement, georeference
from spaceport_sfm.job.placing.ground import Ground, measure_ground
from spaceport_sfm.job.placing.positions import gps_positions, taken_elsewhere_m
from spaceport_sfm.job.task import Findings, Lens, PlacedPhoto, Task, Tell

MAX_REPROJECTION_PX = 4.0
MIN_TRIANGULATION_DEG = 1.5

Mapped = list[pycolmap.Reconstruction]


def reconstruct(task: Task, tell: Tell) -> Findings:
    """Reconstruct, place and undistort; writes the task's output folder.

    Raises:
        UserError: the photos do not hang together, or the model is not usable.
    """
    gps = gps_positions(task.photos)
    trials = Trials(task, gps, tell)
    best: Trial[Mapped] = climb(rungs(task.effort), trials.run)
    check_linkage(_linkage(task, trials, best, _names(best)))
    tell("calibration", 0, 1, {})
    settled = settle(best, task, trials)
    model = settled.focal.model
    linkage = _linkage(task, trials, settled.trial, registered_names(model))
    warnings = check_linkage(linkage)
    tell("calibration", 1, 1, {})
    placement = _place(model, task)
    points = points_of(model)
    ground = measure_ground(poses_of(model).centres, points)
    figures = _figures(model, task, placement, ground)
    warnings += placement.warnings + check_figures(figures)
    undistort(model, task, lambda n, m: tell("undistortion", n, m, {}))
    placed = _placed_photos(model, task, placement)
    _write_geo(task.output / "geo.json", placement, ground, placed)
    return Findings(
        photos=placed,
        sparse_points=model.num_points3D(),
        reprojection_error_px=figures.reprojection_error_px,
        mean_track_length=figures.mean_track_length,
        gps_rms_m=placement.gps_rms_m,
        camera_height_above_ground_m=figures.height_above_ground_m,
        focal_note=settled.focal.note,
        frame_note=placement.note,
        warnings=warnings,
        left_out=left_out(linkage),
        rung=settled.trial.rung.name,
    )


def _names(trial: Trial[Mapped]) -> list[str]:
    return registered_names(trial.model[0]) if trial.model else []


def _linkage(task: Task, trials: Trials, best: Trial[Mapped], registered: list[str]) -> Linkage:
    names = [photo.original for photo in task.photos]
    models = best.model or []
    groups = components(len(names), trials.links)
    away_m = taken_elsewhere_m(task.photos, registered)
    apart = set(registered_names(models[1])) if len(models) > 1 else set()
    return Linkage(
        photos=names,
        registered=task.originals(registered),
        groups=[[names[index] for index in group] for group in groups],
        featureless=[names[index] for index in trials.featureless],
        second_model=len(apart - set(registered) - set(away_m)),
        elsewhere_m=dict(zip(task.originals(list(away_m)), away_m.values(), strict=True)),
    )


def _place(model: pycolmap.Reconstruction, task: Task) -> Placement:
    """Filter the model's points and move it into the output frame."""
    pycolmap.ObservationManager(model).filter_all_points3D(
        MAX_REPROJECTION_PX, MIN_TRIANGULATION_DEG
    )
    model.update_point_3d_errors()
    placement = georeference(
        poses_of(model),
        points_of(model),
        task.photos,
        task.seed,
        lambda: find_edges(model, task.images),
    )
    fit = placement.transform
    model.transform(pycolmap.Sim3d(fit.scale, pycolmap.Rotation3d(fit.rotation), fit.translation))
    return placement


def _figures(
    model: pycolmap.Reconstruction, task: Task, placement: Placement, ground: Ground
) -> Figures:
    metric = placement.origin is not None
    cameras = list(model.cameras.values())
    known = [photo.relative_altitude_m for photo in task.photos]
    relative = [altitude for altitude in known if altitude is not None]
    return Figures(
        reprojection_error_px=float(model.compute_mean_reprojection_error()),
        longest_side_px=max(max(camera.width, camera.height) for camera in cameras),
        mean_track_length=float(model.compute_mean_track_length()),
        height_above_ground_m=ground.height_above if metric and ground.seen else None,
        relative_altitude_m=float(np.median(relative)) if relative else None,
        principal_shift=max(principal_shift(camera) for camera in cameras),
    )


def _placed_photos(
    model: pycolmap.Reconstruction, task: Task, placement: Placement
) -> tuple[PlacedPhoto, ...]:
    """Of the undistorted model: its cameras are pinholes."""
    poses = poses_of(model)
    originals = task.originals(list(poses.names))
    lenses = {image.name: _lens(model.cameras[image.camera_id]) for image in model.images.values()}
    return tuple(
        PlacedPhoto(
            name=name,
            original=original,
            position_m=_triple(centre),
            camera_to_world=tuple(_triple(row) for row in rotation),
            gps_m=_gps(placement.gps_m.get(name)),
            residual_m=placement.residuals_m.get(name),
            camera=lenses[name],
        )
        for name, original, centre, rotation in zip(
            poses.names, originals, poses.centres, poses.rotations, strict=True
        )
    )


def _lens(camera: pycolmap.Camera) -> Lens:
    return Lens(
        width_px=camera.width,
        height_px=camera.height,
        focal_x_px=camera.focal_length_x,
        focal_y_px=camera.focal_length_y,
        centre_x_px=camera.principal_point_x,
        centre_y_px=camera.principal_point_y,
    )


def _triple(point: Points) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])


def _gps(point: Points | None) -> tuple[float, float, float | None] | None:
    if point is None:
        return None
    east, north, up = _triple(point)
    return east, north, up if np.isfinite(up) else None


def _write_geo(
    path: Path, placement: Placement, ground: Ground, photos: tuple[PlacedPhoto, ...]
) -> None:
    origin = placement.origin.model_dump() if placement.origin else None
    document = {
        "frame": "east-north-up" if origin else "up only; scale and heading are arbitrary",
        "unit": "m" if origin else None,
        "origin": origin,
        "model_to_enu": placement.transform.matrix.tolist(),
        "gps_rms_m": placement.gps_rms_m,
        "ground_z_m": ground.ground_z,
        "photos": [photo.model_dump() for photo in photos],
    }
    temporary = path.with_name(".geo.json.tmp")
    temporary.write_text(json.dumps(document, indent=1), encoding="utf-8")
    temporary.replace(path)
