"""Real spherical harmonics up to degree 3 and their derivatives, for numba kernels.

Signs and order as in 3DGS (Kerbl et al. 2023) and gsplat; after Sloan, "Efficient Spherical
Harmonic Evaluation" (JCGT 2013).
"""

from typing import Any

from spaceport_splat.kernels import ONE, TWO, ZERO, Array, F, kernel

C0: Any = F(0.28209479177387814)
C1: Any = F(0.4886025119029199)
C20: Any = F(1.0925484305920792)
C22: Any = F(0.31539156525252005)
C24: Any = F(0.5462742152960396)
C30: Any = F(0.5900435899266435)
C31: Any = F(2.890611442640554)
C32: Any = F(0.4570457994644658)
C33: Any = F(0.3731763325901154)
C35: Any = F(1.445305721320277)
THREE: Any = F(3)
FOUR: Any = F(4)
SIX: Any = F(6)
EIGHT: Any = F(8)


@kernel
def sh_basis(degree: int, x: Any, y: Any, z: Any, out: Array) -> None:
    """Values of the basis in the unit direction (x, y, z), into out: float32[16]."""
    out[0] = C0
    if degree >= 1:
        out[1] = -C1 * y
        out[2] = C1 * z
        out[3] = -C1 * x
    if degree >= 2:
        xx, yy, zz = x * x, y * y, z * z
        out[4] = C20 * x * y
        out[5] = -C20 * y * z
        out[6] = C22 * (TWO * zz - xx - yy)
        out[7] = -C20 * x * z
        out[8] = C24 * (xx - yy)
        if degree >= 3:
            out[9] = -C30 * y * (THREE * xx - yy)
            out[10] = C31 * x * y * z
            out[11] = -C32 * y * (FOUR * zz - xx - yy)
            out[12] = C33 * z * (TWO * zz - THREE * xx - THREE * yy)
            out[13] = -C32 * x * (FOUR * zz - xx - yy)
            out[14] = C35 * z * (xx - yy)
            out[15] = -C30 * x * (xx - THREE * yy)


@kernel
def sh_gradient(x: Any, y: Any, z: Any, k: int) -> Any:  # noqa: C901, PLR0911, PLR0912 - a table
    """Derivatives of basis function k by x, y and z."""
    if k == 0:
        return ZERO, ZERO, ZERO
    if k == 1:
        return ZERO, -C1, ZERO
    if k == 2:
        return ZERO, ZERO, C1
    if k == 3:
        return -C1, ZERO, ZERO
    if k == 4:
        return C20 * y, C20 * x, ZERO
    if k == 5:
        return ZERO, -C20 * z, -C20 * y
    if k == 6:
        return -TWO * C22 * x, -TWO * C22 * y, FOUR * C22 * z
    if k == 7:
        return -C20 * z, ZERO, -C20 * x
    if k == 8:
        return TWO * C24 * x, -TWO * C24 * y, ZERO
    xx, yy, zz = x * x, y * y, z * z
    if k == 9:
        return -SIX * C30 * x * y, -THREE * C30 * (xx - yy), ZERO
    if k == 10:
        return C31 * y * z, C31 * x * z, C31 * x * y
    if k == 11:
        return TWO * C32 * x * y, -C32 * (FOUR * zz - xx - THREE * yy), -EIGHT * C32 * y * z
    if k == 12:
        return -SIX * C33 * x * z, -SIX * C33 * y * z, THREE * C33 * (TWO * zz - xx - yy)
    if k == 13:
        return -C32 * (FOUR * zz - THREE * xx - yy), TWO * C32 * x * y, -EIGHT * C32 * x * z
    if k == 14:
        return TWO * C35 * x * z, -TWO * C35 * y * z, C35 * (xx - yy)
    return -THREE * C30 * (xx - yy), SIX * C30 * x * y, ZERO * ONE
