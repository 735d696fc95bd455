"""How long a job still takes: what was estimated, corrected by what its stages really took."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spaceport_contracts.estimate import Cost

PACE_LIMITS = (0.25, 4.0)  # one odd stage must not make the rest absurd


@dataclass(frozen=True)
class Leg:
    """One stage on the way: `left_s` is what it says itself while it runs, by its measured rate."""

    is_done: bool
    took_s: float | None
    left_s: float | None
    estimated: Cost | None


def seconds_left(legs: Sequence[Leg]) -> float | None:
    """Seconds of work until the last stage is done; None where something of it is not known.

    What a stage does not say itself is the middle of its estimate times the pace so far: seconds
    taken over seconds estimated, of the stages that are done.
    """
    pace = _pace(legs)
    total_s = 0.0
    for leg in legs:
        if leg.is_done:
            continue
        if leg.left_s is not None:
            total_s += leg.left_s
        elif leg.estimated is not None:
            total_s += pace * _middle_s(leg.estimated)
        else:
            return None
    return round(total_s, 1)


def _pace(legs: Sequence[Leg]) -> float:
    done = [
        (leg.took_s, _middle_s(leg.estimated))
        for leg in legs
        if leg.is_done and leg.took_s is not None and leg.estimated is not None
    ]
    expected_s = sum(expected for _, expected in done)
    if expected_s <= 0:
        return 1.0
    least, most = PACE_LIMITS
    return min(max(sum(took for took, _ in done) / expected_s, least), most)


def _middle_s(cost: Cost) -> float:
    """The geometric mean: the span is a factor either way."""
    return 60.0 * math.sqrt(cost.minutes.low * cost.minutes.high)
