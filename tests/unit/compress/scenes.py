"""Small splats to compress: a textured field with boxes, seen by a grid of cameras."""

import numpy as np

from spaceport_compress.job.pictures.views import UP_ENU, look_at, pinhole
from spaceport_compress.job.sog.arrays import Integers
from spaceport_compress.job.sog.order import morton_order
from spaceport_compress.job.sog.packing import log_position
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians


def field(count: int, coefficients: int = 0, seed: int = 1, size_m: float = 40.0) -> Gaussians:
    """`count` flat Gaussians on a hilly field with smooth colours and view-dependent colour."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(-size_m / 2, size_m / 2, (2, count))
    z = 2 * np.sin(x / 6) * np.cos(y / 7) + 3 * ((np.abs(x) < 4) & (np.abs(y) < 6))
    spacing_m = size_m / np.sqrt(count)
    scales = np.log(spacing_m) + random.normal(-0.4, 0.4, (count, 3))
    scales[:, 2] -= 1.5
    quats = np.c_[np.ones(count), random.normal(0, 0.3, (count, 3))]
    tone = np.sin(x / 3) + 0.5 * np.sin(y * 1.7) + random.normal(0, 0.2, count)
    sh0 = np.stack([tone, 0.6 * tone + 0.3, 0.3 * np.cos(x / 2)], 1)
    basis = random.normal(0, 0.06, (6, coefficients, 3))
    mixture = np.stack([np.sin((k + 1) * x / 9 + y / 5) for k in range(6)], 1)
    harmonics = np.einsum("nk,kcd->ncd", mixture, basis)
    harmonics += random.normal(0, 0.01, harmonics.shape)
    return Gaussians(
        means=np.stack([x, y, z], 1).astype(np.float32),
        quats=quats.astype(np.float32),
        scales=scales.astype(np.float32),
        opacities=random.normal(3, 1.5, count).astype(np.float32),
        sh0=sh0.astype(np.float32),
        shN=harmonics.astype(np.float32),
    )


def grid_of_cameras(side: int = 4, height_m: float = 30.0, width_px: int = 640) -> list[Camera]:
    """Cameras of a mapping flight over `field`, looking down and a little north."""
    cameras = []
    for row in range(side):
        for column in range(side):
            x, y = (np.array([column, row]) / max(side - 1, 1) - 0.5) * 28
            position = np.array([x, y, height_m])
            pose = look_at(position, np.array([x, y + 6, 0.0]), UP_ENU)
            name = f"DJI_{row * side + column:04d}.jpg"
            cameras.append(pinhole(name, pose, 65, width_px, width_px * 3 // 4))
    return cameras


def file_order(gaussians: Gaussians) -> Integers:
    """Where the encoder puts each Gaussian."""
    logarithm = log_position(gaussians.means.astype(np.float64))
    low, high = logarithm.min(0), logarithm.max(0)
    steps = (logarithm - low) / np.where(high > low, high - low, 1) * 65535
    return morton_order(np.rint(steps).astype(np.int64))
