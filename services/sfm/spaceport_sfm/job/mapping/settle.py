"""The mapped model, adjusted once more with what may be believed about its cameras.

Few photos that look straight down cannot tell a lens from a pose: an optical centre off the middle
looks like a lean, distortion like a dome. Where a free lens did one of these, it is held to what
lenses are, and stays so when the photos do not mind.
"""

from dataclasses import dataclass

import numpy as np
import pycolmap

from spaceport_sfm.job.mapping.focal_lock import (
    Hold,
    SettledFocal,
    camera_error_px,
    robust_px,
    settle_focal,
)
from spaceport_sfm.job.mapping.ladder import Trial
from spaceport_sfm.job.mapping.mapper import MIN_MODEL_SIZE, MIN_OBSERVATIONS
from spaceport_sfm.job.mapping.model import poses_of, principal_shift
from spaceport_sfm.job.mapping.trials import Trials
from spaceport_sfm.job.task import Task

# Lenses are centred to a few percent; cropped photos really are off centre, and holding them to
# the middle costs far more than this.
MAX_SHIFT, MAX_CENTRED_RATIO = 0.05, 1.05
# Gimbals keep photos level to a degree. More than this is a dome, or a hand; it was a dome when
# the photos are that much more level without it, at no cost.
MAX_ROLL_DEG, LESS_ROLL, MAX_STRAIGHT_RATIO = 1.5, 0.8, 1.02

Mapped = Trial[list[pycolmap.Reconstruction]]


@dataclass(frozen=True)
class Settled:
    """The final model, how its focal lengths were settled, and the trial that it is from."""

    focal: SettledFocal
    trial: Mapped


def settle(best: Mapped, task: Task, trials: Trials) -> Settled:
    """Settle the lenses of the best trial's largest model."""
    model = (best.model or [])[0]
    drop_weak(model)
    hold = Hold()
    free = settle_focal(model, task, trials.groups, hold)
    if max(map(principal_shift, free.model.cameras.values())) > MAX_SHIFT:
        again = trials.run(best.rung.model_copy(update={"centred": True}))
        if again.model and again.registered >= free.model.num_reg_images():
            drop_weak(again.model[0])
            centred = settle_focal(again.model[0], task, trials.groups, Hold(centre=True))
            if error_px(centred.model, task) < MAX_CENTRED_RATIO * error_px(free.model, task):
                free, best, hold = centred, again, Hold(centre=True)
    return Settled(_straight(free, hold, task, trials), best)


def _straight(free: SettledFocal, hold: Hold, task: Task, trials: Trials) -> SettledFocal:
    """Without distortion, where that takes a dome away."""
    rolled_deg = roll_deg(free.model)
    if rolled_deg < MAX_ROLL_DEG:
        return free
    model = pycolmap.Reconstruction(task.work / "mapped")
    for camera in model.cameras.values():
        camera.params = [*list(camera.params)[:3], 0.0]
    straight = settle_focal(model, task, trials.groups, Hold(hold.centre, distortion=True))
    is_cheap = error_px(straight.model, task) < MAX_STRAIGHT_RATIO * error_px(free.model, task)
    return straight if is_cheap and roll_deg(straight.model) < LESS_ROLL * rolled_deg else free


def drop_weak(model: pycolmap.Reconstruction) -> None:
    """Take out photos that rest on next to nothing: their places are anybody's guess."""
    weak = [
        image.frame_id
        for image in model.images.values()
        if image.has_pose and image.num_points3D < MIN_OBSERVATIONS
    ]
    if model.num_reg_images() - len(weak) < MIN_MODEL_SIZE:
        return
    for frame_id in weak:
        model.deregister_frame(frame_id)


def roll_deg(model: pycolmap.Reconstruction) -> float:
    """How far the photos' x axes typically are from the plane that they share."""
    rights = poses_of(model).rights
    least = float(np.linalg.eigvalsh(rights.T @ rights / len(rights))[0])
    return float(np.degrees(np.arcsin(min(np.sqrt(max(least, 0.0)), 1.0))))


def error_px(model: pycolmap.Reconstruction, task: Task) -> float:
    """What the adjustment minimises; every camera counts alike."""
    errors = camera_error_px(model, robust_px(model, task))
    return float(np.sqrt(np.mean(np.square(list(errors.values())))))
