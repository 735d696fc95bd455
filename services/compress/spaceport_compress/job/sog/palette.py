"""View-dependent colour as labels into a palette, chosen by rate and distortion."""

import math
from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Bytes, Floats, Floats32, Integers, over_rows
from spaceport_compress.job.sog.codebook import optimal_codebook
from spaceport_compress.job.sog.file import CENTROIDS_PER_ROW
from spaceport_compress.job.sog.kmeans import Index, padded, tree_kmeans, weighted_means
from spaceport_compress.job.sog.texels import Channels, choose, entropy_bits
from spaceport_splat.kernels import kernel

_NEAR, _POPULAR = 12, 48
_PRICE_ROUNDS = 3
_LLOYD_POINTS_PER_ENTRY = 40


@dataclass(frozen=True)
class Palette:
    """Labels [N], and the palette's texels [rows, 64 K, 3] with the codebook they index."""

    labels: Integers
    count: int
    texels: Bytes
    codebook: Floats


def build_palette(
    harmonics: Floats32, sensitivity: Floats, rate_price: float, entries: int, seed: int
) -> Palette:
    """A palette of at most `entries` for harmonics [N,K,3].

    `sensitivity` [N] is squared picture error per squared error of a coefficient. Where there is
    an entry for everybody nothing is clustered: labels that count upwards cost nothing, and the
    price of bits makes most coefficients zero.

    WebP codes R, G and B of the whole picture with one table each and knows nothing of the
    coefficient that a texel is, so the bits are counted over all coefficients together.
    """
    count, coefficients = harmonics.shape[:2]
    width = 3 * coefficients
    points = padded(harmonics.reshape(count, width))
    if entries >= count:
        labels, centroids, mass = np.arange(count), points, sensitivity
    else:
        labels, centroids = _clustered(points, sensitivity, rate_price, entries, seed)
        mass = np.bincount(labels, sensitivity, len(centroids)).astype(np.float64)
    values = centroids[:, :width].astype(np.float64).reshape(-1, 3)
    weights = np.repeat(mass, coefficients)[:, None].repeat(3, 1)
    codebook = optimal_codebook(values, np.sqrt(weights))
    channels = Channels(values, weights, subtract_green=True)
    codes, codebook = choose(channels, codebook, rate_price, adapt=rate_price > 0)
    rows = math.ceil(len(centroids) / CENTROIDS_PER_ROW)
    texels = np.zeros((rows * CENTROIDS_PER_ROW, coefficients, 3), np.uint8)
    texels[: len(centroids)] = codes.reshape(-1, coefficients, 3)
    texels[len(centroids) :] = texels[len(centroids) - 1]
    return Palette(labels, len(centroids), texels.reshape(rows, -1, 3), codebook)


def _clustered(
    points: Floats32, sensitivity: Floats, rate_price: float, entries: int, seed: int
) -> tuple[Integers, Floats32]:
    """Labels and the entries that are used, most popular first."""
    centroids = _first_centroids(points, sensitivity, entries, seed)
    labels = _choose_labels(points, centroids, sensitivity, rate_price, seed)
    centroids = weighted_means(points, sensitivity.astype(np.float32), labels, centroids)
    labels, used = _by_popularity(labels, len(centroids))
    return labels, centroids[used]


def _first_centroids(points: Floats32, sensitivity: Floats, entries: int, seed: int) -> Floats32:
    """A tree of k-means and one Lloyd pass over it; seen less does not mean forgotten: sqrt."""
    weights = np.sqrt(sensitivity / sensitivity.mean()).astype(np.float32)
    centroids = tree_kmeans(points, weights, entries, seed)
    few = min(len(points), _LLOYD_POINTS_PER_ENTRY * len(centroids))
    rows = np.sort(np.random.default_rng(seed).choice(len(points), few, replace=False))
    found, _ = Index.build(centroids, seed).search(points[rows], 1)
    return weighted_means(points[rows], weights[rows], found[:, 0].copy(), centroids)


def _choose_labels(
    points: Floats32, centroids: Floats32, sensitivity: Floats, rate_price: float, seed: int
) -> Integers:
    """The nearest entries, or a cheaper one nearby or among the most popular."""
    near = _NEAR if rate_price else 1
    found, squared = Index.build(centroids, seed).search(points, near)
    labels = found[:, 0].copy()
    if rate_price == 0:
        return labels
    popular = np.empty(0, np.int64)
    for turn in range(_PRICE_ROUNDS + 1):
        bits = entropy_bits(labels, len(centroids))
        if turn == _PRICE_ROUNDS:
            use = np.bincount(labels, minlength=len(centroids))
            popular = np.argsort(-use, kind="stable")[:_POPULAR]
        cost = sensitivity, rate_price * bits
        labels = _cheapest_labels(points, centroids, found, squared, popular, cost)
    return labels


def _cheapest_labels(
    points: Floats32,
    centroids: Floats32,
    found: Integers,
    squared: Floats32,
    popular: Integers,
    cost: tuple[Floats, Floats],
) -> Integers:
    sensitivity, price = cost
    labels = np.empty(len(points), np.int64)

    def work(start: int, stop: int) -> None:
        rows = slice(start, stop)
        _cheapest_label(
            points[rows], centroids, found[rows], squared[rows], popular,
            sensitivity[rows], price, labels[rows],
        )  # fmt: skip

    over_rows(len(points), work)
    return labels


def _by_popularity(labels: Integers, entries: int) -> tuple[Integers, Integers]:
    """Labels renumbered so that the high byte is mostly 0, and which entries are used at all."""
    use = np.bincount(labels, minlength=entries)
    used = np.argsort(-use, kind="stable")[: int((use > 0).sum())]
    rank = np.empty(entries, np.int64)
    rank[used] = np.arange(len(used))
    return rank[labels], used


@kernel
def _cheapest_label(
    points: Floats32,
    centroids: Floats32,
    found: Integers,
    squared: Floats32,
    popular: Integers,
    sensitivity: Floats,
    price: Floats,
    labels: Integers,
) -> None:
    for i in range(len(points)):
        label = found[i, 0]
        best = sensitivity[i] * squared[i, 0] + price[label]
        for k in range(1, found.shape[1]):
            entry = found[i, k]
            if entry < 0:
                break
            cost = sensitivity[i] * squared[i, k] + price[entry]
            if cost < best:
                best, label = cost, entry
        for k in range(len(popular)):
            entry = popular[k]
            if price[entry] >= best:
                continue
            distance = np.float32(0)
            for d in range(points.shape[1]):
                step = points[i, d] - centroids[entry, d]
                distance += step * step
            cost = sensitivity[i] * distance + price[entry]
            if cost < best:
                best, label = cost, entry
        labels[i] = label
