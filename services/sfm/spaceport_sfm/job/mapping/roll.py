"""Which photos are in the model so far, small enough to be told at every step."""

import base64
from collections.abc import Sequence

import numpy as np
import pycolmap

from spaceport_sfm.job.task import TaskPhoto


class Roll:
    """Calls the roll of a capture's photos: a bit each, so that 10,000 are 1,668 characters."""

    def __init__(self, photos: Sequence[TaskPhoto]) -> None:
        self._by_name = {photo.name: photo.index for photo in photos}
        self._by_id: dict[int, int] = {}
        self._count = 1 + max(self._by_name.values())

    def call(self, model: pycolmap.Reconstruction) -> str:
        """Base64 of the capture's photos in its order, 1 = in the model; the first bit is the
        highest."""
        present = np.zeros(self._count, dtype=np.bool_)
        for image_id in model.reg_image_ids():
            if image_id not in self._by_id:
                self._by_id[image_id] = self._by_name[model.images[image_id].name]
            present[self._by_id[image_id]] = True
        return base64.b64encode(np.packbits(present).tobytes()).decode("ascii")
