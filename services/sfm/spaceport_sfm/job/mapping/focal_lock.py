"""Whether to believe the photos or the metadata about the focal length.

On near-planar nadir blocks focal length and flying height trade off: neither reprojection error
nor GPS residual shows a wrong pair. Brighton beach freely gives the ground 48 m below the cameras,
locked 39.5 m, and the drone says 40 m.
"""

from dataclasses import dataclass
from pathlib import Path

import pycolmap

from spaceport_sfm.job.task import CameraGroup, Task

MAX_DISAGREEMENT = 0.05
# Locking may cost this much of the reprojection error, and no more.
MAX_RMSE_RATIO = 1.02
FREE_ITERATIONS = 100
LOCKED_ITERATIONS = 150


@dataclass(frozen=True)
class SettledFocal:
    """The adjusted model, and how the focal length was settled, in words."""

    model: pycolmap.Reconstruction
    note: str


def disagrees(free_px: float, prior_px: float | None) -> bool:
    """The photos contradict the metadata enough to suspect the trade-off."""
    return prior_px is not None and abs(free_px / prior_px - 1) > MAX_DISAGREEMENT


def should_lock(free_rmse_px: float, locked_rmse_px: float) -> bool:
    """The photos do not mind the metadata's focal length."""
    return locked_rmse_px < MAX_RMSE_RATIO * free_rmse_px


def settle_focal(
    model: pycolmap.Reconstruction, task: Task, groups: dict[int, int]
) -> SettledFocal:
    """Final bundle adjustment of `model`, with the focal length free or locked to the metadata.

    Args:
        groups: COLMAP's camera id -> index into `task.cameras`.
    """
    saved = task.work / "mapped"
    saved.mkdir(exist_ok=True)
    model.write(saved)
    _adjust(model, task, FREE_ITERATIONS, refine_focal=True)
    suspects = {
        camera_id: prior
        for camera_id, camera in model.cameras.items()
        if (prior := _prior(task.cameras[groups[camera_id]]))
        and disagrees(camera.mean_focal_length(), prior)
    }
    if not suspects:
        return SettledFocal(model, _agreeing_note(model, task, groups))
    return _try_locked(model, saved, task, suspects, groups)


def _prior(camera: CameraGroup) -> float:
    return camera.focal_px or 0.0


def _try_locked(
    free: pycolmap.Reconstruction,
    saved: Path,
    task: Task,
    suspects: dict[int, float],
    groups: dict[int, int],
) -> SettledFocal:
    locked = pycolmap.Reconstruction(saved)
    for camera_id, prior_px in suspects.items():
        camera = locked.cameras[camera_id]
        camera.params = [prior_px, *list(camera.params)[1:]]
    _adjust(locked, task, LOCKED_ITERATIONS, refine_focal=False)
    ratio = _rmse(locked) / max(_rmse(free), 1e-9)
    camera_id, prior_px = next(iter(suspects.items()))
    camera = free.cameras[camera_id]
    width_px = max(camera.width, camera.height)
    figures = (
        f"free {camera.mean_focal_length() / width_px:.3f}, "
        f"{task.cameras[groups[camera_id]].focal_source} {prior_px / width_px:.3f} of the width, "
        f"error ratio {ratio:.3f}"
    )
    if should_lock(_rmse(free), _rmse(locked)):
        return SettledFocal(locked, f"locked to the metadata ({figures})")
    return SettledFocal(free, f"self-calibrated against the metadata ({figures})")


def _agreeing_note(model: pycolmap.Reconstruction, task: Task, groups: dict[int, int]) -> str:
    camera_id, camera = next(iter(model.cameras.items()))
    group = task.cameras[groups[camera_id]]
    if group.focal_px is None:
        return "self-calibrated (the metadata promise no focal length)"
    change = camera.mean_focal_length() / group.focal_px - 1
    return f"self-calibrated, {change:+.1%} from {group.focal_source}"


def _adjust(
    model: pycolmap.Reconstruction, task: Task, iterations: int, refine_focal: bool
) -> None:
    options = pycolmap.BundleAdjustmentOptions()
    options.refine_focal_length = refine_focal
    options.refine_principal_point = True
    options.refine_extra_params = True
    options.print_summary = False
    options.ceres.solver_options.max_num_iterations = iterations
    options.ceres.solver_options.num_threads = task.threads
    pycolmap.bundle_adjustment(model, options)
    model.update_point_3d_errors()


def _rmse(model: pycolmap.Reconstruction) -> float:
    weights = [(point.error, point.track.length()) for point in model.points3D.values()]
    total = sum(length for _, length in weights)
    squares: float = sum(error**2 * length for error, length in weights)
    return float((squares / max(total, 1)) ** 0.5)
