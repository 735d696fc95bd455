"""PSNR, colour correction and SSIM say what their definitions say."""

import numpy as np
import pytest

from spaceport_splat.quality import colour_corrected_psnr_db, psnr_db, ssim


def photo(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((40, 60, 3)).astype(np.float32)


def test_psnr_of_a_known_error() -> None:
    assert psnr_db(photo() * 0 + 0.5, photo() * 0 + 0.6) == pytest.approx(20.0, abs=1e-4)
    assert psnr_db(photo(), photo()) == 120


def test_exposure_is_corrected_and_detail_is_not() -> None:
    exposed = photo() * [0.5, 0.6, 0.7] + 0.1
    assert psnr_db(exposed, photo()) < 20
    assert colour_corrected_psnr_db(exposed, photo()) > 80
    assert colour_corrected_psnr_db(photo(1), photo()) < 12


def test_one_colour_can_be_corrected() -> None:
    flat = np.full((8, 8, 3), 0.2, np.float32)
    assert colour_corrected_psnr_db(flat, flat * 2) > 50


def test_ssim_is_one_for_the_same_and_low_for_noise() -> None:
    assert ssim(photo(), photo()) == pytest.approx(1, abs=1e-5)
    assert ssim(photo(), photo(1)) < 0.2
