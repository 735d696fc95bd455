"""Which way is up: the direction that most of what we know agrees on.

Every cue may be grossly wrong (GPS heights after a change of battery, the flight's plane along a
slope, a gimbal that was never calibrated), so none is trusted alone. Each direction that any cue
proposes is charged for what all others say against it, no cue more than its `most`; the cheapest
one is refined with the cues that agree with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from spaceport_sfm.job.placing.cues import STRONG, SUPPOSITIONS, Cue
from spaceport_sfm.job.placing.geodesy import Points
from spaceport_sfm.job.placing.sim3 import angle_deg, unit
from spaceport_sfm.job.placing.sure import MANY

ROUNDS = 8
# Weak knowledge of everything keeps the equations solvable: a hemisphere's worth.
PRIOR_ERROR = np.radians(60.0)
SAME_DEG = 1.0
# What is known no better than this is not known.
SETTLED_ERROR, NOT_KNOWN_DEG = np.radians(12.0), 90.0


@dataclass(frozen=True)
class Upright:
    """Up in the model's frame, who says so, and who does not."""

    up: Points
    error_deg: float
    """Standard error, in the direction that is known worst."""
    agreeing: tuple[str, ...]
    disagreeing: tuple[str, ...]
    settled: bool
    """Without what is only supposed of the capture, up would be known as well."""

    @property
    def within_deg(self) -> float:
        """What up is hardly ever further off than."""
        return min(MANY * self.error_deg, NOT_KNOWN_DEG)


Witness = Callable[[Points], list[Cue]]
"""What GPS says, which depends on the up that the model is laid out with."""
Charge = Callable[[Points], float]
"""What a direction costs apart from the cues."""


def settle_up(
    cues: Sequence[Cue], rough: Points, proposed: Sequence[Points], gps: Witness, charge: Charge
) -> Upright:
    """The up that costs least.

    Args:
        cues: what the photos say.
        rough: [3] right to the hemisphere.
        proposed: further directions to be tried.
        gps: the cues of GPS about an up.
        charge: a price for each direction; the horizontal GPS residual sets it.
    """
    starts = _distinct([*_proposals(cues, rough), *proposed])
    refined = [_refine(start, cues, rough, gps) for start in starts]
    best = min(refined, key=lambda up: _cost(up, cues, gps) + charge(up))
    heard = [_refine(each, cues, rough, gps) for each in _second_hearing(best, cues, gps)]
    best = min([best, *heard], key=lambda up: _cost(up, cues, gps) + charge(up))
    return _describe(best, cues, rough, gps)


def _second_hearing(up: Points, cues: Sequence[Cue], gps: Witness) -> list[Points]:
    """Where `up` would go if GPS, that speaks against it, were heard.

    A cue that is known to a hundredth of a degree is against every start that is further off.
    """
    said = gps(up)
    with_it = [cue for cue in [*cues, *said] if cue.chi2(up) < cue.most]
    return [_solve([*with_it, cue], up) for cue in said if cue.chi2(up) >= cue.most]


def _proposals(cues: Sequence[Cue], rough: Points) -> list[Points]:
    """What each cue proposes alone, what each two and what all propose together."""
    groups = [[cue] for cue in cues] + [list(pair) for pair in combinations(cues, 2)]
    return [rough] + [_solve(group, rough) for group in [*groups, list(cues)] if group]


def _distinct(directions: Sequence[Points]) -> list[Points]:
    kept: list[Points] = []
    for direction in directions:
        if all(angle_deg(direction, other) > SAME_DEG for other in kept):
            kept.append(direction)
    return kept


def _solve(cues: Sequence[Cue], prior: Points) -> Points:
    """Least squares over the cues, held weakly to `prior`."""
    information = np.eye(3) / PRIOR_ERROR**2 + sum(cue.information for cue in cues)
    pull = prior / PRIOR_ERROR**2 + sum(cue.pull for cue in cues)
    up = unit(np.linalg.solve(information, pull))
    return up if up @ prior >= 0 else -up


def _refine(start: Points, cues: Sequence[Cue], rough: Points, gps: Witness) -> Points:
    up = start
    for _ in range(ROUNDS):
        witnesses = [*cues, *gps(up)]
        # The equations are linear in up, but its length is one: go on from where it is.
        again = _solve([cue for cue in witnesses if cue.chi2(up) < cue.most], up)
        if angle_deg(again, up) < 1e-3:
            break
        up = again
    return up if up @ rough > -0.3 else -up


def _cost(up: Points, cues: Sequence[Cue], gps: Witness) -> float:
    return sum(min(cue.chi2(up), cue.most) for cue in [*cues, *gps(up)])


def _describe(up: Points, cues: Sequence[Cue], rough: Points, gps: Witness) -> Upright:
    witnesses = [*cues, *gps(up)]
    agreeing = [cue for cue in witnesses if cue.chi2(up) < cue.most]
    error = _worst_error(up, agreeing)
    facts = [cue for cue in agreeing if cue.name not in SUPPOSITIONS]
    # Cues that contradict each other by more than they promise are as wrong as that (Birge, 1932).
    free = max(sum(len(cue.values) for cue in agreeing) - 2, 1)
    birge = max(1.0, float(np.sqrt(sum(cue.chi2(up) for cue in agreeing) / free)))
    return Upright(
        up=up,
        error_deg=birge * float(np.degrees(error)),
        agreeing=tuple(cue.name for cue in agreeing),
        disagreeing=tuple(cue.name for cue in witnesses if cue.chi2(up) >= cue.most),
        settled=_worst_error(up, facts) < SETTLED_ERROR,
    )


def _worst_error(up: Points, cues: Sequence[Cue]) -> float:
    """Standard error of `up` by these cues in the direction that is known worst, in radians."""
    information = np.eye(3) / PRIOR_ERROR**2 + sum(cue.information for cue in cues)
    # Only what turns up matters, not what would make it longer.
    across = np.linalg.svd(up[None])[2][1:]
    return float(1 / np.sqrt(np.linalg.eigvalsh(across @ information @ across.T)[0]))


def residual_charge(error_m: float, least_m: float, count: int) -> float:
    """What a horizontal GPS residual costs against the least one: twice the log likelihood."""
    return min(2 * count * float(np.log(max(error_m, 1e-9) / max(least_m, 1e-9))), 2 * STRONG)
