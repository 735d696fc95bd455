"""Runs in the order that wastes the least way between them."""

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.geometry.region import Airspace
from spaceport_dronepath.patterns.strip import Strip

Floats = NDArray[np.float64]
NEAREST_TRIED = 10
MAX_IMPROVED = 120
DETOUR = 3.0  # what a leg that must go around counts, until its way is known


def in_order(strips: list[Strip], airspace: Airspace, home: Floats) -> list[Strip]:
    """The strips of each group in turn, each flown from the end that costs least."""
    ordered: list[Strip] = []
    start = home
    for group in sorted({strip.group for strip in strips}):
        some = [strip for strip in strips if strip.group == group]
        chain = _chain(some, airspace, start)
        ordered += chain
        start = chain[-1].path[-1]
    return ordered


def _chain(strips: list[Strip], airspace: Airspace, start: Floats) -> list[Strip]:
    ends = np.stack([(strip.path[0], strip.path[-1]) for strip in strips])
    order = _nearest_first(ends, airspace, start)
    if len(strips) <= MAX_IMPROVED:
        order = _improve(order, ends, airspace, start)
    return [strips[n] if side == 0 else strips[n].reversed() for n, side in order]


def _nearest_first(ends: Floats, airspace: Airspace, start: Floats) -> list[tuple[int, int]]:
    """Always the nearest end that is left; one that is seen straight away before others."""
    left = np.ones(len(ends), bool)
    at, order = start, []
    for _ in range(len(ends)):
        indices = np.flatnonzero(left)
        distance = np.hypot(*(ends[indices] - at).reshape(-1, 2).T)
        tried = np.argsort(distance, kind="stable")[:NEAREST_TRIED]
        cost = distance[tried] * _penalty(airspace, at, ends[indices].reshape(-1, 2)[tried])
        best = int(tried[np.argmin(cost)])
        strip, side = int(indices[best // 2]), best % 2
        order.append((strip, side))
        left[strip] = False
        at = ends[strip, 1 - side]
    return order


def _penalty(airspace: Airspace, at: Floats, places: Floats) -> Floats:
    region = airspace.region_for(at, places[0])
    seen = region.sees(np.broadcast_to(at, places.shape), places)
    return np.where(seen, 1.0, DETOUR)


def _improve(
    order: list[tuple[int, int]], ends: Floats, airspace: Airspace, start: Floats
) -> list[tuple[int, int]]:
    """2-opt on the chain: turn a stretch around wherever that shortens the way between strips."""
    places = np.concatenate((start[None], ends.reshape(-1, 2)))
    cost = _costs(places, airspace)
    for _ in range(len(order)):
        enter = np.array([1 + 2 * n + side for n, side in order])
        leave = np.array([2 + 2 * n - side for n, side in order])
        before = np.concatenate(([0], leave[:-1]))
        gain, stretch = _best_turn(cost, enter, leave, before)
        if gain < 1e-6:
            return order
        i, j = stretch
        turned = [(n, 1 - side) for n, side in reversed(order[i : j + 1])]
        order = [*order[:i], *turned, *order[j + 1 :]]
    return order


def _best_turn(
    cost: Floats, enter: NDArray[np.intp], leave: NDArray[np.intp], before: NDArray[np.intp]
) -> tuple[float, tuple[int, int]]:
    """The stretch i..j whose turning saves most, and what it saves."""
    count = len(enter)
    link_in = cost[before, enter]
    link_out = np.append(link_in[1:], 0.0)
    after = np.append(enter[1:], 0)
    new_in = cost[before[:, None], leave[None, :]]
    new_out = np.where(np.arange(count) < count - 1, cost[enter[:, None], after[None, :]], 0.0)
    gain = link_in[:, None] + link_out[None, :] - new_in - new_out
    gain[np.tril_indices(count, -1)] = -np.inf
    best = int(np.argmax(gain))
    return float(gain.flat[best]), (best // count, best % count)


def _costs(places: Floats, airspace: Airspace) -> Floats:
    """Straight distances, three times as much where something is in the way."""
    distance = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    regions = [*airspace.parts, airspace.sky]
    if len(airspace.parts) == 1 and airspace.parts[0].is_convex and airspace.sky.is_convex:
        found: Floats = distance
        return found
    inside = [region.covers(places) for region in airspace.parts]
    free = np.zeros(distance.shape, bool)
    a, b = np.triu_indices(len(places), 1)
    for region, here in zip(regions[:-1], inside, strict=True):
        both = here[a] & here[b]
        free[a[both], b[both]] = region.sees(places[a[both]], places[b[both]])
    together = np.zeros(len(a), bool)
    for here in inside:
        together |= here[a] & here[b]
    rest = ~together
    free[a[rest], b[rest]] = airspace.sky.sees(places[a[rest]], places[b[rest]])
    free |= free.T
    np.fill_diagonal(free, True)
    far: Floats = np.where(free, distance, DETOUR * distance)
    return far
