"""Whether to believe the photos or the metadata about the focal length.

On near-planar nadir blocks focal length and flying height trade off: neither reprojection error
nor GPS residual shows a wrong pair. Brighton beach freely gives the ground 48 m below the cameras,
locked 39.5 m, and the drone says 40 m.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycolmap

from spaceport_sfm.job.task import CameraGroup, Task

MAX_DISAGREEMENT = 0.05
# Locking may cost this much of the reprojection error, and a little more the further the free focal
# length is off: a lens that would be twice as long as its maker says is more likely a strip of
# photos that cannot tell.
MAX_RMSE_RATIO, MORE_PER_FOLD = 1.02, 0.1
# Windows in a row and tiles on a roof are taken for each other and fit to a few pixels. Beyond this
# many pixels of what features were looked for in, an error counts by its logarithm.
ROBUST_PX = 0.5
# A lens further off is led to its metadata in steps: by one, points would land behind the cameras.
MOST_FOLD = 1.25
STEP_ITERATIONS = 30
FREE_ITERATIONS = 100
LOCKED_ITERATIONS = 150


@dataclass(frozen=True)
class SettledFocal:
    """The adjusted model, and how each camera's focal length was settled, in words."""

    model: pycolmap.Reconstruction
    note: str


@dataclass(frozen=True)
class Hold:
    """What bundle adjustment leaves as it is."""

    centre: bool = False
    distortion: bool = False


@dataclass(frozen=True)
class _Case:
    """A model, its task, and which camera of the one is which of the other."""

    saved: Path
    task: Task
    groups: Mapping[int, int]
    """COLMAP's camera id -> index into `task.cameras`."""
    hold: Hold

    def group(self, camera_id: int) -> CameraGroup:
        """What the metadata say about a camera."""
        return self.task.cameras[self.groups[camera_id]]


def disagrees(free_px: float, prior_px: float | None) -> bool:
    """The photos contradict the metadata enough to suspect the trade-off."""
    return bool(prior_px) and abs(free_px / (prior_px or 1.0) - 1) > MAX_DISAGREEMENT


def should_lock(rmse_ratio: float, free_px: float, prior_px: float) -> bool:
    """The photos do not mind the metadata's focal length.

    Args:
        rmse_ratio: reprojection error with the metadata's focal length over that with the free one.
    """
    return rmse_ratio < MAX_RMSE_RATIO + MORE_PER_FOLD * abs(math.log(free_px / prior_px))


def settle_focal(
    model: pycolmap.Reconstruction, task: Task, groups: Mapping[int, int], hold: Hold
) -> SettledFocal:
    """Final bundle adjustment of `model`; each focal length free, or locked to the metadata.

    Only the cameras that contradict their metadata are tried locked, and only those whose own
    photos do not mind stay so; all others go on adjusting.

    Args:
        groups: COLMAP's camera id -> index into `task.cameras`.
        hold: what is not adjusted.
    """
    case = _Case(task.work / "mapped", task, groups, hold)
    case.saved.mkdir(exist_ok=True)
    model.write(case.saved)
    _adjust(model, case, FREE_ITERATIONS, refine_focal=True)
    suspects = [
        camera_id
        for camera_id, camera in model.cameras.items()
        if disagrees(camera.mean_focal_length(), case.group(camera_id).focal_px)
    ]
    if not suspects:
        return SettledFocal(model, _note(model, case, {}, set()))
    locked = _adjust_locked(model, case, suspects)
    ratios = _ratios(model, locked, suspects, case)

    def bears(camera_id: int, ratio: float) -> bool:
        free_px = model.cameras[camera_id].mean_focal_length()
        return should_lock(ratio, free_px, case.group(camera_id).focal_px or 0.0)

    # Over the same ground one lens pays for the other: what both together bear, both are locked to.
    joint = float(np.sqrt(np.mean(np.square([ratios[camera_id] for camera_id in suspects]))))
    together = all(bears(camera_id, joint) for camera_id in suspects)
    accepted = [
        camera_id for camera_id in suspects if together or bears(camera_id, ratios[camera_id])
    ]
    if not accepted:
        return SettledFocal(model, _note(model, case, ratios, set()))
    if len(accepted) < len(suspects):
        locked = _adjust_locked(model, case, accepted)
    return SettledFocal(locked, _note(model, case, ratios, set(accepted)))


def _adjust_locked(
    free: pycolmap.Reconstruction, case: _Case, cameras: list[int]
) -> pycolmap.Reconstruction:
    """The mapped model adjusted with these cameras at their metadata's focal length.

    From the mapped model, because the free one has drifted to another height; from the free one
    where the mapped is further off still. The other cameras start from what they were adjusted to.
    """
    mapped = pycolmap.Reconstruction(case.saved)
    is_far = _fold(mapped, case, cameras) > max(MOST_FOLD, _fold(free, case, cameras))
    locked = pycolmap.Reconstruction(free) if is_far else mapped
    steps = max(1, math.ceil(math.log(_fold(locked, case, cameras)) / math.log(MOST_FOLD)))
    start_px = {camera_id: locked.cameras[camera_id].mean_focal_length() for camera_id in cameras}
    for camera_id, camera in locked.cameras.items():
        camera.params = list(free.cameras[camera_id].params)
    for step in range(1, steps + 1):
        for camera_id in cameras:
            camera, prior_px = locked.cameras[camera_id], case.group(camera_id).focal_px or 0.0
            focal_px = prior_px * (start_px[camera_id] / prior_px) ** (1 - step / steps)
            camera.params = [focal_px, *list(camera.params)[1:]]
        if step < steps:
            _adjust(locked, case, STEP_ITERATIONS, refine_focal=False, robust=False)
    _adjust(locked, case, LOCKED_ITERATIONS, refine_focal=False)
    if len(cameras) < len(locked.cameras):
        _adjust(locked, case, LOCKED_ITERATIONS, refine_focal=True, constant=cameras)
    return locked


def _fold(model: pycolmap.Reconstruction, case: _Case, cameras: list[int]) -> float:
    """How far the furthest of these focal lengths is off its metadata, as a factor above 1."""
    off = [
        math.log(
            model.cameras[camera_id].mean_focal_length() / (case.group(camera_id).focal_px or 1)
        )
        for camera_id in cameras
    ]
    return math.exp(max(map(abs, off)))


def _adjust(
    model: pycolmap.Reconstruction,
    case: _Case,
    iterations: int,
    *,
    refine_focal: bool,
    constant: list[int] | None = None,
    robust: bool = True,
) -> None:
    """Bundle adjustment of everything but the intrinsics of the `constant` cameras."""
    options = pycolmap.BundleAdjustmentOptions()
    options.refine_focal_length = refine_focal
    options.refine_principal_point = not case.hold.centre
    options.refine_extra_params = not case.hold.distortion
    options.print_summary = False
    if robust:
        options.ceres.loss_function_type = pycolmap.LossFunctionType.CAUCHY
        options.ceres.loss_function_scale = robust_px(model, case.task)
    options.ceres.solver_options.max_num_iterations = iterations
    options.ceres.solver_options.num_threads = case.task.threads
    if constant is None:
        pycolmap.bundle_adjustment(model, options)
    else:
        config = pycolmap.BundleAdjustmentConfig()
        for image_id, image in model.images.items():
            if image.has_pose:
                config.add_image(image_id)
        for camera_id in constant:
            config.set_constant_cam_intrinsics(camera_id)
        config.fix_gauge(pycolmap.BundleAdjustmentGauge.TWO_CAMS_FROM_WORLD)
        pycolmap.create_default_bundle_adjuster(options, config, model).solve()
    model.update_point_3d_errors()


def _ratios(
    free: pycolmap.Reconstruction,
    locked: pycolmap.Reconstruction,
    cameras: list[int],
    case: _Case,
) -> dict[int, float]:
    """What locking costs each camera: locked over free error of its own photos."""
    scale_px = robust_px(free, case.task)
    before, after = camera_error_px(free, scale_px), camera_error_px(locked, scale_px)
    return {
        camera_id: after[camera_id] / max(before[camera_id], 1e-9)
        for camera_id in cameras
        if camera_id in before and camera_id in after
    } | {camera_id: np.inf for camera_id in cameras if camera_id not in after}


def robust_px(model: pycolmap.Reconstruction, task: Task) -> float:
    """Where the adjustment begins to doubt an error, in pixels of the photos."""
    side_px: int = max(max(camera.width, camera.height) for camera in model.cameras.values())
    return ROBUST_PX * max(1.0, side_px / task.effort.feature_side_px)


def camera_error_px(model: pycolmap.Reconstruction, scale_px: float) -> dict[int, float]:
    """What the adjustment minimises, for the photos of each camera: the root mean square of the
    reprojection errors, large ones by their logarithm (Cauchy's loss)."""
    squares: dict[int, list[float]] = {}
    for image in model.images.values():
        seen = [point for point in image.points2D if point.has_point3D()]
        if not image.has_pose or not seen:
            continue
        world = np.array([model.points3D[point.point3D_id].xyz for point in seen])
        rays = (image.cam_from_world() * world).reshape(-1, 3)
        ahead = rays[:, 2] > 0
        camera = model.cameras[image.camera_id]
        found = np.asarray(camera.img_from_cam(rays[ahead])).reshape(-1, 2)
        # What lies behind its camera is as wrong as can be.
        off = np.full((len(rays), 2), float(max(camera.width, camera.height)))
        off[ahead] = found - np.array([point.xy for point in seen])[ahead]
        loss = scale_px**2 * np.log1p((off**2).sum(axis=1) / scale_px**2)
        squares.setdefault(image.camera_id, []).extend(loss.tolist())
    return {camera_id: float(np.sqrt(np.mean(found))) for camera_id, found in squares.items()}


def _note(
    free: pycolmap.Reconstruction, case: _Case, ratios: Mapping[int, float], locked: set[int]
) -> str:
    texts = [
        _camera_note(camera, case.group(camera_id), ratios.get(camera_id), camera_id in locked)
        for camera_id, camera in sorted(free.cameras.items())
    ]
    if len(texts) == 1:
        return texts[0]
    return "; ".join(f"camera {number}: {text}" for number, text in enumerate(texts, 1))


def _camera_note(
    camera: pycolmap.Camera, group: CameraGroup, ratio: float | None, locked: bool
) -> str:
    if not group.focal_px:
        return "self-calibrated (the metadata promise no focal length)"
    free_px, width_px = camera.mean_focal_length(), max(camera.width, camera.height)
    if ratio is None:
        return f"self-calibrated, {free_px / group.focal_px - 1:+.1%} from {group.focal_source}"
    figures = (
        f"free {free_px / width_px:.3f}, {group.focal_source} {group.focal_px / width_px:.3f} of "
        f"the width, error ratio {ratio:.3f}"
    )
    if locked:
        return f"locked to the metadata ({figures})"
    return f"self-calibrated against the metadata ({figures})"
