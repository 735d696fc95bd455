"""The loss of the CPU engine in torch."""

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from spaceport_splat.quality import SSIM_C1, SSIM_C2, SSIM_TAPS, ssim_window
from spaceport_train.job.engine import SSIM_SHARE


def ssim_kernel(device: torch.device) -> Tensor:
    """[3, 1, 11, 11]: the window of SSIM for a grouped convolution."""
    window = torch.tensor(ssim_window(), dtype=torch.float32, device=device)
    return (window[:, None] * window[None])[None, None].repeat(3, 1, 1, 1)


def photo_loss(image: Tensor, photo: Tensor, window: Tensor) -> Tensor:
    """0.8 L1 + 0.2 (1 - SSIM) of [3, H, W] images, as `loss.PhotoLoss`."""

    def blurred(t: Tensor) -> Tensor:
        return conv2d(t[None], window, padding=SSIM_TAPS // 2, groups=3)[0]

    m1, m2 = blurred(image), blurred(photo)
    v1, v2 = blurred(image * image) - m1 * m1, blurred(photo * photo) - m2 * m2
    covariance = blurred(image * photo) - m1 * m2
    above = (2 * m1 * m2 + SSIM_C1) * (2 * covariance + SSIM_C2)
    ssim = above / ((m1 * m1 + m2 * m2 + SSIM_C1) * (v1 + v2 + SSIM_C2))
    l1 = (image - photo).abs().mean()
    return (1 - SSIM_SHARE) * l1 + SSIM_SHARE * (1 - ssim.mean())
