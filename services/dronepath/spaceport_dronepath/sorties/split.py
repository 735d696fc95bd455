"""As few flights as the batteries allow."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.patterns.strip import Strip
from spaceport_dronepath.sorties.flight import Sky, Sortie, fly

Floats = NDArray[np.float64]
MAX_SORTIES = 400


@dataclass(frozen=True)
class _Lot:
    """All photos in order: the strip that each belongs to, and its number in it."""

    strips: list[Strip]
    strip: NDArray[np.intp]
    n: NDArray[np.intp]

    @classmethod
    def of(cls, strips: list[Strip]) -> "_Lot":
        counts = np.array([len(strip.photo_s_m) for strip in strips])
        which = np.repeat(np.arange(len(strips)), counts)
        return cls(strips, which, np.arange(len(which)) - (np.cumsum(counts) - counts)[which])

    def __len__(self) -> int:
        return len(self.strip)

    def group_end(self, first: int) -> int:
        """One beyond the last photo of the group to which the first belongs."""
        groups = np.array([strip.group for strip in self.strips])[self.strip[first:]]
        other = np.flatnonzero(groups != groups[0])
        return first + int(other[0]) if len(other) else len(self)

    def parts(self, first: int, end: int) -> list[Strip]:
        """The strips, or the parts of them, that hold the photos first..end-1."""
        start, stop = int(self.strip[first]), int(self.strip[end - 1])
        found = []
        for r in range(start, stop + 1):
            low = int(self.n[first]) if r == start else 0
            high = int(self.n[end - 1]) if r == stop else len(self.strips[r].photo_s_m) - 1
            found.append(self.strips[r].part(low, high))
        return found


def split(strips: list[Strip], sky: Sky, budget_s: float, *, apart: bool = False) -> list[Sortie]:
    """Cut the ordered strips into flights that are back before the reserve is touched.

    With `apart` no flight has photos of two groups.

    Each flight takes as many photos as it can; with the order given no fewer flights would do,
    because every part of a feasible flight is feasible. Raises FieldProblem when a single photo
    is too far away for one battery, or when hundreds of batteries would not do.
    """
    lot = _Lot.of(strips)
    found: list[Sortie] = []
    first, guess = 0, _first_guess(lot, budget_s)
    while first < len(lot):
        last = lot.group_end(first) if apart else len(lot)
        count, sortie = _longest(lot, sky, budget_s, (first, last), guess)
        found.append(sortie)
        first, guess = first + count, count
        if len(found) > MAX_SORTIES:
            raise FieldProblem(
                "area",
                f"It takes more than {MAX_SORTIES} batteries.",
                "Plan a smaller area, or fly higher.",
            )
    return found


def _first_guess(lot: _Lot, budget_s: float) -> int:
    """How many photos a battery may take, from the lengths of the strips alone."""
    work_s = sum(
        float(strip.photo_s_m[-1] - strip.photo_s_m[0]) / strip.speed_mps for strip in lot.strips
    )
    return math.ceil(min(budget_s / max(work_s, 1e-9), 1.0) * len(lot))


def _longest(
    lot: _Lot,
    sky: Sky,
    budget_s: float,
    span: tuple[int, int],
    guess: int,
) -> tuple[int, Sortie]:
    """The most photos from span[0] on that one battery takes.

    The time used grows almost evenly with the photos, but stands still while the drone comes back
    along a line. So each try is where the last two tries say that the budget ends, and whatever
    stays in place for a second try counts half (Illinois' rule of false position).
    """
    first, end = span
    good, bad = 0, end - first + 1
    left_s, over_s, best = budget_s, math.inf, None
    was_good: bool | None = None
    tried = min(max(guess, 1), end - first)
    while good + 1 < bad:
        sortie = fly(lot.parts(first, first + tried), sky)
        is_good = sortie.most_used_s <= budget_s
        if is_good:
            good, left_s, best = tried, budget_s - sortie.most_used_s, sortie
            over_s /= 2 if was_good else 1
        else:
            bad, over_s = tried, sortie.most_used_s - budget_s
            left_s /= 2 if was_good is False else 1
        was_good = is_good
        tried = _next_try((good, left_s), (bad, over_s), budget_s)
    if best is None:
        raise FieldProblem(*_too_far(lot, sky, budget_s, first))
    return good, best


def _next_try(good: tuple[int, float], bad: tuple[int, float], budget_s: float) -> int:
    """A count between the two: how many photos, and the seconds that they leave or lack."""
    if good[0] == 0 and math.isinf(bad[1]):
        return 1
    if math.isinf(bad[1]):  # nothing was too much yet: as much more as the time left suggests
        wanted = good[0] * budget_s / max(budget_s - good[1], 1e-9) + 1
    else:
        wanted = good[0] + good[1] / max(good[1] + bad[1], 1e-9) * (bad[0] - good[0])
    return int(min(max(round(wanted), good[0] + 1), bad[0] - 1))


def _too_far(lot: _Lot, sky: Sky, budget_s: float, first: int) -> tuple[str, str, str]:
    needed_s = fly(lot.parts(first, first + 1), sky).most_used_s
    return (
        "battery.minutes",
        f"One photo there and back takes {needed_s / 60:.2f} minutes; the battery gives "
        f"{budget_s / 60:.2f} without its reserve.",
        "Take off nearer, give a stronger battery, or plan a smaller area.",
    )
