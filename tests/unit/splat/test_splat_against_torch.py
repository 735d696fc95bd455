"""The rasteriser against gsplat's torch reference in float64: values and every gradient.

Projection, covariance and spherical harmonics are gsplat's own; its compositing wants CUDA, so the
ten lines of blending are written out densely. The scenes are hard in different ways.
"""

from dataclasses import dataclass

import gsplat.cuda._torch_impl as gsplat
import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import FIELDS, SH_COEFFICIENTS, Gaussians
from spaceport_splat.gradients import Backward
from spaceport_splat.rasterise import Rasteriser

torch.set_num_threads(1)  # the machine is shared, and small tensors gain nothing
DOUBLE = torch.float64
KINDS = ("random", "dense", "needles", "faint", "opaque")
BACKGROUND = (0.2, 0.5, 0.9)


@dataclass
class Scene:
    gaussians: Gaussians
    camera: Camera
    d_image: torch.Tensor
    d_transmittance: torch.Tensor


def scene(kind: str, degree: int, seed: int = 1) -> Scene:
    g = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=DOUBLE, generator=g)

    n, width, height = (1500, 64, 48) if kind == "dense" else (300, 101, 67)
    means = normal(n, 3) * torch.tensor([2.0, 1.4, 1.5]) + torch.tensor([0, 0, 4.0])
    quats, scales, opacities = normal(n, 4), normal(n, 3) * 0.6 - 2.2, normal(n) * 2 + 0.5
    if kind == "dense":
        scales -= 0.5
    if kind == "needles":
        scales = torch.stack(
            [normal(n) * 0.3 - 1.2, normal(n) * 0.3 - 4.0, normal(n) * 0.3 - 6.0], 1
        )
    if kind == "faint":
        opacities = normal(n) - 4.0
    if kind == "opaque":
        opacities, scales = normal(n) + 5.0, scales + 0.5
    parts = (means, quats, scales, opacities, normal(n, 3))
    harmonics = normal(n, SH_COEFFICIENTS[degree], 3) * 0.2
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_rotvec([0.2, -0.3, 0.1]).as_matrix()
    pose[:3, 3] = [0.1, -0.2, 0.3]
    return Scene(
        Gaussians(*(part.numpy().astype(np.float32) for part in (*parts, harmonics))),
        Camera("a", pose, 90.0, 95.0, 52.3, 31.1, width, height),
        normal(height, width, 3),
        normal(height, width),
    )


def leaves(gaussians: Gaussians) -> dict[str, torch.Tensor]:
    return {
        name: torch.tensor(getattr(gaussians, name), dtype=DOUBLE, requires_grad=True)
        for name in FIELDS
    }


def reference(
    p: dict[str, torch.Tensor], camera: Camera, degree: int, antialiased: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Image [H, W, 3] and transmittance [H, W]."""
    pose = torch.tensor(camera.world_to_camera)
    k = torch.tensor(
        [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]], dtype=DOUBLE
    )
    width, height = camera.width_px, camera.height_px
    covariance, _ = gsplat._quat_scale_to_covar_preci(
        p["quats"], torch.exp(p["scales"]), True, False
    )
    _, means2d, depths, conics, factors = gsplat._fully_fused_projection(
        p["means"], covariance, pose[None], k[None], width, height, calc_compensations=antialiased
    )
    eye = torch.inverse(pose)[:3, 3]
    harmonics = torch.cat([p["sh0"][:, None], p["shN"]], 1)
    colours = (gsplat._spherical_harmonics(degree, p["means"] - eye, harmonics) + 0.5).clamp_min(0)
    opacities = torch.sigmoid(p["opacities"])
    if antialiased:
        opacities = opacities * factors[0]
    order = torch.argsort(depths[0])
    order = order[(depths[0] > 0.01)[order]]
    yy, xx = torch.meshgrid(
        torch.arange(height, dtype=DOUBLE) + 0.5,
        torch.arange(width, dtype=DOUBLE) + 0.5,
        indexing="ij",
    )
    dx = xx[None] - means2d[0][order, 0, None, None]
    dy = yy[None] - means2d[0][order, 1, None, None]
    a, b, c = (conics[0][order, i, None, None] for i in range(3))
    exponent = 0.5 * (a * dx**2 + c * dy**2) + b * dx * dy
    alpha = torch.clamp(opacities[order, None, None] * torch.exp(-exponent), max=0.999)
    alpha = torch.where(alpha >= 1 / 255, alpha, torch.zeros_like(alpha))
    # No stop rule: CUDA's kernels drop the Gaussian that takes T below 1e-4, ours blends it.
    before = torch.cat([torch.ones(1, height, width, dtype=DOUBLE), 1 - alpha])
    transmittance = torch.cumprod(before, 0)
    weights = alpha * transmittance[:-1]
    image = (weights[..., None] * colours[order][:, None, None]).sum(0)
    left = transmittance[-1]
    return image + left[..., None] * torch.tensor(BACKGROUND, dtype=DOUBLE), left


CASES = [(kind, 3) for kind in KINDS] + [("random", degree) for degree in (0, 1, 2)]


@pytest.mark.parametrize("antialiased", [False, True])
@pytest.mark.parametrize(("kind", "degree"), CASES)
def test_values_and_gradients(kind: str, degree: int, antialiased: bool) -> None:
    it = scene(kind, degree)
    p = leaves(it.gaussians)
    image, transmittance = reference(p, it.camera, degree, antialiased)
    total = (image * it.d_image).sum() + (transmittance * it.d_transmittance).sum()
    total.backward()  # type: ignore[no-untyped-call]

    rasteriser = Rasteriser(threads=2)
    frame = rasteriser.forward(it.gaussians, it.camera, BACKGROUND, antialiased)
    d_image = np.ascontiguousarray(it.d_image.numpy().transpose(2, 0, 1), np.float32)
    gradients, _ = Backward(threads=2)(
        it.gaussians, frame, d_image, it.d_transmittance.numpy().astype(np.float32)
    )

    value_limit, gradient_limit = 5e-5, 1e-4
    if kind == "opaque":  # what lies behind T = 1e-4 is cut: at most that share of a colour
        value_limit += 1e-4 * float(frame.packed[:, 6:9].max())
        gradient_limit = 3e-3
    ours = frame.image.transpose(1, 2, 0)
    assert np.abs(ours - image.detach().numpy()).max() < value_limit
    assert np.abs(frame.transmittance - transmittance.detach().numpy()).max() < value_limit
    for name in FIELDS:
        exact = p[name].grad
        assert exact is not None
        expected = exact.numpy()
        actual = np.zeros_like(expected)
        actual[frame.ids] = getattr(gradients, name)[frame.ids]
        norm = np.linalg.norm(expected)
        assert np.linalg.norm(actual - expected) <= gradient_limit * norm, name


def test_the_same_bits_for_the_same_threads() -> None:
    it = scene("dense", 3)
    rasteriser, backward = Rasteriser(threads=2), Backward(threads=2)
    d_image = np.ascontiguousarray(it.d_image.numpy().transpose(2, 0, 1), np.float32)
    results = []
    for _ in range(2):
        frame = rasteriser.forward(it.gaussians, it.camera)
        gradients, _ = backward(it.gaussians, frame, d_image)
        results.append((frame.image.copy(), gradients.means[frame.ids].copy()))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
