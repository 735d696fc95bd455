"""Nothing is announced unless the file that was written decodes to what came in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spaceport_compress.job.pictures.views import spread
from spaceport_compress.job.sog.file import decode, open_bundle
from spaceport_compress.job.sog.packing import BadSog, linear_position, log_position
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.quality import psnr_db
from spaceport_splat.rasterise import render

MEAN_PSNR_DB = 38.0
WORST_PSNR_DB = 32.0
VIEWS = 6
WIDTH_PX = 480

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Verified:
    """The decoded file, and how like the input it looks."""

    gaussians: Gaussians
    psnr_db: float
    worst_psnr_db: float

    @property
    def good(self) -> bool:
        """Whether nobody would see the difference."""
        return self.psnr_db >= MEAN_PSNR_DB and self.worst_psnr_db >= WORST_PSNR_DB


class Verifier:
    """Judges files against one input; the input's pictures are rendered once."""

    def __init__(
        self, gaussians: Gaussians, cameras: Sequence[Camera], background_rgb: Rgb
    ) -> None:
        self._input = gaussians
        self._background = background_rgb
        picked = spread(cameras, VIEWS)
        self._cameras = [camera.scaled(min(1, WIDTH_PX / camera.width_px)) for camera in picked]
        self._pictures = [self._render(gaussians, camera) for camera in self._cameras]

    def verify(self, path: Path, tell: Callable[[int, int], None] = lambda *_: None) -> Verified:
        """Decode `path` with every check and compare its pictures; BadSog when it is broken."""
        document = open_bundle(path)
        decoded = decode(document)
        if len(decoded) != len(self._input):
            raise BadSog(f"{len(decoded)} Gaussians instead of {len(self._input)}")
        if not decoded.finite().all():
            raise BadSog("a decoded number is not finite")
        self._check_bounds(decoded)
        values = []
        for n, (camera, picture) in enumerate(zip(self._cameras, self._pictures, strict=True)):
            tell(n, len(self._cameras))
            values.append(psnr_db(self._render(decoded, camera), picture))
        tell(len(values), len(values))
        return Verified(decoded, float(np.mean(values)), min(values))

    def _check_bounds(self, decoded: Gaussians) -> None:
        """No position outside the input by more than one 16-bit step of the logarithm."""
        logarithm = log_position(self._input.means.astype(np.float64))
        low, high = logarithm.min(0), logarithm.max(0)
        step = (high - low) / 65535 + 1e-6 * (1 + np.abs(low) + np.abs(high))
        outside = (decoded.means < linear_position(low - step) - 1e-6) | (
            decoded.means > linear_position(high + step) + 1e-6
        )
        if outside.any():
            raise BadSog(f"{int(outside.any(1).sum())} Gaussians lie outside the input's bounds")

    def _render(self, gaussians: Gaussians, camera: Camera) -> "np.typing.NDArray[np.float32]":
        image, _ = render(gaussians, camera, self._background)
        return np.asarray(np.clip(image, 0, 1), np.float32)
