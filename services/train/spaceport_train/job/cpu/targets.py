"""Training photos at 1/4, 1/2 and full size, with what the loss needs of them."""

from collections import OrderedDict
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from spaceport_splat.camera import Camera
from spaceport_splat.kernels import Floats
from spaceport_train.job.cpu.loss import Target
from spaceport_train.job.scene.scene import Scene

CACHE_BYTES = 1_500_000_000


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


class Targets:
    """Photos for the loss, made when asked for; the last ones used stay in memory."""

    def __init__(self, scene: Scene, threads: int) -> None:
        self._scene = scene
        self._threads = threads
        self._kept: OrderedDict[tuple[int, int], Target] = OrderedDict()
        self._bytes = 0

    def __call__(self, photo: int, level: int) -> Target:
        """Photo number `photo` at 1/level."""
        key = photo, level
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        target = Target(reduced(self._scene.photos[photo], level), self._threads)
        self._kept[key] = target
        self._bytes += target.bytes
        while self._bytes > CACHE_BYTES and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.bytes
        return target
