"""The loss of 3DGS (Kerbl et al. 2023), 0.8 L1 + 0.2 (1 - SSIM), with its gradient, on the CPU."""

import numpy as np

from spaceport_splat.kernels import F, Floats, run_parallel, share
from spaceport_train.job.cpu.ssim import PAD, loss_gradient, photo_statistics, ssim_rows
from spaceport_train.job.engine import SSIM_SHARE


def padded(image: Floats) -> Floats:
    """float32[3, H, W] with the 5 px of zeros around it that the window reaches."""
    return np.pad(image, ((0, 0), (PAD, PAD), (PAD, PAD)))


class Target:
    """A photo as the loss wants it: padded, with its blurred self and its blurred square."""

    def __init__(self, photo: Floats, threads: int) -> None:
        self.photo = padded(photo)
        self.mean_rgb = photo.mean(axis=(1, 2))
        self.mean, self.square = np.empty_like(photo), np.empty_like(photo)
        rows = photo.shape[0] * photo.shape[1]
        run_parallel(
            threads,
            lambda part: photo_statistics(
                self.photo, *share(rows, part, threads), self.mean, self.square
            ),
        )

    @property
    def bytes(self) -> int:
        """What it costs to keep."""
        return self.photo.nbytes + self.mean.nbytes + self.square.nbytes


class PhotoLoss:
    """The loss for images of one size; buffers, the gradient too, are used again."""

    def __init__(self, height_px: int, width_px: int, threads: int) -> None:
        self.threads = threads
        shape = (3, height_px + 2 * PAD, width_px + 2 * PAD)
        self._image = np.zeros(shape, np.float32)
        self._derivatives = tuple(np.zeros(shape, np.float32) for _ in range(3))
        self._gradient = np.empty((3, height_px, width_px), np.float32)
        self._ssim, self._l1 = (np.empty(3 * height_px, np.float32) for _ in range(2))

    def __call__(self, image: Floats, target: Target) -> tuple[float, Floats]:
        """Loss of float32[3, H, W] and its gradient of the same shape."""
        self._image[:, PAD:-PAD, PAD:-PAD] = image
        rows, count = len(self._l1), image.size
        l1_weight, ssim_weight = F((1 - SSIM_SHARE) / count), F(SSIM_SHARE / count)
        by_mean, by_square, by_cross = self._derivatives

        def compare(part: int) -> None:
            first, last = share(rows, part, self.threads)
            ssim_rows(
                self._image,
                target.photo,
                target.mean,
                target.square,
                first,
                last,
                by_mean,
                by_square,
                by_cross,
                self._ssim,
            )

        def differentiate(part: int) -> None:
            first, last = share(rows, part, self.threads)
            loss_gradient(
                self._image,
                target.photo,
                by_mean,
                by_square,
                by_cross,
                first,
                last,
                l1_weight,
                ssim_weight,
                self._gradient,
                self._l1,
            )

        run_parallel(self.threads, compare)
        run_parallel(self.threads, differentiate)
        ssim = float(self._ssim.sum(dtype=np.float64)) / count
        l1 = float(self._l1.sum(dtype=np.float64)) / count
        return (1 - SSIM_SHARE) * l1 + SSIM_SHARE * (1 - ssim), self._gradient
