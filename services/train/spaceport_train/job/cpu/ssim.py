"""SSIM (Wang et al. 2004) and L1 between two images, with their derivatives, in numba.

11-tap Gaussian window, sigma 1.5 px, zero padding; separable, over planar images, with the
statistics of the photo computed once. Every inner loop runs along x over float32 rows with
unsigned indices: that is what LLVM vectorises.
"""

from typing import Any

import numpy as np

from spaceport_splat.kernels import ONE, TWO, ZERO, Array, F, Floats, U, inlined, kernel
from spaceport_splat.quality import SSIM_C1, SSIM_C2, SSIM_TAPS, ssim_window

PAD = SSIM_TAPS // 2
TAPS: Floats = ssim_window().astype(np.float32)
G0, G1, G2, G3, G4, G5 = (F(tap) for tap in TAPS[: PAD + 1])
C1: Any = F(SSIM_C1)
C2: Any = F(SSIM_C2)
U1, U2, U3, U4, U5, U6, U7, U8, U9, U10 = (U(i) for i in range(1, 11))


@inlined
def _along_x(t: Array, x: Any) -> Any:
    """The window over t[x : x + 11]."""
    return (
        G0 * (t[x] + t[x + U10])
        + G1 * (t[x + U1] + t[x + U9])
        + G2 * (t[x + U2] + t[x + U8])
        + G3 * (t[x + U3] + t[x + U7])
        + G4 * (t[x + U4] + t[x + U6])
        + G5 * t[x + U5]
    )


@kernel
def photo_statistics(photo: Array, first: int, last: int, mean: Array, square: Array) -> None:
    """Blurred photo and blurred square of it, rows first to last of 3 H.

    photo: float32[3, H + 10, W + 10]; mean, square: float32[3, H, W].
    """
    height, padded = photo.shape[1] - 2 * PAD, photo.shape[2]
    t1, t2 = np.empty(padded, np.float32), np.empty(padded, np.float32)
    for r in range(first, last):
        c, y = r // height, r % height
        t1[:] = ZERO
        t2[:] = ZERO
        for k in range(SSIM_TAPS):
            tap, row = TAPS[k], photo[c, y + k]
            for x in range(U(padded)):
                weighted = tap * row[x]
                t1[x] += weighted
                t2[x] += weighted * row[x]
        mean_row, square_row = mean[c, y], square[c, y]
        for x in range(U(padded - 2 * PAD)):
            mean_row[x] = _along_x(t1, x)
            square_row[x] = _along_x(t2, x)


@kernel
def ssim_rows(
    image: Array,
    photo: Array,
    mean: Array,
    square: Array,
    first: int,
    last: int,
    d_mean: Array,
    d_square: Array,
    d_cross: Array,
    sums: Array,
) -> None:
    """SSIM summed per row into sums: float32[3 H], and its derivatives by the blurred image,
    its blurred square and the blurred product with the photo (d_*, padded like the image).
    """
    height, padded = image.shape[1] - 2 * PAD, image.shape[2]
    t1, t2 = np.empty(padded, np.float32), np.empty(padded, np.float32)
    t3 = np.empty(padded, np.float32)
    for r in range(first, last):
        c, y = r // height, r % height
        t1[:] = ZERO
        t2[:] = ZERO
        t3[:] = ZERO
        for k in range(SSIM_TAPS):
            tap, row, other = TAPS[k], image[c, y + k], photo[c, y + k]
            for x in range(U(padded)):
                weighted = tap * row[x]
                t1[x] += weighted
                t2[x] += weighted * row[x]
                t3[x] += weighted * other[x]
        total = ZERO
        mean_row, square_row = mean[c, y], square[c, y]
        out_mean, out_square = d_mean[c, y + PAD], d_square[c, y + PAD]
        out_cross = d_cross[c, y + PAD]
        for x in range(U(padded - 2 * PAD)):
            m1, m2 = _along_x(t1, x), mean_row[x]
            a1 = TWO * m1 * m2 + C1
            a2 = TWO * (_along_x(t3, x) - m1 * m2) + C2
            b1 = m1 * m1 + m2 * m2 + C1
            b2 = _along_x(t2, x) - m1 * m1 + square_row[x] - m2 * m2 + C2
            inverse = ONE / (b1 * b2)
            value = a1 * a2 * inverse
            total += value
            by_cross = TWO * a1 * inverse
            by_square = -value * b1 * inverse
            out_mean[x + U5] = (
                TWO * m2 * a2 * inverse
                - TWO * m1 * value * b2 * inverse
                - m2 * by_cross
                - TWO * m1 * by_square
            )
            out_square[x + U5] = by_square
            out_cross[x + U5] = by_cross
        sums[r] = total


@kernel
def loss_gradient(
    image: Array,
    photo: Array,
    d_mean: Array,
    d_square: Array,
    d_cross: Array,
    first: int,
    last: int,
    l1_weight: Any,
    ssim_weight: Any,
    gradient: Array,
    sums: Array,
) -> None:
    """Write l1_weight sign(image - photo) - ssim_weight dSSIM: float32[3, H, W]; and L1 sums."""
    height, padded = image.shape[1] - 2 * PAD, image.shape[2]
    t1, t2 = np.empty(padded, np.float32), np.empty(padded, np.float32)
    t3 = np.empty(padded, np.float32)
    for r in range(first, last):
        c, y = r // height, r % height
        t1[:] = ZERO
        t2[:] = ZERO
        t3[:] = ZERO
        for k in range(SSIM_TAPS):
            tap = TAPS[k]
            row_mean, row_square = d_mean[c, y + k], d_square[c, y + k]
            row_cross = d_cross[c, y + k]
            for x in range(U(padded)):
                t1[x] += tap * row_mean[x]
                t2[x] += tap * row_square[x]
                t3[x] += tap * row_cross[x]
        total = ZERO
        image_row, photo_row, out = image[c, y + PAD], photo[c, y + PAD], gradient[c, y]
        for x in range(U(padded - 2 * PAD)):
            a, b = image_row[x + U5], photo_row[x + U5]
            difference = a - b
            total += abs(difference)
            sign = ONE if difference > ZERO else ZERO
            sign = sign - (ONE if difference < ZERO else ZERO)
            out[x] = l1_weight * sign - ssim_weight * (
                _along_x(t1, x) + TWO * a * _along_x(t2, x) + b * _along_x(t3, x)
            )
        sums[r] = total
