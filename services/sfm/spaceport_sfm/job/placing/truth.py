"""Comparison with the known poses of a generated capture (`truth.json` beside the photos)."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel

from spaceport_contracts.results import Truth
from spaceport_sfm.job.placing.similarity import fit_similarity, residuals
from spaceport_sfm.job.plan import Outcome

FILE_NAME = "truth.json"
MIN_PHOTOS = 3


class TruePhoto(BaseModel):
    """Where a generated photo was really taken."""

    position_enu_m: tuple[float, float, float]


class TrueCapture(BaseModel):
    """The part of `truth.json` that poses are compared with."""

    photos: dict[str, TruePhoto]
    ground_height_m: float = 0.0


def compare_with_truth(folder: Path, outcome: Outcome) -> Truth | None:
    """Errors against `folder`/truth.json; None when there is none or it knows too few photos."""
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    truth = TrueCapture.model_validate_json(path.read_bytes())
    known = [photo for photo in outcome.photos if photo.original in truth.photos]
    if len(known) < MIN_PHOTOS:
        return None
    found = np.array([photo.position_m for photo in known])
    true = np.array([truth.photos[photo.original].position_enu_m for photo in known])
    fit = fit_similarity(found, true)
    ground = np.array([[*found[:, :2].mean(axis=0), outcome.ground_z]])
    return Truth(
        pose_error_m=float(np.sqrt(np.mean(residuals(fit, found, true) ** 2))),
        height_error_m=float(abs(fit.apply(ground)[0, 2] - truth.ground_height_m)),
    )
