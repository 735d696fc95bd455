"""Which photos look alike: a small bag of visual words, learnt from the capture itself.

Sivic and Zisserman, "Video Google", ICCV 2003. Vocabulary trees cannot be downloaded at run time,
and a capture's own features make better words for it anyway.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.matching.pairs import Pair, ordered

WORDS = 512
FEATURES_PER_PHOTO = 400
TRAINING_FEATURES = 20_000
ROUNDS = 8
MOST_ALIKE = 20

Descriptors = NDArray[np.uint8]


def pairs_by_likeness(
    descriptors: Sequence[Descriptors], most_alike: int = MOST_ALIKE, seed: int = 1
) -> set[Pair]:
    """Each photo with the `most_alike` whose words it shares.

    Args:
        descriptors: per photo u8[N, 128], largest features first.
    """
    strongest = [
        photo[:FEATURES_PER_PHOTO].astype(np.float32) / np.float32(512) for photo in descriptors
    ]
    filled = [photo for photo in strongest if len(photo)]
    if len(filled) < 2:
        return set()
    words = learn_words(np.concatenate(filled), np.random.default_rng(seed))
    histograms = np.stack([_histogram(photo, words) for photo in strongest])
    frequency = np.log(len(histograms) / np.maximum((histograms > 0).sum(axis=0), 1))
    weighted = np.sqrt(histograms) * frequency
    weighted /= np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), 1e-9)
    alike = weighted @ weighted.T
    np.fill_diagonal(alike, -1.0)
    count = min(most_alike, len(alike) - 1)
    return {
        ordered(row, int(column))
        for row in range(len(alike))
        for column in np.argsort(-alike[row], kind="stable")[:count]
        if alike[row, column] > 0
    }


def learn_words(pool: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """k-means (Lloyd) over a sample of `pool` f32[N, 128]; returns f32[<= WORDS, 128]."""
    sample = pool[random.permutation(len(pool))[:TRAINING_FEATURES]]
    words = sample[: min(WORDS, len(sample))].copy()
    for _ in range(ROUNDS):
        nearest = _nearest(sample, words)
        counts = np.bincount(nearest, minlength=len(words))
        sums = np.zeros_like(words)
        np.add.at(sums, nearest, sample)
        used = counts > 0
        words[used] = sums[used] / counts[used, None]
    return words


def _nearest(points: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.int64]:
    scores = points @ words.T - 0.5 * (words**2).sum(axis=1)
    return np.asarray(scores.argmax(axis=1))


def _histogram(points: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.float64]:
    if not len(points):
        return np.zeros(len(words))
    return np.bincount(_nearest(points, words), minlength=len(words)) / len(points)
