"""Many Gaussians as few: those of a cell become one with the same weight, middle and spread.

What a Gaussian weighs is the light that it takes: opacity times the area that it covers. A cell's
one has the mean of middles and colours by weight, the spread of all of them together (of each, and
between them: the law of total covariance), and as much opacity as keeps the weight, so that
neither holes nor fog appear where the scene has none.
"""

from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Integers
from spaceport_compress.job.sog.packing import sigmoid
from spaceport_splat.gaussians import Gaussians

_MOST_OPAQUE = 0.995
_FAINTEST = 1 / 255
_THINNEST_SHARE = 1e-3  # of the longest axis: thinner, the covariance is rounding


@dataclass(frozen=True)
class _Merged:
    """By cell: weight [M], middle [M,3], covariance [M,3,3], colour [M,3]."""

    weight: Floats
    middle: Floats
    covariance: Floats
    colour: Floats


def merge(gaussians: Gaussians, cells: Integers) -> Gaussians:
    """One Gaussian for each of the cells (int[N], from 0, none empty), without harmonics."""
    count = int(cells.max()) + 1
    merged = _moments(gaussians, cells, count)
    axes_m2, turn = np.linalg.eigh(merged.covariance)
    axes_m2 = np.maximum(axes_m2, axes_m2[:, 2:] * _THINNEST_SHARE**2 + 1e-18)
    turn[np.linalg.det(turn) < 0, :, 0] *= -1
    alpha = np.clip(merged.weight / _area_m2(axes_m2), _FAINTEST, _MOST_OPAQUE)
    return Gaussians(
        means=merged.middle.astype(np.float32),
        quats=_quaternions(turn).astype(np.float32),
        scales=(np.log(axes_m2) / 2).astype(np.float32),
        opacities=np.log(alpha / (1 - alpha)).astype(np.float32),
        sh0=merged.colour.astype(np.float32),
        shN=np.zeros((count, 0, 3), np.float32),
    )


def _moments(gaussians: Gaussians, cells: Integers, count: int) -> _Merged:
    means = gaussians.means.astype(np.float64)
    axes_m2 = np.exp(2 * gaussians.scales.astype(np.float64))
    weight = sigmoid(gaussians.opacities) * _area_m2(axes_m2)

    def mean(values: Floats) -> Floats:
        columns = values.reshape(len(values), -1).T
        sums = [np.bincount(cells, weight * column, count) for column in columns]
        return np.stack(sums, 1) / total[:, None]

    total: Floats = np.bincount(cells, weight, count).astype(np.float64)
    middle = mean(means)
    away = means - middle[cells]
    turn = _rotations(gaussians.quats.astype(np.float64))
    own = np.einsum("nij,nj,nkj->nik", turn, axes_m2, turn)
    between = np.einsum("ni,nj->nij", away, away)
    covariance = mean(own + between).reshape(count, 3, 3)
    return _Merged(total, middle, covariance, mean(gaussians.sh0.astype(np.float64)))


def _area_m2(axes_m2: Floats) -> Floats:
    """What an ellipsoid covers seen from any side, on average: by its two longer axes."""
    longer = np.sort(axes_m2, 1)[:, 1:]
    return np.asarray(np.sqrt(longer.prod(1)), np.float64)


def _rotations(quats: Floats) -> Floats:
    w, x, y, z = (quats / np.linalg.norm(quats, axis=1, keepdims=True)).T
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.stack([np.stack(row, -1) for row in rows], -2)


def _quaternions(turn: Floats) -> Floats:
    """w x y z of rotations [M,3,3]: the best-conditioned of the four forms (Shepperd 1978)."""
    m = turn
    trace = np.trace(m, axis1=1, axis2=2)
    diagonal = [m[:, axis, axis] for axis in range(3)]
    squares = np.stack([1 + trace, *(1 + 2 * each - trace for each in diagonal)], 1)
    largest = squares.argmax(1)
    pairs = np.empty((len(m), 4, 4))
    pairs[:, range(4), range(4)] = squares
    off = {
        (0, 1): m[:, 2, 1] - m[:, 1, 2],
        (0, 2): m[:, 0, 2] - m[:, 2, 0],
        (0, 3): m[:, 1, 0] - m[:, 0, 1],
        (1, 2): m[:, 1, 0] + m[:, 0, 1],
        (1, 3): m[:, 0, 2] + m[:, 2, 0],
        (2, 3): m[:, 2, 1] + m[:, 1, 2],
    }
    for (a, b), value in off.items():
        pairs[:, a, b] = pairs[:, b, a] = value
    chosen = pairs[np.arange(len(m)), largest]
    return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True), np.float64)
