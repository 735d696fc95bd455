"""The loss against plain torch in float64: value and gradient."""

import numpy as np
import pytest
import torch

from spaceport_splat.quality import ssim, ssim_window
from spaceport_train.job.cpu.loss import PhotoLoss, Target


@pytest.mark.parametrize("threads", [1, 2])
def test_value_and_gradient(threads: int) -> None:
    height, width = 61, 83
    rng = np.random.default_rng(0)
    photo = rng.random((3, height, width)).astype(np.float32)
    image = np.clip(photo + 0.2 * rng.standard_normal(photo.shape), 0, 1).astype(np.float32)

    x = torch.tensor(image, dtype=torch.float64, requires_grad=True)
    y = torch.tensor(photo, dtype=torch.float64)
    window = torch.tensor(ssim_window())
    kernel = (window[:, None] * window[None])[None, None].repeat(3, 1, 1, 1)

    def blurred(t: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.conv2d(t[None], kernel, padding=5, groups=3)[0]

    m1, m2 = blurred(x), blurred(y)
    v1, v2 = blurred(x * x) - m1 * m1, blurred(y * y) - m2 * m2
    covariance = blurred(x * y) - m1 * m2
    similarity = (2 * m1 * m2 + 1e-4) * (2 * covariance + 9e-4)
    similarity = similarity / ((m1 * m1 + m2 * m2 + 1e-4) * (v1 + v2 + 9e-4))
    expected = 0.8 * (x - y).abs().mean() + 0.2 * (1 - similarity.mean())
    (exact,) = torch.autograd.grad(expected, x)

    loss, gradient = PhotoLoss(height, width, threads)(image, Target(photo, threads))
    assert loss == pytest.approx(expected.item(), abs=1e-6)
    error = np.linalg.norm(gradient - exact.numpy()) / np.linalg.norm(exact.numpy())
    assert error < 1e-5
    hwc = (1, 2, 0)
    assert ssim(image.transpose(hwc), photo.transpose(hwc)) == pytest.approx(
        similarity.mean().item(), abs=1e-5
    )


def test_not_a_number_is_seen() -> None:
    photo = np.full((3, 20, 20), 0.5, np.float32)
    image = photo.copy()
    image[0, 3, 3] = np.nan
    assert not np.isfinite(PhotoLoss(20, 20, 1)(image, Target(photo, 1))[0])
