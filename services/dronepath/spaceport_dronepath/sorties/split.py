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
class _Photo:
    """One photo of the whole lot: the strip it belongs to, and its number in it."""

    strip: int
    n: int


def split(strips: list[Strip], sky: Sky, budget_s: float, *, apart: bool = False) -> list[Sortie]:
    """Cut the ordered strips into flights that are back before the reserve is touched.

    With `apart` no flight has photos of two groups.

    Each flight takes as many photos as it can; with the order given no fewer flights would do,
    because every part of a feasible flight is feasible. Raises FieldProblem when a single photo
    is too far away for one battery, or when hundreds of batteries would not do.
    """
    lot = [_Photo(r, n) for r, strip in enumerate(strips) for n in range(len(strip.photo_s_m))]
    found: list[Sortie] = []
    first, guess = 0, len(lot)
    while first < len(lot):
        last = _group_end(lot, strips, first) if apart else len(lot)
        count, sortie = _longest(lot, strips, sky, budget_s, (first, last), guess)
        found.append(sortie)
        first, guess = first + count, count
        if len(found) > MAX_SORTIES:
            raise FieldProblem(
                "area",
                f"It takes more than {MAX_SORTIES} batteries.",
                "Plan a smaller area, or fly higher.",
            )
    return found


def _group_end(lot: list[_Photo], strips: list[Strip], first: int) -> int:
    """One beyond the last photo of the group to which the first belongs."""
    group = strips[lot[first].strip].group
    end = first
    while end < len(lot) and strips[lot[end].strip].group == group:
        end += 1
    return end


def _longest(
    lot: list[_Photo],
    strips: list[Strip],
    sky: Sky,
    budget_s: float,
    span: tuple[int, int],
    guess: int,
) -> tuple[int, Sortie]:
    """The most photos from span[0] on that one battery takes.

    The time used grows almost evenly with the photos, so each try is where the last two tries say
    that the budget ends.
    """
    first, end = span
    good, good_s, best = 0, 0.0, None
    bad, bad_s = end - first + 1, math.inf
    tried = min(max(guess, 1), end - first)
    while good + 1 < bad:
        sortie = fly(_parts(lot, strips, first, first + tried), sky)
        if sortie.most_used_s <= budget_s:
            good, good_s, best = tried, sortie.most_used_s, sortie
        else:
            bad, bad_s = tried, sortie.most_used_s
        tried = _next_try((good, good_s), (bad, bad_s), budget_s)
    if best is None:
        raise FieldProblem(*_too_far(lot, strips, sky, budget_s, first))
    return good, best


def _next_try(good: tuple[int, float], bad: tuple[int, float], budget_s: float) -> int:
    """A count between the two."""
    if good[0] == 0 and math.isinf(bad[1]):
        return 1
    if math.isinf(bad[1]):  # nothing was too much yet: as much more as the time left suggests
        wanted = good[0] * budget_s / max(good[1], 1e-9) + 1
    else:
        share = (budget_s - good[1]) / max(bad[1] - good[1], 1e-9)
        wanted = good[0] + share * (bad[0] - good[0])
    return int(min(max(round(wanted), good[0] + 1), bad[0] - 1))


def _too_far(
    lot: list[_Photo], strips: list[Strip], sky: Sky, budget_s: float, first: int
) -> tuple[str, str, str]:
    needed_s = fly(_parts(lot, strips, first, first + 1), sky).most_used_s
    return (
        "battery.minutes",
        f"One photo there and back takes {needed_s / 60:.1f} minutes; the battery gives "
        f"{budget_s / 60:.1f} without its reserve.",
        "Take off nearer, give a stronger battery, or plan a smaller area.",
    )


def _parts(lot: list[_Photo], strips: list[Strip], first: int, end: int) -> list[Strip]:
    """The strips, or the parts of them, that hold the photos first..end-1."""
    start, stop = lot[first], lot[end - 1]
    parts = []
    for r in range(start.strip, stop.strip + 1):
        low = start.n if r == start.strip else 0
        high = stop.n if r == stop.strip else len(strips[r].photo_s_m) - 1
        parts.append(strips[r].part(low, high))
    return parts
