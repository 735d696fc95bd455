"""How much an error of each Gaussian would show in a picture, without rendering any.

B = opacity^2 * min(footprint / image, 1) / 2 with the footprint at the distance of the cameras:
squared error of the picture per squared error of the Gaussian's colour. Against the rendered
contribution this costs 2 % more bytes at the same quality, and ruins nothing that the cameras
happened to miss. Clipped at the image, never at a quantile: the sky is few Gaussians and half the
view.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Integers
from spaceport_compress.job.sog.packing import sigmoid
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians

BLUR_PX2 = 0.3  # what every 3DGS rasteriser adds to a footprint
NOMINAL_WIDTH_PX = 480
_NOMINAL_ASPECT = 16 / 9
_MOST_CAMERAS = 32
_FLOOR = 1e-5
_LEAST_LOOKING = 0.3


@dataclass(frozen=True)
class Importance:
    """What the encoder knows about visibility.

    weight: float64[N], squared picture error per squared colour error;
    pixel_m2: float64[N], the squared size of a pixel in the world at each Gaussian;
    looking: float64[3], how much of the cameras' viewing direction lies along each world axis.
    """

    weight: Floats
    pixel_m2: Floats
    looking: Floats

    def take(self, order: Integers) -> "Importance":
        """The importance of the Gaussians in `order`."""
        return Importance(self.weight[order], self.pixel_m2[order], self.looking)


def importance(gaussians: Gaussians, cameras: Sequence[Camera]) -> Importance:
    """Importance of each Gaussian for pictures like those that `cameras` would take."""
    pixel_m2 = _pixel_m2(gaussians, cameras)
    spread = np.sort(gaussians.scales.astype(np.float64), 1)
    blur = BLUR_PX2 * pixel_m2
    axes = (np.exp(2 * spread[:, 2]) + blur) * (np.exp(2 * spread[:, 1]) + blur)
    image_px = NOMINAL_WIDTH_PX**2 / _NOMINAL_ASPECT
    covered = np.minimum(math.pi * np.sqrt(axes) / pixel_m2 / image_px, 1)
    weight = sigmoid(gaussians.opacities) ** 2 * covered / 2
    return Importance(weight + _FLOOR * weight.mean() + 1e-30, pixel_m2, _looking(cameras))


def _pixel_m2(gaussians: Gaussians, cameras: Sequence[Camera]) -> Floats:
    """Median over up to 32 cameras, evenly picked."""
    picked = np.linspace(0, len(cameras) - 1, min(len(cameras), _MOST_CAMERAS)).astype(int)
    means = gaussians.means.astype(np.float64)
    squared = []
    for index in picked:
        camera = cameras[int(index)]
        focal_px = camera.fx * NOMINAL_WIDTH_PX / camera.width_px
        distance_m2 = ((means - camera.position) ** 2).sum(1)
        squared.append(distance_m2.astype(np.float32) / np.float32(focal_px**2))
    pixel_m2 = np.median(np.stack(squared), 0).astype(np.float64)
    return np.asarray(np.maximum(pixel_m2, 1e-18), np.float64)


def _looking(cameras: Sequence[Camera]) -> Floats:
    """Mean |cosine| of viewing direction and axis; visitors look around, so never near zero."""
    forward = np.stack([camera.world_to_camera[2, :3] for camera in cameras])
    return np.asarray(np.maximum(np.abs(forward).mean(0), _LEAST_LOOKING), np.float64)
