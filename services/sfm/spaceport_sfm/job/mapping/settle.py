"""The mapped model, adjusted once more with what may be believed about its cameras."""

from dataclasses import dataclass

import numpy as np
import pycolmap

from spaceport_sfm.job.mapping.focal_lock import SettledFocal, camera_rmse_px, settle_focal
from spaceport_sfm.job.mapping.ladder import Trial
from spaceport_sfm.job.mapping.model import principal_shift
from spaceport_sfm.job.mapping.trials import Trials
from spaceport_sfm.job.task import Task

# Lenses are centred to a few percent; a single strip cannot tell an optical centre off the middle
# from a camera that leans, and bends the model by tens of degrees for nothing.
MAX_SHIFT = 0.05
# Cropped photos really are off centre: holding them to the middle costs far more than this.
MAX_RMSE_RATIO = 1.05


@dataclass(frozen=True)
class Settled:
    """The final model, how its focal lengths were settled, and the trial that it is from."""

    focal: SettledFocal
    trial: Trial[list[pycolmap.Reconstruction]]


def settle(best: Trial[list[pycolmap.Reconstruction]], task: Task, trials: Trials) -> Settled:
    """Settle the focal lengths; map again with centred lenses where the free ones ran away."""
    free = settle_focal((best.model or [])[0], task, trials.groups)
    if max(map(principal_shift, free.model.cameras.values())) <= MAX_SHIFT:
        return Settled(free, best)
    again = trials.run(best.rung.model_copy(update={"centred": True}))
    if not again.model or again.registered < best.registered:
        return Settled(free, best)
    centred = settle_focal(again.model[0], task, trials.groups, centred=True)
    if rmse_px(centred.model) > MAX_RMSE_RATIO * rmse_px(free.model):
        return Settled(free, best)
    return Settled(centred, again)


def rmse_px(model: pycolmap.Reconstruction) -> float:
    """Root mean square reprojection error; every camera counts alike."""
    return float(np.sqrt(np.mean(np.square(list(camera_rmse_px(model).values())))))
