"""How much one caller may ask: requests per minute, bytes per day, and long polls at once.

A change costs (a job, a row, a letter), so it is counted in a table that all functions share; so
are the bytes of uploads, and the places of those who wait for news, each of whom keeps a function
busy. A read costs little, and is counted by each function's instance for itself. Whoever asks
without a sign-in, a shared scene's visitor, is counted by the address that they come from.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem

WINDOW_S = 60
DAY_S = 86_400
SOON_S = 5
GIB = 1 << 30
READS = ("GET", "HEAD")
KEPT = 10_000  # callers that an instance counts before it forgets those of minutes past


class LimitSettings(BaseSettings):
    """What a deployment allows each caller."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_API_", frozen=True, extra="ignore")

    reads_per_minute: int = Field(default=1200, ge=1)
    changes_per_minute: int = Field(default=600, ge=1)
    upload_bytes_per_day: int = Field(
        default=500 * GIB, ge=1, description="announced, a day of UTC"
    )
    long_polls: int = Field(default=20, ge=1, description="at once")


class Counter(Protocol):
    """Counts what is asked in one window of time after the other."""

    def count(self, key: str, window: int, most: int, amount: int = 1) -> bool:
        """Count so many more; False, and nothing counted, when `most` would not do."""

    def take(self, key: str, most: int, now_s: float, until_s: float) -> str | None:
        """One of `most` places, free again at the latest then; None when all are taken."""

    def give_back(self, place: str) -> None:
        """The place is free."""


class MemoryCounter:
    """Of this process."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}
        self._taken: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, key: str, window: int, most: int, amount: int = 1) -> bool:
        """Count so many more; False, and nothing counted, when `most` would not do."""
        with self._lock:
            if len(self._counts) > KEPT:
                kept = self._counts.items()
                self._counts = {name: each for name, each in kept if each[0] == window}
            last, counted = self._counts.get(key, (window, 0))
            counted = counted if last == window else 0
            if counted + amount > most:
                return False
            self._counts[key] = (window, counted + amount)
            return True

    def take(self, key: str, most: int, now_s: float, until_s: float) -> str | None:
        """One of `most` places, free again at the latest then; None when all are taken."""
        with self._lock:
            self._taken = {name: end for name, end in self._taken.items() if end > now_s}
            free = (f"{key}#{n}" for n in range(most) if f"{key}#{n}" not in self._taken)
            place = next(free, None)
            if place is not None:
                self._taken[place] = until_s
            return place

    def give_back(self, place: str) -> None:
        """The place is free."""
        with self._lock:
            self._taken.pop(place, None)


class Limits:
    """What every request passes before it is looked at."""

    def __init__(
        self,
        settings: LimitSettings,
        changes: Counter,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._reads = (MemoryCounter(), "reads", settings.reads_per_minute)
        self._changes = (changes, "changes", settings.changes_per_minute)
        self._settings = settings
        self._shared = changes
        self._now_s = now_s

    def check(self, event: Mapping[str, Any]) -> None:
        """Raises Problem 429, with the seconds until the next window, for one request too many."""
        http = event["requestContext"]["http"]
        counter, kind, most = self._reads if http["method"] in READS else self._changes
        who = f"subject#{caller().subject}" if caller().subject else f"at#{http.get('sourceIp')}"
        window, into_s = divmod(self._now_s(), WINDOW_S)
        if not counter.count(f"{who}#{kind}", int(window), most):
            wait_s = max(1, round(WINDOW_S - into_s))
            detail = f"That is more than {most} {kind} in a minute. Go on in {wait_s} seconds."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after_s=wait_s)

    def spend_bytes(self, amount: int) -> None:
        """Raises Problem 429, with the seconds until midnight (UTC), for more than a day's bytes.

        Counted when they are announced: the signed links let in no more. What is dropped again is
        not given back.
        """
        most = self._settings.upload_bytes_per_day
        window, into_s = divmod(self._now_s(), DAY_S)
        if not self._shared.count(f"subject#{caller().subject}#bytes", int(window), most, amount):
            wait_s = max(1, round(DAY_S - into_s))
            detail = (
                f"With these {amount / GIB:,.1f} GiB it would be more than {most / GIB:,.1f} GiB "
                f"of uploads today (UTC). Send fewer, or go on in {wait_s // 3600} h "
                f"{wait_s % 3600 // 60} min."
            )
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after_s=wait_s)

    @contextmanager
    def waiting(self, seconds: float) -> Iterator[None]:
        """While somebody waits for news, at most so long; Problem 429 for one too many."""
        most, now_s = self._settings.long_polls, self._now_s()
        key = f"subject#{caller().subject}#waiting"
        place = self._shared.take(key, most, now_s, now_s + seconds + SOON_S)
        if place is None:
            detail = (
                f"{most} of your requests wait for news already. Ask without `wait`, or again in "
                f"{SOON_S} seconds."
            )
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after_s=SOON_S)
        try:
            yield
        finally:
            self._shared.give_back(place)
