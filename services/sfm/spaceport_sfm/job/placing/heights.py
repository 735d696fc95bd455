"""What the altitudes in the photos say, flight by flight.

A barometer counts from where it was switched on, and jumps by 5 to 60 m between batteries; within
one flight it is good to a metre. So heights get an offset for each flight, and only the differences
within a flight tell about tilt and scale.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.photos.order import taking_order
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.positions import absolute_altitude_m
from spaceport_sfm.job.task import TaskPhoto

# Nobody changes a battery faster.
BATTERY_S = 120.0
GAP_RATIO = 8.0
# A step that is no step: the error of a barometer, and a tilt of some degrees over the distance.
STEP_M, STEP_SLOPE, STEP_SIGMAS = 1.5, 0.06, 6.0
FEWEST_IN_FLIGHT = 3
ROUNDS = 15
# A slope known no better than this is not known.
LEAST_TOLD = 0.3
INDEPENDENT = 6
FEWEST_HEIGHTS = 5
# What a barometer wanders by along a flight, beside what it drifts by steadily from its first photo
# to its last; RTK, whose noise is a few centimetres, does neither.
WANDER_M, WANDER_SIGMAS = 1.0, 3.0
DRIFT_M, DRIFT_SIGMAS = 5.0, 15.0


@dataclass(frozen=True)
class Altitudes:
    """Heights of the photos in the order of their taking."""

    order: NDArray[np.int64]
    """Row of each photo."""
    height_m: Points
    gap: NDArray[np.bool_]
    """A pause, or another kind of height, before this photo."""
    relative: bool
    """Most heights are above take-off, as XMP says them."""

    def __len__(self) -> int:
        return len(self.order)


def altitudes_of(photos: Sequence[TaskPhoto]) -> Altitudes:
    """XMP's height above take-off where most photos have it, else the GPS altitude."""
    order = np.array(taking_order(photos), dtype=np.int64)
    above = np.array([_relative_m(photos[row]) for row in order])
    absolute = np.array([absolute_altitude_m(photos[row]) for row in order])
    relative = bool(np.isfinite(above).sum() * 2 > len(order))
    # Zero throughout is what a writer puts there who does not know.
    relative = relative and bool((above[np.isfinite(above)] != 0).any())
    kind = above if relative else absolute
    seconds = np.array([_seconds(photos[row]) for row in order])
    known = np.isfinite(kind)
    pause = np.diff(seconds[known], prepend=np.nan)
    usual = np.nanmedian(pause) if np.isfinite(pause).any() else 0.0
    gap = pause > max(BATTERY_S, GAP_RATIO * float(usual))
    return Altitudes(order[known], kind[known], gap, relative)


def _relative_m(photo: TaskPhoto) -> float:
    above = photo.relative_altitude_m
    return above if above is not None and np.isfinite(above) else float("nan")


def _seconds(photo: TaskPhoto) -> float:
    return photo.taken_at.timestamp() if photo.taken_at is not None else float("nan")


@dataclass(frozen=True)
class Slope:
    """How altitudes differ from the model's heights across the place."""

    gradient: Points
    """[2]: metres of altitude missing per metre east and north."""
    covariance: Points
    """[2, 2]."""
    error_m: float
    """Standard error of one altitude."""
    flights: int
    residuals_m: dict[int, float]
    """What is left of each altitude, offset and slope taken out, by row."""
    stretch: float
    """Altitude differences over the model's, within the flights."""
    stretch_share: float
    """Standard error of the stretch."""

    @property
    def tilt_deg(self) -> float:
        """The slope as an angle, of the directions along which it is known."""
        values, vectors = np.linalg.eigh(self.covariance)
        known = (vectors.T @ self.gradient)[values < LEAST_TOLD**2]
        return float(np.degrees(np.arctan(np.linalg.norm(known))))


def measure_slope(altitudes: Altitudes, place_m: Points) -> Slope | None:
    """Regress altitude minus model height on east and north, one offset for each flight.

    Args:
        place_m: [N, 3] east, north, up of all photos by the model, in about true metres.

    Returns:
        None when too few photos have an altitude.
    """
    rows = altitudes.order
    if len(rows) < FEWEST_HEIGHTS:
        return None
    off_m = altitudes.height_m - place_m[rows, 2]
    flight = split_flights(off_m, place_m[rows, :2], altitudes.gap)
    kept = flight >= 0
    if kept.sum() < FEWEST_HEIGHTS:
        return None
    east_north = place_m[rows, :2]
    gradient, covariance, error_m, left = _regress(off_m, east_north, flight)
    left[~kept] = _nearest_flight(off_m - east_north @ gradient, flight)
    stretch, share = _stretch(altitudes.height_m[kept], place_m[rows][kept], flight[kept], error_m)
    return Slope(
        gradient=gradient,
        covariance=covariance,
        error_m=error_m,
        flights=int(flight.max()) + 1,
        residuals_m={int(row): float(rest) for row, rest in zip(rows, left, strict=True)},
        stretch=stretch,
        stretch_share=share,
    )


def split_flights(off_m: Points, place_m: Points, gap: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The flight of each height, in taking order; -1 for a few that belong to none.

    Args:
        off_m: [N] altitude minus model height.
        place_m: [N, 2] east and north.
        gap: [N] a pause before this one.
    """
    step = np.diff(off_m)
    far = np.linalg.norm(np.diff(place_m, axis=0), axis=1)
    usual = STEP_SIGMAS * 1.4826 * float(np.median(np.abs(step - np.median(step))))
    limit = max(usual, STEP_M)
    jump = np.abs(step - np.median(step)) > limit + STEP_SLOPE * far
    piece = np.concatenate([[0], np.cumsum(jump | gap[1:])])
    flight = np.full(len(off_m), -1, dtype=np.int64)
    count, last_m = 0, np.nan
    for number in range(int(piece[-1]) + 1):
        inside = piece == number
        # One photo alone with its height is a wrong height and no flight.
        if inside.sum() < min(FEWEST_IN_FLIGHT, len(off_m)):
            continue
        middle_m = float(np.median(off_m[inside]))
        if not abs(middle_m - last_m) <= limit or gap[np.flatnonzero(inside)[0]]:
            count += 1
        flight[inside], last_m = count - 1, float(off_m[inside][-1])
    return flight


def _nearest_flight(level_m: Points, flight: NDArray[np.int64]) -> Points:
    """Of the heights that belong to no flight: how far they are from the nearest one."""
    flights = [np.median(level_m[flight == number]) for number in range(int(flight.max()) + 1)]
    apart = level_m[flight < 0][:, None] - np.array(flights)
    nearest = np.abs(apart).argmin(axis=1)
    return np.asarray(apart[np.arange(len(apart)), nearest])


def _regress(
    off_m: Points, place_m: Points, flight: NDArray[np.int64]
) -> tuple[Points, Points, float, Points]:
    """Gradient [2], its covariance, the error of a height, and all residuals; Cauchy weights.

    A steady drift is a slope in time. Flown to and fro, time and place are told apart; along a
    single strip they are one, and the drift that is to be expected is what its slope is worth.
    """
    kept = flight >= 0
    offsets = (flight[:, None] == np.arange(flight.max() + 1)).astype(np.float64)
    full = np.concatenate(
        [place_m - place_m[kept].mean(axis=0), offsets, offsets * _progress(flight)[:, None]],
        axis=1,
    )
    matrix, value = full[kept], off_m[kept]
    flights = offsets.shape[1]
    # A direction along which the flight does not reach says nothing; keep it from blowing up.
    ridge = np.array([1e-6 * float((matrix[:, :2] ** 2).sum()) + 1e-9] * 2 + [0.0] * 2 * flights)
    weights, sigma = np.ones(len(value)), 1.0
    for _ in range(ROUNDS):
        ridge[2 + flights :] = (
            _variance(sigma, len(value)) / min(DRIFT_M, DRIFT_SIGMAS * sigma) ** 2
        )
        normal = matrix.T @ (weights[:, None] * matrix) + np.diag(ridge)
        answer = np.linalg.solve(normal, matrix.T @ (weights * value))
        left = value - matrix @ answer
        sigma = max(1.4826 * float(np.median(np.abs(left))), 1e-3)
        weights = 1 / (1 + (left / (2 * sigma)) ** 2)
    sigma *= 1 + 5 / max(len(value) - 2 - flights, 1)
    covariance = np.linalg.inv(normal)[:2, :2] * _variance(sigma, len(value))
    return answer[:2], covariance, sigma, off_m - full @ answer


def _variance(sigma: float, count: int) -> float:
    """Of one height among `count`, whose errors are alike: many are worth no more than a few."""
    # Anywhere within it: the standard deviation of a uniform distribution.
    wander = min(WANDER_M, WANDER_SIGMAS * sigma) / np.sqrt(12)
    return float(sigma**2 * max(1.0, count / INDEPENDENT) + count * wander**2)


def _progress(flight: NDArray[np.int64]) -> Points:
    """[N]: -0.5 at the first photo of a flight, 0.5 at its last."""
    progress = np.zeros(len(flight))
    for number in range(int(flight.max()) + 1):
        inside = np.flatnonzero(flight == number)
        progress[inside] = np.linspace(-0.5, 0.5, len(inside)) if len(inside) > 1 else 0.0
    return progress


def _stretch(
    height_m: Points, place_m: Points, flight: NDArray[np.int64], error_m: float
) -> tuple[float, float]:
    """Slope of altitude over model height within the flights, and its standard error.

    What goes along with the place is a tilt of the model and no stretch, so it is taken out first.
    """
    offsets = (flight[:, None] == np.arange(flight.max() + 1)).astype(np.float64)
    columns = np.concatenate([place_m[:, :2] - place_m[:, :2].mean(axis=0), offsets], axis=1)
    both = np.stack([place_m[:, 2], height_m], axis=1)
    model, height = (both - columns @ np.linalg.lstsq(columns, both, rcond=1e-6)[0]).T
    power = float((model**2).sum())
    if power <= 0:
        return 1.0, np.inf
    alike = max(1.0, len(model) / INDEPENDENT)
    return float((model * height).sum() / power), error_m * float(np.sqrt(alike / power))
