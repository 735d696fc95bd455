"""Scale, heading and shift from the horizontal GPS, once up is known.

In the plane a similarity is one complex number times a position plus another, and two photos fix
it: a strip is as good as a block, and no sample of photos is "nearly on a line".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.sim3 import UP, rotation_between
from spaceport_sfm.job.placing.sure import reach

PAIRS = 2000
# Median of a Rayleigh distribution, in standard deviations.
RAYLEIGH_MEDIAN = 1.1774
INLIER_SIGMAS = 4.5
ROUNDS = 10
# A few photos may agree by chance: a fix within this share of the spread, and within what a plain
# receiver errs by, is no wrong one.
HARMLESS_SHARE, HARMLESS_M = 0.05, 2.0
# What a plain receiver and a bent model err by, believed as much as so many coordinates: of six
# photos four agree to a decimetre by chance, and the fifth is no wrong fix for that.
USUAL_SHARE, USUAL_M, USUAL_WORTH = 0.04, 1.0, 8
# GPS errors of neighbouring photos are alike: more photos than this tell nothing new.
INDEPENDENT = 16

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Bearing:
    """How a model with a known up lies in the plane."""

    turn: complex
    """Scale and heading: model plane -> east + i north."""
    shift: complex
    used: NDArray[np.bool_]
    """[N]: the photos whose GPS agrees."""
    error_m: float
    """Standard error of one GPS coordinate."""
    spread_m: float
    """Root mean square distance of the used photos from their middle."""
    median_m: float
    """Median distance of all photos from their GPS."""
    independent: int
    """How many of the photos' positions tell something of their own."""

    @property
    def scale_share(self) -> float:
        """Standard error of the scale, as a share of it; of the heading in radians, too."""
        return self.error_m / max(self.spread_m * float(np.sqrt(self.independent)), 1e-9)

    @property
    def reach(self) -> float:
        """The standard errors that scale and heading stay within."""
        return reach(self.free)

    @property
    def free(self) -> int:
        """Residuals beyond what scale, heading and shift use up."""
        return 2 * self.independent - 4


def plane_of(centres: Points, up: Points) -> Complex:
    """Model centres [N, 3] in the plane across `up`: x + i y."""
    level = centres @ rotation_between(up, UP).T
    return np.asarray(level[:, 0] + 1j * level[:, 1])


def fit_bearing(plane: Complex, target: Complex, seed: int, least_m: float = 0.0) -> Bearing:
    """Least median of squares (Rousseeuw 1984) over pairs of photos, then least squares.

    Takes up to half of wrong positions, at any distance, and needs no tolerance.

    Args:
        plane: [N] the model's positions.
        target: [N] GPS, east + i north, metres; at least two of them apart.
        least_m: standard error that every coordinate has at least, whatever the photos agree on.
    """
    first, second = _pairs(len(plane), seed)
    apart = np.abs(plane[first] - plane[second])
    far = apart > 1e-9 * max(float(apart.max()), 1e-300)
    first, second = first[far], second[far]
    turns = (target[first] - target[second]) / (plane[first] - plane[second])
    shifts = target[first] - turns * plane[first]
    errors = np.abs(turns[:, None] * plane + shifts[:, None] - target)
    # The rank of Rousseeuw and Leroy: a pair fits itself.
    rank = min((len(plane) + 3) // 2, len(plane)) - 1
    medians = np.partition(errors, rank, axis=1)[:, rank]
    best = int(np.argmin(medians))
    small = 1 + 5 / max(len(plane) - 2, 1)
    sigma = float(medians[best]) * small / RAYLEIGH_MEDIAN
    used = _within(errors[best], max(sigma, least_m), abs(turns[best]) * plane)
    return _refine(plane, target, used, least_m)


def bearing_of(
    plane: Complex, target: Complex, used: NDArray[np.bool_], least_m: float = 0.0
) -> Bearing:
    """Least squares over photos that are known to be right."""
    turn, shift = _least_squares(plane[used], target[used])
    errors = np.abs(turn * plane + shift - target)
    free = max(2 * int(used.sum()) - 4, 1)
    sigma = max(float(np.sqrt((errors[used] ** 2).sum() / free)), least_m)
    spread = abs(turn) * np.sqrt(np.mean(np.abs(plane[used] - plane[used].mean()) ** 2))
    independent = min(len(np.unique(target[used])), INDEPENDENT)
    return Bearing(turn, shift, used, sigma, float(spread), float(np.median(errors)), independent)


def _pairs(count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = np.triu_indices(count, 1)
    if len(first) > PAIRS:
        chosen = np.random.default_rng(seed).choice(len(first), PAIRS, replace=False)
        first, second = first[chosen], second[chosen]
    return first, second


def _within(errors: Points, sigma: float, placed: Complex) -> NDArray[np.bool_]:
    spread = float(np.median(np.abs(placed - np.median(placed.real) - 1j * np.median(placed.imag))))
    harmless = min(HARMLESS_SHARE * spread, HARMLESS_M)
    usual = min(USUAL_SHARE * spread, USUAL_M)
    free = max(2 * len(errors) - 4, 1)
    variance = (free * sigma**2 + USUAL_WORTH * usual**2) / (free + USUAL_WORTH)
    return np.asarray(errors <= max(INLIER_SIGMAS * float(np.sqrt(variance)), harmless))


def _refine(plane: Complex, target: Complex, used: NDArray[np.bool_], least_m: float) -> Bearing:
    for _ in range(ROUNDS):
        found = bearing_of(plane, target, used, least_m)
        errors = np.abs(found.turn * plane + found.shift - target)
        again = _within(errors, found.error_m, abs(found.turn) * plane)
        if again.sum() < 2 or (again == used).all():
            break
        used = again
    return bearing_of(plane, target, used, least_m)


def _least_squares(plane: Complex, target: Complex) -> tuple[complex, complex]:
    middle, aim = plane.mean(), target.mean()
    centred = plane - middle
    power = float((np.abs(centred) ** 2).sum())
    turn = complex((np.conj(centred) * (target - aim)).sum() / max(power, 1e-300))
    return turn, complex(aim - turn * middle)


# Photos that agree with each other as well as the rest does, at the same scale, are no chance.
FEWEST_APART, APART_SHARE, APART_SCALE = 4, 0.2, 1.25
APART_SIGMAS = 3.0


def agree_apart(bearing: Bearing, plane: Complex, target: Complex) -> bool:
    """The photos left out agree among themselves: another part of the same flight.

    Wrong fixes lie anywhere. But a model that takes one side of a building for another lays its
    photos where they were not, all by one turn and shift; so does a receiver that jumps.
    """
    left = ~bearing.used
    if left.sum() < max(FEWEST_APART, APART_SHARE * len(left)):
        return False
    apart = bearing_of(plane, target, left)
    stretch = abs(apart.turn) / abs(bearing.turn)
    usual_m = max(bearing.error_m, min(HARMLESS_SHARE * apart.spread_m, HARMLESS_M))
    return 1 / APART_SCALE < stretch < APART_SCALE and apart.error_m < APART_SIGMAS * usual_m


@dataclass(frozen=True)
class Lean:
    """How far GPS moves sideways for each metre that the model rises."""

    metres: complex
    """East + i north."""
    error: float
    """Standard error of each part."""


def measure_lean(
    bearing: Bearing, plane: Complex, target: Complex, height_m: Points
) -> Lean | None:
    """Sideways GPS over model height; None when the cameras hardly differ in height.

    Args:
        plane, target: [N] as `fit_bearing` got them.
        height_m: [N] heights in the model, in about true metres.
    """
    used = bearing.used
    count = int(used.sum())
    columns = np.stack(
        [plane[used], np.ones(count), height_m[used] - height_m[used].mean()], axis=1
    )
    if count < 4 or np.linalg.cond(columns.conj().T @ columns) > 1e12:
        return None
    answer, _, _, _ = np.linalg.lstsq(columns, target[used], rcond=None)
    left = np.abs(columns @ answer - target[used])
    sigma = float(np.sqrt((left**2).sum() / max(2 * count - 6, 1)))
    variance = float(np.linalg.inv(columns.conj().T @ columns)[2, 2].real)
    alike = max(1.0, count / INDEPENDENT)
    return Lean(complex(answer[2]), sigma * float(np.sqrt(variance * alike)))
