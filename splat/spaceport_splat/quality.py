"""How alike two images are: PSNR, PSNR after colour correction, SSIM, sharpness, and a mix.

Images are float arrays [H, W, 3] with values from 0 to 1.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d, gaussian_filter

Image = npt.NDArray[np.floating[Any]]

SSIM_TAPS = 11
SSIM_SIGMA_PX = 1.5
SSIM_C1 = 0.01**2
SSIM_C2 = 0.03**2
_LEAST_MSE = 1e-12  # identical images are 120 dB, not infinity: means stay finite
OCTAVES_PX = (0.7, 1.4, 2.8, 5.6)  # standard deviations; between two of them lies an octave
_PLACE = 2.0  # times the coarser deviation: how far detail may lie off and still be in its place
_LEAST_ENERGY = 1e-9  # of an octave: below it a photo has no detail to keep (an 8-bit step: 1e-5)
_LEAST_ERROR = 1e-6  # identical images have a mix of finite dB


def psnr_db(image: Image, reference: Image) -> float:
    """Peak signal-to-noise ratio in dB, at most 120."""
    mse = float(np.mean((image.astype(np.float64) - reference) ** 2))
    return -10 * math.log10(max(mse, _LEAST_MSE))


def colour_corrected(image: Image, reference: Image) -> Image:
    """`image` after the affine change of colour (3x4, least squares) that fits `reference` best.

    Removes what exposure and white balance explain, so that geometry and detail are judged.
    """
    pixels = np.c_[image.reshape(-1, 3), np.ones(image.size // 3)].astype(np.float64)
    target = reference.reshape(-1, 3).astype(np.float64)
    # Normal equations: the same fit as lstsq at a tenth of its cost, 4 x 4 is well conditioned
    # once a little is added for images of one colour.
    ridge = 1e-9 * len(pixels) * np.eye(4)
    affine = np.linalg.solve(pixels.T @ pixels + ridge, pixels.T @ target)
    return np.asarray(np.clip((pixels @ affine).reshape(image.shape), 0, 1))


def colour_corrected_psnr_db(image: Image, reference: Image) -> float:
    """PSNR in dB after `colour_corrected`."""
    return psnr_db(colour_corrected(image, reference), reference)


def ssim_window() -> npt.NDArray[np.float64]:
    """float64[11]: the Gaussian window of SSIM along one axis, sum 1."""
    offsets = np.arange(SSIM_TAPS) - SSIM_TAPS // 2
    window = np.exp(-(offsets**2) / (2 * SSIM_SIGMA_PX**2))
    return np.asarray(window / window.sum())


def ssim(image: Image, reference: Image) -> float:
    """Mean structural similarity (Wang et al. 2004): 11-tap Gaussian window, zero padding."""
    a, b = image.astype(np.float32), reference.astype(np.float32)
    mean_a, mean_b = _blurred(a), _blurred(b)
    var_a = _blurred(a * a) - mean_a**2
    var_b = _blurred(b * b) - mean_b**2
    covariance = _blurred(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + SSIM_C1) / (mean_a**2 + mean_b**2 + SSIM_C1)
    structure = (2 * covariance + SSIM_C2) / (var_a + var_b + SSIM_C2)
    return float(np.mean(luminance * structure, dtype=np.float64))


def _blurred(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    window = ssim_window()
    rows = correlate1d(image, window, axis=0, mode="constant")
    return np.asarray(correlate1d(rows, window, axis=1, mode="constant"))


@dataclass(frozen=True)
class Sharpness:
    """What a render keeps of a photo's detail, for each octave from fine to coarse.

    kept: the share, 0 to 1, that the render has at the same place; blur loses it. energy: all the
    render's detail over the photo's; what it has beyond `kept` is noise, needles above all, and
    beyond 1.1 the eye sees it.
    """

    kept: tuple[float, ...]
    energy: tuple[float, ...]

    @property
    def error(self) -> float:
        """Detail that is missing plus detail that should not be there, over the photo's: 0 to 1.

        More noise than the photo has detail is as bad as none of it.
        """
        octaves = zip(self.kept, self.energy, strict=True)
        return float(np.mean([min(1 + energy - 2 * kept, 1.0) for kept, energy in octaves]))


def sharpness(image: Image, reference: Image) -> Sharpness:
    """How much of the photo `reference`'s detail `image` shows where the photo has it.

    An octave is the difference of two Gaussian blurs (`OCTAVES_PX`) of the grey image, its energy
    the square. Energies are compared as they are near each pixel, blurred by twice the octave's
    deviation: a wave that has moved a little is kept, a needle on smooth sand is not. An octave in
    which the photo has nothing is kept where the render has nothing.
    """
    ours, theirs = (_octaves(it) for it in (image, reference))
    kept, energy = [], []
    for coarser_px, render, photo in zip(OCTAVES_PX[1:], ours, theirs, strict=True):
        near, wanted = (
            gaussian_filter(band * band, _PLACE * coarser_px, truncate=3)
            + np.float32(_LEAST_ENERGY)
            for band in (render, photo)
        )
        whole = float(wanted.sum(dtype=np.float64))
        kept.append(float(np.minimum(near, wanted).sum(dtype=np.float64)) / whole)
        energy.append(float(near.sum(dtype=np.float64)) / whole)
    return Sharpness(tuple(kept), tuple(energy))


def _octaves(image: Image) -> list[npt.NDArray[np.float32]]:
    grey = np.ascontiguousarray(image.mean(axis=2), np.float32)
    blurred = [gaussian_filter(grey, deviation_px, truncate=3) for deviation_px in OCTAVES_PX]
    return [fine - coarse for fine, coarse in pairwise(blurred)]


def mean_sharpness(photos: list[Sharpness]) -> Sharpness:
    """The mean over several photos, octave by octave."""
    kept, energy = (
        tuple(float(value) for value in np.mean([getattr(it, name) for it in photos], axis=0))
        for name in ("kept", "energy")
    )
    return Sharpness(kept, energy)


def mix_db(psnr: float, structure: float, detail: Sharpness) -> float:
    """One figure to choose by, in dB: higher is better, and blur does not win.

    The mean of three errors' logarithms, as mip-NeRF's average error (Barron et al. 2021) with
    sharpness where that has LPIPS: root mean square error, sqrt(1 - SSIM), sqrt(missing and false
    detail). psnr: in dB; structure: SSIM.
    """
    shares = (10 ** (-psnr / 10), 1 - structure, detail.error)
    return float(np.mean([-10 * math.log10(max(share, _LEAST_ERROR)) for share in shares]))
