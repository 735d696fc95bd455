"""Gradients of the projection: from the ellipse on the screen to the Gaussian in the world."""

import math
from typing import Any

import numpy as np

from spaceport_splat.harmonics import C0, sh_basis, sh_gradient
from spaceport_splat.kernels import BLUR_PX2, HALF, ONE, TWO, ZERO, Array, F, kernel
from spaceport_splat.projection import DET_MIN, TINY, affine_rows, rotation

COMPENSATION_MIN: Any = F(1e-8)


@kernel
def _covariance_gradient(
    ca: Any, cb: Any, cc: Any, da: Any, db: Any, dc: Any, d_opacity: Any, antialiased: bool
) -> Any:
    """From gradients of the conic (da, db, dc) to gradients of the covariance before the blur.

    Returns the three, and the factor by which antialiasing scaled the opacity.
    """
    fa, fc = ca + BLUR_PX2, cc + BLUR_PX2
    inverse = ONE / max(fa * fc - cb * cb, DET_MIN)
    d_det = -(da * fc - db * cb + dc * fa) * inverse * inverse
    ga = dc * inverse + d_det * fc
    gc = da * inverse + d_det * fa
    gb = -db * inverse - TWO * cb * d_det
    if not antialiased:
        return ga, gb, gc, ONE
    sharp = ca * cc - cb * cb
    if sharp <= ZERO:
        return ga, gb, gc, ZERO
    factor = math.sqrt(sharp * inverse)
    h = HALF * d_opacity / max(factor, COMPENSATION_MIN)
    d_sharp, d_blurred = h * inverse, -h * sharp * inverse * inverse
    ga += d_sharp * cc + d_blurred * fc
    gc += d_sharp * ca + d_blurred * fa
    gb -= TWO * cb * (d_sharp + d_blurred)
    return ga, gb, gc, factor


@kernel
def _quaternion_gradient(
    i: int, w: Any, x: Any, y: Any, z: Any, n: Any, v: Any, ta: Any, tb: Any, out: Array
) -> None:
    """Gradient of row i of the raw quaternion; v: rows of J W; ta, tb: gradients of rows of J W R.

    w, x, y, z: the unit quaternion; n: one over the length of the raw one.
    """
    v00, v01, v02, v10, v11, v12 = v
    ta0, ta1, ta2 = ta
    tb0, tb1, tb2 = tb
    g00, g01, g02 = v00 * ta0 + v10 * tb0, v00 * ta1 + v10 * tb1, v00 * ta2 + v10 * tb2
    g10, g11, g12 = v01 * ta0 + v11 * tb0, v01 * ta1 + v11 * tb1, v01 * ta2 + v11 * tb2
    g20, g21, g22 = v02 * ta0 + v12 * tb0, v02 * ta1 + v12 * tb1, v02 * ta2 + v12 * tb2
    gw = TWO * (-z * g01 + y * g02 + z * g10 - x * g12 - y * g20 + x * g21)
    gx = TWO * (
        y * g01 + z * g02 + y * g10 - TWO * x * g11 - w * g12 + z * g20 + w * g21 - TWO * x * g22
    )
    gy = TWO * (
        -TWO * y * g00 + x * g01 + w * g02 + x * g10 + z * g12 - w * g20 + z * g21 - TWO * y * g22
    )
    gz = TWO * (
        -TWO * z * g00 - w * g01 + x * g02 + w * g10 - TWO * z * g11 + y * g12 + x * g20 + y * g21
    )
    along = gw * w + gx * x + gy * y + gz * z
    out[i, 0], out[i, 1] = (gw - along * w) * n, (gx - along * x) * n
    out[i, 2], out[i, 3] = (gy - along * y) * n, (gz - along * z) * n


@kernel
def _position_gradient(
    view: Array, x: Any, y: Any, z: Any, xc: Any, yc: Any, va: Any, vb: Any, du: Any, dv: Any
) -> Any:
    """Gradient of the camera point (x, y, z); va, vb: gradients of the rows of J W."""
    fx, fy, iz = view[15], view[16], ONE / z
    iz2 = iz * iz
    j00 = va[0] * view[0] + va[1] * view[1] + va[2] * view[2]
    j02 = va[0] * view[8] + va[1] * view[9] + va[2] * view[10]
    j11 = vb[0] * view[4] + vb[1] * view[5] + vb[2] * view[6]
    j12 = vb[0] * view[8] + vb[1] * view[9] + vb[2] * view[10]
    dz = -iz2 * (fx * j00 + fy * j11) + TWO * iz2 * iz * (fx * xc * j02 + fy * yc * j12)
    dx, dy = fx * iz * du, fy * iz * dv
    dz -= (fx * x * du + fy * y * dv) * iz2
    # Where the Jacobian's x/z is held at its limit, it moves with z alone.
    tx, ty = x * iz, y * iz
    d_xc, d_yc = -fx * iz2 * j02, -fy * iz2 * j12
    if tx > view[19]:
        dz += d_xc * view[19]
    elif tx < view[20]:
        dz += d_xc * view[20]
    else:
        dx += d_xc
    if ty > view[21]:
        dz += d_yc * view[21]
    elif ty < view[22]:
        dz += d_yc * view[22]
    else:
        dy += d_yc
    return dx, dy, dz


@kernel
def _colour_gradient(
    i: int,
    degree: int,
    ex: Any,
    ey: Any,
    ez: Any,
    colour: Any,
    sh_rest: Array,
    d_sh0: Array,
    d_rest: Array,
    basis: Array,
) -> Any:
    """Gradients of row i of the harmonics; returns that of the direction of view (not unit)."""
    red, green, blue = colour
    d_sh0[i, 0], d_sh0[i, 1], d_sh0[i, 2] = C0 * red, C0 * green, C0 * blue
    if degree == 0:
        return ZERO, ZERO, ZERO
    n = ONE / math.sqrt(ex * ex + ey * ey + ez * ez + TINY)
    ex, ey, ez = ex * n, ey * n, ez * n
    sh_basis(degree, ex, ey, ez, basis)
    hx, hy, hz = ZERO, ZERO, ZERO
    for k in range(1, (degree + 1) * (degree + 1)):
        value = basis[k]
        pull = (
            red * sh_rest[i, k - 1, 0] + green * sh_rest[i, k - 1, 1] + blue * sh_rest[i, k - 1, 2]
        )
        d_rest[i, k - 1, 0] = value * red
        d_rest[i, k - 1, 1] = value * green
        d_rest[i, k - 1, 2] = value * blue
        bx, by, bz = sh_gradient(ex, ey, ez, k)
        hx += pull * bx
        hy += pull * by
        hz += pull * bz
    along = hx * ex + hy * ey + hz * ez
    return (hx - along * ex) * n, (hy - along * ey) * n, (hz - along * ez) * n


@kernel
def project_backward(
    means: Array,
    quats: Array,
    scales: Array,
    opacities: Array,
    sh_rest: Array,
    degree: int,
    view: Array,
    antialiased: bool,
    packed: Array,
    ids: Array,
    d_packed: Array,
    first: int,
    last: int,
    d_means: Array,
    d_quats: Array,
    d_scales: Array,
    d_opacities: Array,
    d_sh0: Array,
    d_rest: Array,
) -> None:
    """Gradients of the parameters of ids[first:last], written into their rows of d_*.

    packed: float32[M, 12] and d_packed: float32[M, 9], in the order of ids: int32[M].
    """
    basis = np.empty(16, np.float32)
    for r in range(first, last):
        i = ids[r]
        mx, my, mz = means[i, 0], means[i, 1], means[i, 2]
        x = view[0] * mx + view[1] * my + view[2] * mz + view[3]
        y = view[4] * mx + view[5] * my + view[6] * mz + view[7]
        z = view[8] * mx + view[9] * my + view[10] * mz + view[11]
        v00, v01, v02, v10, v11, v12, xc, yc = affine_rows(view, x, y, z)
        qw, qx, qy, qz = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        n = ONE / math.sqrt(qw * qw + qx * qx + qy * qy + qz * qz + TINY)
        qw, qx, qy, qz = qw * n, qx * n, qy * n, qz * n
        r00, r01, r02, r10, r11, r12, r20, r21, r22 = rotation(qw, qx, qy, qz)
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
        opacity = ONE / (ONE + math.exp(-opacities[i]))
        da, db, dc, factor = _covariance_gradient(
            ca,
            cb,
            cc,
            d_packed[r, 2],
            d_packed[r, 3],
            d_packed[r, 4],
            d_packed[r, 5] * opacity,
            antialiased,
        )
        d_opacities[i] = d_packed[r, 5] * factor * opacity * (ONE - opacity)
        ta0, ta1, ta2 = TWO * da * a0 + db * b0, TWO * da * a1 + db * b1, TWO * da * a2 + db * b2
        tb0, tb1, tb2 = TWO * dc * b0 + db * a0, TWO * dc * b1 + db * a1, TWO * dc * b2 + db * a2
        d_scales[i, 0] = ta0 * a0 + tb0 * b0
        d_scales[i, 1] = ta1 * a1 + tb1 * b1
        d_scales[i, 2] = ta2 * a2 + tb2 * b2
        ta = (ta0 * s0, ta1 * s1, ta2 * s2)
        tb = (tb0 * s0, tb1 * s1, tb2 * s2)
        _quaternion_gradient(i, qw, qx, qy, qz, n, (v00, v01, v02, v10, v11, v12), ta, tb, d_quats)
        va = (
            ta[0] * r00 + ta[1] * r01 + ta[2] * r02,
            ta[0] * r10 + ta[1] * r11 + ta[2] * r12,
            ta[0] * r20 + ta[1] * r21 + ta[2] * r22,
        )
        vb = (
            tb[0] * r00 + tb[1] * r01 + tb[2] * r02,
            tb[0] * r10 + tb[1] * r11 + tb[2] * r12,
            tb[0] * r20 + tb[1] * r21 + tb[2] * r22,
        )
        dx, dy, dz = _position_gradient(
            view, x, y, z, xc, yc, va, vb, d_packed[r, 0], d_packed[r, 1]
        )
        # A colour that was clamped at zero does not answer to its harmonics.
        colour = (
            d_packed[r, 6] if packed[r, 6] > ZERO else ZERO,
            d_packed[r, 7] if packed[r, 7] > ZERO else ZERO,
            d_packed[r, 8] if packed[r, 8] > ZERO else ZERO,
        )
        hx, hy, hz = _colour_gradient(
            i,
            degree,
            mx - view[12],
            my - view[13],
            mz - view[14],
            colour,
            sh_rest,
            d_sh0,
            d_rest,
            basis,
        )
        d_means[i, 0] = view[0] * dx + view[4] * dy + view[8] * dz + hx
        d_means[i, 1] = view[1] * dx + view[5] * dy + view[9] * dz + hy
        d_means[i, 2] = view[2] * dx + view[6] * dy + view[10] * dz + hz
