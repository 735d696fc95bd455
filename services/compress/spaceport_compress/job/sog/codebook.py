"""The best 256 numbers to stand for many: optimal weighted one-dimensional k-means."""

import numpy as np

from spaceport_compress.job.sog.arrays import Floats, Integers
from spaceport_splat.kernels import kernel

ENTRIES = 256
_BINS = 8192
_FLOOR_WEIGHT = 1e-6
_DIGITS = 5


def optimal_codebook(values: Floats, weights: Floats) -> Floats:
    """256 sorted entries with the least sum of weight * (value - entry)^2.

    Must see all values, never a sample: the few Gaussians of the sky can be half of the image. The
    optimum is exact up to a histogram of 8192 bins, half by weight and half by range, after Wang
    and Song, "Ckmeans.1d.dp", The R Journal 3/2, 2011; short tables repeat the last entry.
    """
    flat, weight = values.ravel().astype(np.float64), weights.ravel().astype(np.float64)
    order = np.argsort(flat, kind="stable")
    flat, weight = flat[order], weight[order]
    weight = weight + _FLOOR_WEIGHT * weight.mean() + 1e-300
    moments = _histogram(flat, weight)
    sums = [np.concatenate([[0.0], np.cumsum(moment)]) for moment in moments]
    count = min(ENTRIES, len(moments[0]))
    splits = _optimal_splits(sums[0], sums[1], sums[2], count)
    entries, end = [], len(moments[0]) - 1
    for entry in range(count - 1, -1, -1):
        start = int(splits[entry, end]) if entry > 0 else -1
        mass, first = (moment[start + 1 : end + 1].sum() for moment in moments[:2])
        entries.append(first / mass)  # not from the running sums: the sky's share drowns in them
        end = start
    return padded(np.sort(np.array(entries)))  # equal values may differ in the last bit


def padded(entries: Floats) -> Floats:
    """256 entries: the engine builds a table of exactly that width."""
    short = np.full(ENTRIES - len(entries), entries[-1])
    return np.concatenate([entries, short])


def as_written(entries: Floats) -> tuple[float, ...]:
    """The entries with five digits: far finer than their spacing, and meta.json stays short."""
    return tuple(float(f"{entry:.{_DIGITS}g}") for entry in entries)


def nearest(values: Floats, entries: Floats) -> Integers:
    """Index of the nearest entry of a sorted codebook."""
    return np.searchsorted((entries[1:] + entries[:-1]) / 2, values).astype(np.int64)


def _histogram(values: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Mass, first and second moment of each bin that is not empty; values are sorted."""
    cumulated = np.cumsum(weights)
    spread = max(values[-1] - values[0], 1e-12)
    place = 0.7 * cumulated / cumulated[-1] + 0.3 * (values - values[0]) / spread
    bins = np.minimum((place * _BINS).astype(np.int64), _BINS - 1)
    powers = (weights, weights * values, weights * values * values)
    sums = np.stack([np.bincount(bins, power, _BINS) for power in powers]).astype(np.float64)
    used = sums[:, sums[0] > 0]
    return used[0], used[1], used[2]


@kernel
def _optimal_splits(mass: Floats, first: Floats, second: Floats, count: int) -> Integers:
    """splits[m, j]: last bin of entry m - 1 when bins 0..j are shared among m + 1 entries.

    Divide and conquer over j, because the best split never moves back.
    """
    bins = len(mass) - 1
    previous, current = np.empty(bins), np.empty(bins)
    splits = np.zeros((count, bins), np.int64)
    for j in range(bins):
        previous[j] = second[j + 1] - first[j + 1] ** 2 / mass[j + 1]
    stack = np.empty((4 * bins + 64, 4), np.int64)
    for m in range(1, count):
        current[:m] = 0.0
        stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = m, bins - 1, m - 1, bins - 2
        depth = 1
        while depth > 0:
            depth -= 1
            low, high = stack[depth, 0], stack[depth, 1]
            split_low, split_high = stack[depth, 2], stack[depth, 3]
            if low > high:
                continue
            middle = (low + high) // 2
            best, best_split = 1e300, split_low
            for s in range(split_low, min(middle - 1, split_high) + 1):
                x = first[middle + 1] - first[s + 1]
                cost = second[middle + 1] - second[s + 1] - x * x / (mass[middle + 1] - mass[s + 1])
                cost += previous[s]
                if cost < best:
                    best, best_split = cost, s
            current[middle], splits[m, middle] = best, best_split
            stack[depth, 0], stack[depth, 1] = low, middle - 1
            stack[depth, 2], stack[depth, 3] = split_low, best_split
            stack[depth + 1, 0], stack[depth + 1, 1] = middle + 1, high
            stack[depth + 1, 2], stack[depth + 1, 3] = best_split, split_high
            depth += 2
        previous, current = current, previous
    return splits
