"""Photos at 1/4 and 1/2 of their size, and the cameras that took such."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spaceport_splat.camera import Camera
from spaceport_splat.kernels import Floats


def reduced(photo: npt.NDArray[np.uint8], level: int) -> Floats:
    """float32[3, H // level, W // level], 0 to 1: means over level x level pixels."""
    height, width = photo.shape[0] // level, photo.shape[1] // level
    cut = photo[: height * level, : width * level].astype(np.float32) / np.float32(255)
    means = cut.reshape(height, level, width, level, 3).mean(axis=(1, 3))
    return np.ascontiguousarray(means.transpose(2, 0, 1))


def reduced_camera(camera: Camera, level: int) -> Camera:
    """The camera of a `reduced` photo: pixels that did not fill a block are cut off."""
    return replace(
        camera,
        fx=camera.fx / level,
        fy=camera.fy / level,
        cx=camera.cx / level,
        cy=camera.cy / level,
        width_px=camera.width_px // level,
        height_px=camera.height_px // level,
    )
