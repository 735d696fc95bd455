"""How alike two images are: PSNR, PSNR after colour correction, SSIM.

Images are float arrays [H, W, 3] with values from 0 to 1.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.ndimage import correlate1d

Image = npt.NDArray[np.floating[Any]]

SSIM_TAPS = 11
SSIM_SIGMA_PX = 1.5
SSIM_C1 = 0.01**2
SSIM_C2 = 0.03**2
_LEAST_MSE = 1e-12  # identical images are 120 dB, not infinity: means stay finite


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
