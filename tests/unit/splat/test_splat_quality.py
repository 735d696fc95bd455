"""PSNR, colour correction and SSIM say what their definitions say."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from spaceport_splat.quality import (
    Sharpness,
    colour_corrected_psnr_db,
    mean_sharpness,
    mix_db,
    psnr_db,
    sharpness,
    ssim,
)


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


def detailed() -> np.ndarray:
    """A photo with detail in every octave on its left half and none on its right one."""
    rng = np.random.default_rng(3)
    octaves = [
        gaussian_filter(rng.normal(size=(96, 192)), sigma) * sigma for sigma in (0.5, 1, 2, 4)
    ]
    grey = 0.5 + 0.08 * np.sum(octaves, axis=0)
    grey[:, 96:] = 0.5
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float32)


def test_the_same_keeps_everything_and_blur_loses_the_finest_first() -> None:
    same = sharpness(detailed(), detailed())
    assert same.kept == pytest.approx((1, 1, 1))
    assert same.error == pytest.approx(0, abs=1e-5)
    blurred = sharpness(gaussian_filter(detailed(), (1.5, 1.5, 0)), detailed())
    assert blurred.kept[0] < 0.2 < blurred.kept[1] < blurred.kept[2] < 0.95
    assert blurred.energy == pytest.approx(blurred.kept, abs=0.05)


def test_detail_counts_only_where_the_photo_has_it() -> None:
    elsewhere = sharpness(detailed()[:, ::-1], detailed())
    assert max(elsewhere.kept) < 0.2
    assert min(elsewhere.energy) > 0.9
    assert elsewhere.error == pytest.approx(1, abs=0.1)


def test_needles_are_noise() -> None:
    needles = detailed()
    needles[::9, 96:] += 0.3
    noisy = sharpness(needles, detailed())
    assert noisy.energy[0] > 1.1
    assert noisy.error > sharpness(detailed() * 0.98, detailed()).error + 0.1


def test_waves_that_moved_a_little_are_kept() -> None:
    moved = np.roll(detailed(), 2, axis=0)
    assert min(sharpness(moved, detailed()).kept) > 0.85
    assert ssim(moved, detailed()) < 0.9


def test_a_flat_photo_has_nothing_to_lose() -> None:
    flat = np.full((40, 60, 3), 0.5, np.float32)
    assert sharpness(flat, flat).kept == pytest.approx((1, 1, 1))
    assert sharpness(photo(), flat).error == 1


def test_the_mix_prefers_detail_to_blur_where_psnr_does_not() -> None:
    """A render that errs a little everywhere against one that is nothing but the blurred photo."""
    rng = np.random.default_rng(1)
    waves = detailed()
    sharp = np.roll(waves, 1, axis=0) + 0.02 * rng.normal(size=waves.shape)
    soft = gaussian_filter(waves, (1.2, 1.2, 0))
    assert psnr_db(soft, waves) > psnr_db(sharp, waves)
    sharp_db, soft_db = (
        mix_db(psnr_db(it, waves), 0.5, sharpness(it, waves)) for it in (sharp, soft)
    )
    assert sharp_db > soft_db
    assert mix_db(20, 0.5, sharpness(waves, waves)) > mix_db(19, 0.5, sharpness(waves, waves))


def test_the_mean_is_taken_octave_by_octave() -> None:
    mean = mean_sharpness([Sharpness((0, 0.2), (1, 1)), Sharpness((1, 0.4), (1, 2))])
    assert mean.kept == pytest.approx((0.5, 0.3))
    assert mean.energy == pytest.approx((1, 1.5))
