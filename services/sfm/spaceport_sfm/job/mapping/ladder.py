"""What to try next when too few photos register."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spaceport_contracts.capture import Frozen
from spaceport_sfm.job.quality import Settings

ENOUGH = 0.9
MOST_FEATURES = 8192
# Beyond this, every pair with every other costs more than the capture is worth.
EVERY_PAIR_LIMIT = 200

Model = TypeVar("Model")


class Rung(Frozen):
    """One way to reconstruct; each field asks for more effort or accepts weaker evidence."""

    name: str
    max_features: int
    every_pair: bool = False
    relaxed: bool = False
    globally: bool = False


@dataclass(frozen=True)
class Attempt(Generic[Model]):
    """What one rung achieved."""

    rung: Rung
    total: int
    registered: int
    linked: int
    """Photos in the largest group that verified pairs connect: no mapper registers more."""
    every_pair: bool
    model: Model | None

    @property
    def enough(self) -> bool:
        """Nothing further is tried."""
        return self.registered >= ENOUGH * self.total


def rungs(settings: Settings, count: int) -> tuple[Rung, ...]:
    """The ladder for a capture of `count` photos, cheapest first."""
    most = max(MOST_FEATURES, settings.max_features)
    ladder = [
        Rung(name="tuned", max_features=settings.max_features),
        Rung(name="more features", max_features=most),
        Rung(name="relaxed mapper", max_features=most, relaxed=True),
    ]
    every = count <= EVERY_PAIR_LIMIT
    if every:
        ladder.append(Rung(name="every pair", max_features=most, every_pair=True, relaxed=True))
    ladder.append(Rung(name="global mapper", max_features=most, every_pair=every, globally=True))
    return tuple(ladder)


def helps(rung: Rung, last: Attempt[Model]) -> bool:
    """Whether `rung` can register more than `last` did."""
    if rung.max_features > last.rung.max_features:
        return True
    if rung.every_pair and not last.every_pair:
        return True
    # Only the mapper differs: it cannot place photos that nothing connects.
    changes_mapper = (rung.relaxed, rung.globally) != (last.rung.relaxed, last.rung.globally)
    return changes_mapper and last.linked > last.registered


def climb(ladder: tuple[Rung, ...], attempt: Callable[[Rung], Attempt[Model]]) -> Attempt[Model]:
    """Climb until enough photos register; the best attempt otherwise."""
    best = last = attempt(ladder[0])
    for rung in ladder[1:]:
        if best.enough:
            break
        if not helps(rung, last):
            continue
        last = attempt(rung)
        if last.registered > best.registered:
            best = last
    return best
