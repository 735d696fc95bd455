"""Weighted k-means and nearest-neighbour search in a few dozen dimensions, as a tree.

Our own and not a library's: with 10^5 points and 10^4 entries of 9 to 45 numbers this takes about a
second, and the libraries for it bring OpenMP pools that spin on busy cores.
"""

import math
from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Floats32, Integers, over_rows
from spaceport_splat.kernels import kernel

_LANES = 8
_TREE_FROM = 64
_POINTS_PER_ENTRY = 16
_POINTS_PER_CELL = 256
_COARSE_ROUNDS, _FINE_ROUNDS = 6, 5
_LISTS_FROM = 1024


def padded(points: Floats32) -> Floats32:
    """Points [N,D] with zeros up to a multiple of 8 numbers, so that distances vectorise."""
    short = -points.shape[1] % _LANES
    return np.ascontiguousarray(np.pad(points, ((0, 0), (0, short))), np.float32)


def kmeans(points: Floats32, weights: Floats32, entries: int, rounds: int, seed: int) -> Floats32:
    """Centroids [entries,D] after Lloyd's iterations from random points."""
    random = np.random.default_rng(seed)
    centroids = points[np.sort(random.choice(len(points), entries, replace=False))]
    for _ in range(rounds):
        labels, squared = assign(points, centroids)
        centroids = weighted_means(points, weights, labels, centroids)
        empty = np.flatnonzero(np.bincount(labels, minlength=entries) == 0)
        worst = np.argsort(-(weights * squared), kind="stable")[: len(empty)]
        centroids[empty[: len(worst)]] = points[worst]
    return centroids


def assign(points: Floats32, centroids: Floats32) -> tuple[Integers, Floats32]:
    """Label [N] of the nearest centroid, and the squared distance to it."""
    labels, squared = np.empty(len(points), np.int64), np.empty(len(points), np.float32)

    def work(start: int, stop: int) -> None:
        rows = slice(start, stop)
        _nearest(points[rows], centroids, labels[rows], squared[rows])

    over_rows(len(points), work)
    return labels, squared


def weighted_means(
    points: Floats32, weights: Floats32, labels: Integers, centroids: Floats32
) -> Floats32:
    """Centroids moved to the weighted mean of their points; those without points stay."""
    sums = np.zeros(centroids.shape, np.float64)
    mass = np.zeros(len(centroids), np.float64)
    _sum_by_label(points, weights, labels, sums, mass)
    moved = sums / np.maximum(mass, 1e-300)[:, None]
    return np.where(mass[:, None] > 0, moved, centroids).astype(np.float32)


def tree_kmeans(points: Floats32, weights: Floats32, entries: int, seed: int) -> Floats32:
    """About `entries` centroids: sqrt(entries) cells first, then a small k-means in each.

    n * 2 sqrt(P) distances instead of n * P, and lower error than flat k-means of few rounds
    (findings/compress.md section 4): full and varied cells get more of the entries.
    """
    if entries >= len(points):
        return points
    if entries <= _TREE_FROM:
        return kmeans(points, weights, entries, _COARSE_ROUNDS, seed)
    random = np.random.default_rng(seed)
    few = min(len(points), entries * _POINTS_PER_ENTRY)
    rows = np.sort(random.choice(len(points), few, replace=False))
    points, weights = points[rows], weights[rows]
    cells = round(math.sqrt(entries))
    rows = np.sort(random.choice(few, min(few, cells * _POINTS_PER_CELL), replace=False))
    coarse = kmeans(points[rows], weights[rows], cells, _COARSE_ROUNDS, seed)
    cell_of, squared = assign(points, coarse)
    share = _entries_per_cell(cell_of, weights * squared, cells, entries)
    order = np.argsort(cell_of, kind="stable")
    stops = np.cumsum(np.bincount(cell_of, minlength=cells))
    parts = []
    for cell in np.flatnonzero(share):
        members = order[(stops[cell - 1] if cell else 0) : stops[cell]]
        part = points[members]
        if share[cell] < len(members):
            part = kmeans(part, weights[members], int(share[cell]), _FINE_ROUNDS, seed)
        parts.append(part)
    return np.ascontiguousarray(np.concatenate(parts)[:entries])


def _entries_per_cell(cell_of: Integers, error: Floats32, cells: int, entries: int) -> Integers:
    count = np.bincount(cell_of, minlength=cells)
    spread = np.bincount(cell_of, error, cells)
    share = np.sqrt(count * np.maximum(spread, 1e-12))
    wanted = np.maximum(1, np.floor(entries * share / share.sum()).astype(np.int64))
    return np.asarray(np.minimum(count, wanted), np.int64)


@dataclass(frozen=True)
class Index:
    """Entries in lists around coarse centroids, to search only the lists near a point."""

    coarse: Floats32
    entries: Floats32
    original: Integers
    starts: Integers
    probes: int

    @classmethod
    def build(cls, entries: Floats32, seed: int) -> "Index":
        """An index over entries [P,D]; below 1024 of them everything is one list."""
        if len(entries) < _LISTS_FROM:
            starts = np.array([0, len(entries)], np.int64)
            original = np.arange(len(entries), dtype=np.int64)
            return cls(entries[:1], entries, original, starts, 1)
        lists = int(2 * math.sqrt(len(entries)))
        weights = np.ones(len(entries), np.float32)
        coarse = kmeans(entries, weights, lists, _COARSE_ROUNDS, seed)
        list_of, _ = assign(entries, coarse)
        original = np.argsort(list_of, kind="stable").astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(np.bincount(list_of, minlength=lists))])
        inner = np.ascontiguousarray(entries[original])
        return cls(coarse, inner, original, starts.astype(np.int64), max(6, lists // 48))

    def search(self, points: Floats32, neighbours: int) -> tuple[Integers, Floats32]:
        """The nearest entries [N,k] of each point, nearest first; -1 where there are fewer."""
        found = np.full((len(points), neighbours), -1, np.int64)
        squared = np.full((len(points), neighbours), np.float32(3e38), np.float32)

        def work(start: int, stop: int) -> None:
            rows = slice(start, stop)
            _search(
                points[rows], self.coarse, self.entries, self.starts, self.probes,
                found[rows], squared[rows],
            )  # fmt: skip

        over_rows(len(points), work)
        return np.where(found >= 0, self.original[found], -1), squared


@kernel
def _squared_distance(a: Floats32, b: Floats32) -> np.float32:
    total = np.float32(0)
    for d in range(a.shape[0]):
        step = a[d] - b[d]
        total += step * step
    return total


@kernel
def _nearest(points: Floats32, centroids: Floats32, labels: Integers, squared: Floats32) -> None:
    for i in range(len(points)):
        best, label = np.float32(3e38), 0
        for c in range(len(centroids)):
            distance = _squared_distance(points[i], centroids[c])
            if distance < best:
                best, label = distance, c
        labels[i], squared[i] = label, best


@kernel
def _sum_by_label(
    points: Floats32, weights: Floats32, labels: Integers, sums: Floats, mass: Floats
) -> None:
    for i in range(len(points)):
        label = labels[i]
        mass[label] += weights[i]
        for d in range(points.shape[1]):
            sums[label, d] += weights[i] * points[i, d]


@kernel
def _search(
    points: Floats32,
    coarse: Floats32,
    entries: Floats32,
    starts: Integers,
    probes: int,
    found: Integers,
    squared: Floats32,
) -> None:
    lists, kept = len(coarse), found.shape[1]
    to_list = np.empty(lists, np.float32)
    for i in range(len(points)):
        for c in range(lists):
            to_list[c] = _squared_distance(points[i], coarse[c])
        for _ in range(min(probes, lists)):
            near = np.argmin(to_list)
            to_list[near] = np.float32(3.3e38)
            for e in range(starts[near], starts[near + 1]):
                distance = _squared_distance(points[i], entries[e])
                if distance >= squared[i, kept - 1]:
                    continue
                place = kept - 1
                while place > 0 and squared[i, place - 1] > distance:
                    squared[i, place] = squared[i, place - 1]
                    found[i, place] = found[i, place - 1]
                    place -= 1
                squared[i, place], found[i, place] = distance, e
