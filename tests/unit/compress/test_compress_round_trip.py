"""What is written decodes to what came in, within the format's own steps."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.compress.scenes import field, file_order, grid_of_cameras

from spaceport_compress.job.sog.arrays import Floats
from spaceport_compress.job.sog.encode import Effort, Gain, encode
from spaceport_compress.job.sog.file import SogDocument, decode, open_bundle, write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_compress.job.sog.order import canonical_rotations, rotation_matrices
from spaceport_compress.job.sog.packing import log_position, sigmoid
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.quality import psnr_db
from spaceport_splat.rasterise import render

ROUNDED = Effort(rate_price=0.0, palette=65536)


def compressed(gaussians: Gaussians, effort: Effort = ROUNDED) -> SogDocument:
    return encode(gaussians, importance(gaussians, grid_of_cameras()), effort)


def covariances(gaussians: Gaussians) -> Floats:
    quats = gaussians.quats.astype(np.float64)
    turned = rotation_matrices(quats / np.linalg.norm(quats, axis=1, keepdims=True))
    return (turned * np.exp(2 * gaussians.scales)[:, None, :]) @ turned.transpose(0, 2, 1)


def test_positions_are_within_half_a_step_of_the_logarithm() -> None:
    original = field(3000)
    decoded = decode(compressed(original))
    logarithm = log_position(original.means[file_order(original)].astype(np.float64))
    step = np.ptp(logarithm, axis=0) / 65535
    error = np.abs(log_position(decoded.means.astype(np.float64)) - logarithm)
    assert (error <= 0.51 * step + 1e-6).all()


def test_canonical_rotations_describe_the_same_ellipsoids() -> None:
    original = field(500)
    quats, scales = canonical_rotations(original.quats, original.scales)
    turned = Gaussians(
        original.means, quats.astype(np.float32), scales.astype(np.float32),
        original.opacities, original.sh0, original.shN,
    )  # fmt: skip
    expected = covariances(original)
    assert np.allclose(covariances(turned), expected, atol=1e-5 * expected.max())
    assert (quats[:, 0] >= np.abs(quats[:, 1:]).max(1) - 1e-9).all()
    assert (quats[:, 0] >= 0.75).all()  # the 24 rotations of a cube leave at most 62.8 degrees


def test_rotations_and_scales_keep_the_ellipsoids() -> None:
    original = field(2000)
    decoded = decode(compressed(original))
    expected = covariances(original.take(file_order(original)))
    largest = np.linalg.norm(expected, axis=(1, 2))
    error = np.linalg.norm(covariances(decoded) - expected, axis=(1, 2)) / largest
    assert np.median(error) < 0.02
    assert error.max() < 0.15


def test_opacity_is_within_half_of_one_255th() -> None:
    original = field(2000)
    decoded = decode(compressed(original))
    expected = sigmoid(original.opacities[file_order(original)])
    error = np.abs(sigmoid(decoded.opacities) - expected)
    visible = expected >= 0.5 / 255  # below, one step keeps the Gaussian from being deleted
    assert visible.mean() > 0.9
    assert error[visible].max() <= 0.5 / 255 + 1e-6
    assert error.max() <= 1 / 255 + 1e-6


def test_colour_is_as_good_as_256_numbers_allow() -> None:
    original = field(4000)
    decoded = decode(compressed(original))
    error = decoded.sh0 - original.sh0[file_order(original)]
    assert np.sqrt((error**2).mean()) < np.ptp(original.sh0) / 256 / math.sqrt(12) * 1.2


@pytest.mark.parametrize("coefficients", [0, 3, 8, 15])
def test_harmonics_of_every_band_come_back(coefficients: int) -> None:
    original = field(3000, coefficients)
    decoded = decode(compressed(original))
    assert decoded.shN.shape == original.shN.shape
    if coefficients:
        error = decoded.shN - original.shN[file_order(original)]
        assert np.sqrt((error**2).mean()) < 0.5 * np.sqrt((original.shN**2).mean())


@pytest.mark.parametrize("count", [1, 2, 3, 5, 17, 100])
@pytest.mark.parametrize("price", [0.0, 1e-9])
def test_a_handful_of_gaussians_works(count: int, price: float, tmp_path: Path) -> None:
    original = field(count, 15)
    write_bundle(tmp_path / "scene.sog", compressed(original, Effort(price, 64)))
    decoded = decode(open_bundle(tmp_path / "scene.sog"))
    assert len(decoded) == count
    assert decoded.finite().all()
    assert np.allclose(decoded.means, original.means[file_order(original)], atol=0.2)


def test_all_gaussians_in_one_place_work() -> None:
    original = field(50)
    together = Gaussians(
        np.full_like(original.means, 2.5), original.quats, original.scales,
        original.opacities, original.sh0, original.shN,
    )  # fmt: skip
    assert np.allclose(decode(compressed(together)).means, 2.5, atol=1e-5)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    original = field(3000, 3)
    effort = Effort(1e-9, 256)
    for name in ("a.sog", "b.sog"):
        write_bundle(tmp_path / name, compressed(original, effort))
    assert (tmp_path / "a.sog").read_bytes() == (tmp_path / "b.sog").read_bytes()


def test_a_dearer_bit_gives_fewer_bytes_and_more_error() -> None:
    original = field(5000, 3)
    sizes, errors = [], []
    for price in (0.0, 1e-9, 1e-7):
        document = compressed(original, Effort(price, 512))
        sizes.append(document.bytes)
        decoded = decode(document).means
        errors.append(float(((decoded - original.means[file_order(original)]) ** 2).mean()))
    assert sizes[0] > sizes[1] > sizes[2]
    assert errors[0] <= errors[1] <= errors[2]


def test_flat_ground_from_above_keeps_its_order_of_depth() -> None:
    """Millimetres of height decide which colour is in front."""
    ground = field(4000)
    ground.means[:, 2] *= np.float32(0.002)
    ground.means[0, 2] = 20  # a mast: steps are as coarse as in a real scene
    camera = grid_of_cameras()[5].scaled(0.5)
    seen = importance(ground, grid_of_cameras())
    price = 1.2e-5 * float(seen.weight.mean())
    before = render(ground, camera)[0]
    scores = []
    for gain in (Gain(order=0.0), Gain()):
        decoded = decode(encode(ground, seen, Effort(price, 1, gain=gain)))
        moved = replace(ground.take(file_order(ground)), means=decoded.means)
        scores.append(psnr_db(render(moved, camera)[0], before))
    assert scores[1] > scores[0] + 3
