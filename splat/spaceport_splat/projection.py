"""From a Gaussian in the world to an ellipse on the screen (EWA splatting), forward.

Zwicker et al. 2001, with the conventions of gsplat so that a model moves between the two: view
matrix world to camera in OpenCV axes, pixel centres at 0.5, screen covariance + 0.3 px^2, the
Jacobian's x/z and y/z held within the image + 15 % of its size.
"""

# ruff: noqa: PLR0915 - kernels take their arrays one by one, and do not nest

import math
from typing import Any

import numpy as np

from spaceport_splat.camera import Camera
from spaceport_splat.harmonics import C0, sh_basis
from spaceport_splat.kernels import (
    ALPHA_STEPS,
    BLUR_PX2,
    FRUSTUM_MARGIN,
    HALF,
    NEAR_M,
    ONE,
    TWO,
    ZERO,
    Array,
    F,
    Floats,
    kernel,
)

TINY: Any = F(1e-24)
DET_MIN: Any = F(1e-10)
FAINT: Any = F(1e-9)


def view_constants(camera: Camera) -> Floats:
    """float32[25]: the camera as the kernels want it.

    0-11 world to camera, rows of rotation and translation; 12-14 camera centre; 15-18 fx fy cx cy;
    19-22 greatest and least x/z, then y/z, of the Jacobian; 23-24 width and height, px.
    """
    width, height = camera.width_px, camera.height_px
    margin_x = FRUSTUM_MARGIN * width / camera.fx
    margin_y = FRUSTUM_MARGIN * height / camera.fy
    limits = (
        (width - camera.cx) / camera.fx + margin_x,
        -camera.cx / camera.fx - margin_x,
        (height - camera.cy) / camera.fy + margin_y,
        -camera.cy / camera.fy - margin_y,
    )
    pose = np.asarray(camera.world_to_camera, np.float64)[:3].ravel()
    intrinsics = (camera.fx, camera.fy, camera.cx, camera.cy)
    return np.concatenate([pose, camera.position, intrinsics, limits, (width, height)]).astype(
        np.float32
    )


@kernel
def rotation(w: Any, x: Any, y: Any, z: Any) -> Any:
    """The nine entries, row by row, of the rotation of a unit quaternion."""
    return (
        ONE - TWO * (y * y + z * z),
        TWO * (x * y - w * z),
        TWO * (x * z + w * y),
        TWO * (x * y + w * z),
        ONE - TWO * (x * x + z * z),
        TWO * (y * z - w * x),
        TWO * (x * z - w * y),
        TWO * (y * z + w * x),
        ONE - TWO * (x * x + y * y),
    )


@kernel
def affine_rows(view: Array, x: Any, y: Any, z: Any) -> Any:
    """Rows of J W: how the screen (px) moves with the world (m) near camera point (x, y, z).

    Returns the two rows, then x and y as the limits of the Jacobian let them through.
    """
    iz = ONE / z
    xc = z * min(view[19], max(view[20], x * iz))
    yc = z * min(view[21], max(view[22], y * iz))
    j00, j02 = view[15] * iz, -view[15] * xc * iz * iz
    j11, j12 = view[16] * iz, -view[16] * yc * iz * iz
    return (
        j00 * view[0] + j02 * view[8],
        j00 * view[1] + j02 * view[9],
        j00 * view[2] + j02 * view[10],
        j11 * view[4] + j12 * view[8],
        j11 * view[5] + j12 * view[9],
        j11 * view[6] + j12 * view[10],
        xc,
        yc,
    )


@kernel
def project(
    means: Array,
    quats: Array,
    scales: Array,
    opacities: Array,
    sh0: Array,
    sh_rest: Array,
    degree: int,
    view: Array,
    antialiased: bool,
    first: int,
    last: int,
    packed: Array,
    visible: Array,
) -> None:
    """Project rows first to last; fills packed: float32[N, 12] and visible: bool[N].

    antialiased: opacity times sqrt(det(cov) / det(cov + 0.3 I)) (Mip-Splatting, Yu et al. 2024).
    """
    basis = np.empty(16, np.float32)
    harmonics = (degree + 1) * (degree + 1)
    for i in range(first, last):
        visible[i] = False
        mx, my, mz = means[i, 0], means[i, 1], means[i, 2]
        z = view[8] * mx + view[9] * my + view[10] * mz + view[11]
        if not z >= NEAR_M:
            continue
        opacity = ONE / (ONE + math.exp(-opacities[i]))
        reach = TWO * math.log(max(opacity * ALPHA_STEPS, FAINT))
        if reach <= ZERO:
            continue
        x = view[0] * mx + view[1] * my + view[2] * mz + view[3]
        y = view[4] * mx + view[5] * my + view[6] * mz + view[7]
        u = view[15] * x / z + view[17]
        v = view[16] * y / z + view[18]
        v00, v01, v02, v10, v11, v12, _, _ = affine_rows(view, x, y, z)
        qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        n = ONE / math.sqrt(qw * qw + qx * qx + qy * qy + qz * qz + TINY)
        r00, r01, r02, r10, r11, r12, r20, r21, r22 = rotation(qw * n, qx * n, qy * n, qz * n)
        s0, s1, s2 = math.exp(scales[i, 0]), math.exp(scales[i, 1]), math.exp(scales[i, 2])
        a0 = (v00 * r00 + v01 * r10 + v02 * r20) * s0
        a1 = (v00 * r01 + v01 * r11 + v02 * r21) * s1
        a2 = (v00 * r02 + v01 * r12 + v02 * r22) * s2
        b0 = (v10 * r00 + v11 * r10 + v12 * r20) * s0
        b1 = (v10 * r01 + v11 * r11 + v12 * r21) * s1
        b2 = (v10 * r02 + v11 * r12 + v12 * r22) * s2
        ca = a0 * a0 + a1 * a1 + a2 * a2
        cb = a0 * b0 + a1 * b1 + a2 * b2
        cc = b0 * b0 + b1 * b1 + b2 * b2
        if antialiased:
            sharp = max(ca * cc - cb * cb, ZERO)
            opacity *= math.sqrt(sharp / ((ca + BLUR_PX2) * (cc + BLUR_PX2) - cb * cb))
            reach = TWO * math.log(max(opacity * ALPHA_STEPS, FAINT))
            if reach <= ZERO:
                continue
        ca += BLUR_PX2
        cc += BLUR_PX2
        inverse = ONE / max(ca * cc - cb * cb, DET_MIN)
        half_width, half_height = math.sqrt(reach * ca), math.sqrt(reach * cc)
        # Written so that a NaN fails.
        if not (u + half_width > ZERO and u - half_width < view[23]):
            continue
        if not (v + half_height > ZERO and v - half_height < view[24]):
            continue
        dx, dy, dz = mx - view[12], my - view[13], mz - view[14]
        n = ONE / math.sqrt(dx * dx + dy * dy + dz * dz + TINY)
        red, green, blue = C0 * sh0[i, 0], C0 * sh0[i, 1], C0 * sh0[i, 2]
        if degree > 0:
            sh_basis(degree, dx * n, dy * n, dz * n, basis)
            for k in range(1, harmonics):
                red += basis[k] * sh_rest[i, k - 1, 0]
                green += basis[k] * sh_rest[i, k - 1, 1]
                blue += basis[k] * sh_rest[i, k - 1, 2]
        packed[i, 0], packed[i, 1] = u, v
        packed[i, 2], packed[i, 3], packed[i, 4] = cc * inverse, -cb * inverse, ca * inverse
        packed[i, 5] = opacity
        packed[i, 6] = max(red + HALF, ZERO)
        packed[i, 7] = max(green + HALF, ZERO)
        packed[i, 8] = max(blue + HALF, ZERO)
        packed[i, 9], packed[i, 10], packed[i, 11] = half_width, half_height, z
        visible[i] = True
