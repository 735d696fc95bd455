"""How much one caller may ask: requests per minute, counted apart for reads and for changes.

A change costs (a job, a row, a letter), so it is counted in a table that all functions share. A
read costs little, and is counted by each function's instance for itself. Whoever asks without a
sign-in, a shared scene's visitor, is counted by the address that they come from.
"""

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem

WINDOW_S = 60
READS = ("GET", "HEAD")
KEPT = 10_000  # callers that an instance counts before it forgets those of minutes past


class LimitSettings(BaseSettings):
    """What a deployment allows each caller."""

    model_config = SettingsConfigDict(env_prefix="SPACEPORT_API_", frozen=True, extra="ignore")

    reads_per_minute: int = Field(default=1200, ge=1)
    changes_per_minute: int = Field(default=600, ge=1)


class Counter(Protocol):
    """Counts what is asked in one window of time after the other."""

    def count(self, key: str, window: int, most: int) -> bool:
        """Count one more; False when there were `most` in this window already."""


class MemoryCounter:
    """Of this process."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def count(self, key: str, window: int, most: int) -> bool:
        """Count one more; False when there were `most` in this window already."""
        with self._lock:
            if len(self._counts) > KEPT:
                kept = self._counts.items()
                self._counts = {name: each for name, each in kept if each[0] == window}
            last, counted = self._counts.get(key, (window, 0))
            counted = counted if last == window else 0
            if counted >= most:
                return False
            self._counts[key] = (window, counted + 1)
            return True


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
