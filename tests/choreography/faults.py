"""Seeded trouble: crashes and throttling at every call that leaves the core."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from spaceport_runtime.errors import Denied, Retryable


class Crash(BaseException):
    """The process died; a BaseException, so that no handler can survive it."""


class Bug(Exception):
    """Something breaks for one run only, in a way that nobody foresaw."""


@dataclass
class Dice:
    """How much trouble there is; `calm()` ends it, so that a schedule can come to rest."""

    rng: random.Random
    crash: float = 0.02
    throttle: float = 0.02
    interleave: float = 0.03
    deny: float = 0.003
    lag: float = 0.5
    trouble: int = 0

    def calm(self) -> None:
        """No more trouble."""
        self.crash = self.throttle = self.interleave = self.deny = self.lag = 0.0

    @contextmanager
    def without_crashes(self, wanted: bool) -> Iterator[None]:
        """For a while, no process dies (if `wanted`)."""
        before, self.crash = self.crash, 0.0 if wanted else self.crash
        try:
            yield
        finally:
            self.crash = before

    def hit(self, chance: float) -> bool:
        """One throw; `trouble` counts how often it went badly."""
        is_hit = chance > 0 and self.rng.random() < chance
        self.trouble += is_hit
        return is_hit

    def lag_s(self) -> float:
        """How long a write stays hidden from an index; no trouble, only how indices are."""
        return self.rng.choice((1, 5, 30)) if self.lag and self.rng.random() < self.lag else 0.0


class Faulty:
    """A port whose every call may crash before or after, be throttled, or be interrupted.

    An interruption runs another Lambda to its end in the middle of this one, which is how two
    handlers race.
    """

    def __init__(self, port: object, dice: Dice, interrupt: Callable[[], None]) -> None:
        self._port = port
        self._dice = dice
        self._interrupt = interrupt

    def __getattr__(self, name: str) -> Any:
        target = getattr(self._port, name)
        dice = self._dice

        def call(*args: Any, **kwargs: Any) -> Any:
            if dice.hit(dice.crash):
                raise Crash(f"before {name}")
            if dice.hit(dice.throttle):
                raise Retryable(f"{name} throttled")
            if dice.hit(dice.deny):
                raise Denied("AccessDenied", f"{name} is not allowed since the last deployment")
            if dice.hit(dice.interleave):
                self._interrupt()
            answer = target(*args, **kwargs)
            if dice.hit(dice.crash):
                raise Crash(f"after {name}")
            return answer

        return call
