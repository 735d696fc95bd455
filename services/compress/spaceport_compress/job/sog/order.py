"""The freedoms that cost nothing: the order of the Gaussians, and the form of a rotation."""

import math
from typing import cast

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Floats32, Integers, over_rows
from spaceport_splat.kernels import kernel

_NEIGHBOURS = 16
_SPREAD = (
    (32, 0x1F00000000FFFF),
    (16, 0x1F0000FF0000FF),
    (8, 0x100F00F00F00F00F),
    (4, 0x10C30C30C30C30C3),
    (2, 0x1249249249249249),
)


def morton_order(steps: Integers) -> Integers:
    """Order along a Z curve of 16-bit positions [N,3]: neighbours in space become neighbours."""
    code = np.zeros(len(steps), np.uint64)
    for axis in range(3):
        spread = steps[:, axis].astype(np.uint64)
        for shift, mask in _SPREAD:
            spread = (spread | spread << np.uint64(shift)) & np.uint64(mask)
        code |= spread << np.uint64(axis)
    return np.argsort(code, kind="stable")


def neighbour_distance(means: Floats32) -> Floats:
    """Mean distance [N,3] along each axis to the 16 neighbours in the order given (Morton's)."""
    positions = means.astype(np.float64)
    total, found = np.zeros(positions.shape), np.zeros((len(positions), 1))
    for step in range(1, min(_NEIGHBOURS // 2 + 1, len(positions))):
        apart = np.abs(positions[step:] - positions[:-step])
        total[step:] += apart
        total[:-step] += apart
        found[step:] += 1
        found[:-step] += 1
    return np.asarray(total / np.maximum(found, 1), np.float64)


def canonical_rotations(quats: Floats32, scales: Floats32) -> tuple[Floats, Floats]:
    """The same ellipsoids, w their largest component: unit quats [N,4], scales [N,3] to match.

    An ellipsoid has 24 forms (its axes permuted and mirrored by the rotations of a cube). In the
    one with the largest |w| that one is always left out, and the others are small.
    """
    count = len(quats)
    turned, permuted = np.empty((count, 4)), np.empty((count, 3))

    def work(start: int, stop: int) -> None:
        rows = slice(start, stop)
        _canonical(quats[rows], scales[rows], _CUBE, _CUBE_AXES, turned[rows], permuted[rows])

    over_rows(count, work)
    return turned, permuted


def _rotations_of_a_cube() -> tuple[Floats, Integers]:
    """Its 24 quaternions, and which axis each rotation brings to x, y and z."""
    half = math.sqrt(0.5)
    quats = [list(row) for row in np.eye(4)]
    for a in range(4):
        for b in range(a + 1, 4):
            for sign in (1, -1):
                row = [0.0] * 4
                row[a], row[b] = half, sign * half
                quats.append(row)
    signs = (1, -1)
    quats += [[0.5, 0.5 * x, 0.5 * y, 0.5 * z] for x in signs for y in signs for z in signs]
    cube = np.array(quats)
    return cube, np.abs(rotation_matrices(cube)).argmax(1).astype(np.int64)


def rotation_matrices(quats: Floats) -> Floats:
    """Rotation matrices [N,3,3] of unit quaternions wxyz [N,4]."""
    w, x, y, z = quats.T
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return cast("Floats", np.stack(rows, 1).reshape(-1, 3, 3))


_CUBE, _CUBE_AXES = _rotations_of_a_cube()


@kernel
def _canonical(
    quats: Floats32,
    scales: Floats32,
    cube: Floats,
    axes: Integers,
    turned: Floats,
    permuted: Floats,
) -> None:
    for i in range(len(quats)):
        a, b = float(quats[i, 0]), float(quats[i, 1])
        c, d = float(quats[i, 2]), float(quats[i, 3])
        norm = math.sqrt(a * a + b * b + c * c + d * d)
        a, b, c, d = a / norm, b / norm, c / norm, d / norm
        best, k = -1.0, 0
        for j in range(24):
            w = abs(a * cube[j, 0] - b * cube[j, 1] - c * cube[j, 2] - d * cube[j, 3])
            if w > best + 1e-12:
                best, k = w, j
        e, f, g, h = cube[k, 0], cube[k, 1], cube[k, 2], cube[k, 3]
        w = a * e - b * f - c * g - d * h
        sign = -1.0 if w < 0 else 1.0
        turned[i, 0] = sign * w
        turned[i, 1] = sign * (a * f + b * e + c * h - d * g)
        turned[i, 2] = sign * (a * g - b * h + c * e + d * f)
        turned[i, 3] = sign * (a * h + b * g - c * f + d * e)
        for j in range(3):
            permuted[i, j] = scales[i, axes[k, j]]
