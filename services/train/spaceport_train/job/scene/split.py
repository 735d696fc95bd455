"""Three kinds of photo: those that train, those that choose, and those that judge.

A figure is honest when nothing was chosen by the photos that it comes from. So test photos are
looked at once, when the splat is finished, and validation photos decide how many Gaussians there
are, when training stops and which checkpoint is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

TEST_EVERY = 8
FEW = 6  # photos: of fewer the middle one judges
LEAST_TO_VALIDATE = 8  # photos: fewer can spare none to choose by
MOST_VALIDATION = 8  # the same photos judge every candidate, so few see the difference
TURN_DEG = 60.0
GAP = 3.0  # times the median step

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Positions of photos in the order of their names; every photo is of one kind."""

    training: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]


def split_photos(centres: Doubles, offset: int = TEST_EVERY // 2) -> Split:
    """Every 8th photo from `offset` on is for test, those half-way between for validation.

    centres: float64[N, 3] in metres, N >= 3. Where a photo is at the end of a strip, its nearest
    neighbour inside takes its place: ends are seen by few others and would judge the splat by what
    no other photo shows.
    """
    photos = len(centres)
    free = inner_photos(centres)
    wanted = range(offset, photos, TEST_EVERY) if photos >= FEW else [photos // 2]
    test = _take(free, wanted) or _take(free, [photos // 2], photos)
    validation = _take(free, _half_way(test, photos)) if photos >= LEAST_TO_VALIDATE else []
    kept = {*test, *validation}
    training = tuple(i for i in range(photos) if i not in kept)
    return Split(training, tuple(validation), tuple(test))


def inner_photos(centres: Doubles) -> set[int]:
    """The photos before and after which the drone flew on: no turn, no jump, not the first or last.

    All but the first and the last where the order of the names is no flight.
    """
    steps = np.diff(centres, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    moved = lengths[lengths > 0]
    longest_m = GAP * float(np.median(moved)) if len(moved) else 0.0
    before, after = lengths[:-1], lengths[1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (steps[:-1] * steps[1:]).sum(axis=1) / (before * after)
    turns = cosine < np.cos(np.radians(TURN_DEG))  # not where the drone hovered: NaN
    jumps = np.maximum(before, after) > longest_m
    flown = np.flatnonzero(~(turns | jumps)) + 1
    return {int(i) for i in flown} or set(range(1, len(centres) - 1))


def _take(free: set[int], wanted: Iterable[int], reach: int = TEST_EVERY // 2 - 1) -> list[int]:
    """For each wanted position the nearest free one within reach, which is free no more."""
    taken = []
    for position in wanted:
        near = [i for i in free if abs(i - position) <= reach]
        if near:
            chosen = min(near, key=lambda i: (abs(i - position), i))
            free.remove(chosen)
            taken.append(chosen)
    return sorted(taken)


def _half_way(test: list[int], photos: int) -> list[int]:
    """Between two test photos; with a single one, in the larger part beside it."""
    between = [(a + b) // 2 for a, b in pairwise(test)]
    if not between:
        only = test[0]
        between = [only // 2 if only > photos - 1 - only else (only + photos - 1) // 2]
    if len(between) <= MOST_VALIDATION:
        return between
    picked = np.linspace(0, len(between) - 1, MOST_VALIDATION).round().astype(int)
    return [between[i] for i in picked]
