"""Which photos were taken far away from the rest of their flight."""

import math
from collections.abc import Mapping, Sequence
from statistics import quantiles

from spaceport_contracts.capture import Photo

EARTH_M_PER_DEG = 111_320.0
# Tukey, Exploratory Data Analysis (1977): beyond three times the middle half lies what is far out.
FAR_OUT = 3.0
SMALLEST_FLIGHT_M = 300.0  # a hover over one spot has a middle half of nothing
FEW = 8


def far_away_m(photos: Mapping[int, Photo]) -> dict[int, float]:
    """By number, how far from the middle of the flight; only of those far out of it."""
    placed = {
        number: (photo.latitude_deg, photo.longitude_deg)
        for number, photo in photos.items()
        if photo.latitude_deg is not None
        and photo.longitude_deg is not None
        and photo.hemisphere_known
    }
    if len(placed) < FEW:
        return {}
    north = {number: latitude * EARTH_M_PER_DEG for number, (latitude, _) in placed.items()}
    shrink = math.cos(math.radians(sorted(north.values())[len(north) // 2] / EARTH_M_PER_DEG))
    first = next(longitude for _, longitude in placed.values())
    east = {
        number: _turned(longitude - first) * EARTH_M_PER_DEG * shrink
        for number, (_, longitude) in placed.items()
    }
    north_off, east_off = _off(north), _off(east)
    return {
        number: math.hypot(north_off[number][1], east_off[number][1])
        for number in placed
        if north_off[number][0] or east_off[number][0]
    }


def _turned(degrees: float) -> float:
    """The shorter way round, for flights across the 180th meridian."""
    return (degrees + 180.0) % 360.0 - 180.0


def _off(values: Mapping[int, float]) -> dict[int, tuple[bool, float]]:
    """Whether a value is far out, and how far it is from the middle."""
    low, middle, high = _quarters(list(values.values()))
    reach = FAR_OUT * max(high - low, SMALLEST_FLIGHT_M)
    return {
        number: (not low - reach <= value <= high + reach, value - middle)
        for number, value in values.items()
    }


def _quarters(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = quantiles(values, n=4)
    return low, middle, high
