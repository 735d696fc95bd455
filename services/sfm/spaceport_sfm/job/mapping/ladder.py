"""What to try next when too few photos register."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from spaceport_contracts.capture import Frozen
from spaceport_sfm.job.effort import Effort

ENOUGH = 0.9
MOST_FEATURES = 8192

Model = TypeVar("Model")


class Rung(Frozen):
    """One way to reconstruct; each field asks for more effort or accepts weaker evidence."""

    name: str
    max_features: int
    every_pair: bool = False
    relaxed: bool = False
    globally: bool = False
    centred: bool = False
    """Hold the optical centre to the middle of the photo."""

    def same_mapping(self, other: "Rung | None") -> bool:
        """On the same matches, both would find the same."""
        names = {"name": "", "every_pair": False}
        return other is not None and self.model_copy(update=names) == other.model_copy(update=names)


@dataclass(frozen=True)
class Trial(Generic[Model]):
    """What one rung achieved."""

    rung: Rung
    total: int
    """Photos that can be placed at all: not the blank ones, nor those of a stranger's camera."""
    registered: int
    linked: int
    """Photos in the largest group that verified pairs connect: no mapper registers more."""
    model: Model | None


def rungs(effort: Effort) -> tuple[Rung, ...]:
    """From the least effort to the most."""
    most = max(MOST_FEATURES, effort.max_features)
    return (
        Rung(name="tuned", max_features=effort.max_features),
        Rung(name="every pair", max_features=effort.max_features, every_pair=True),
        Rung(name="more features", max_features=most, every_pair=True),
        Rung(name="relaxed mapper", max_features=most, every_pair=True, relaxed=True),
        Rung(name="global mapper", max_features=most, every_pair=True, globally=True),
    )


def helps(rung: Rung, last: Trial[Model]) -> bool:
    """Whether `rung` can register more than `last` did."""
    if rung.max_features > last.rung.max_features:
        return True
    if rung.every_pair and not last.rung.every_pair and last.linked < last.total:
        return True
    # Only the mapper differs: it cannot place photos that nothing connects.
    changes_mapper = (rung.relaxed, rung.globally) != (last.rung.relaxed, last.rung.globally)
    return changes_mapper and last.linked > last.registered


def climb(ladder: tuple[Rung, ...], trial: Callable[[Rung], Trial[Model]]) -> Trial[Model]:
    """Climb until enough photos register; the best trial otherwise."""
    best = last = trial(ladder[0])
    for rung in ladder[1:]:
        if best.registered >= ENOUGH * last.total:
            break
        if not helps(rung, last):
            continue
        last = trial(rung)
        if last.registered > best.registered:
            best = last
    return best
