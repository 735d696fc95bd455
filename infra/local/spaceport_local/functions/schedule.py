"""Call the services' sweepers again and again."""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

log = logging.getLogger("spaceport.local")


class Swept(Protocol):
    """Something that is to be called again and again."""

    @property
    def name(self) -> str:
        """For the log."""

    def on_sweep(self) -> object:
        """One round."""


class Schedule:
    """One thread that sweeps one service after the other; the first round is at once."""

    def __init__(self, functions: Sequence[Swept], every_s: float) -> None:
        self._functions = functions
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="schedule")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the sweep in hand."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait until the sweep in hand is done, within reason: the next run sweeps at once."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for function in self._functions:
                self._sweep(function)
            self._stopping.wait(self._every_s)

    def _sweep(self, function: Swept) -> None:
        if self._stopping.is_set():
            return
        try:
            function.on_sweep()
        except Exception:  # as EventBridge Scheduler: the next round comes all the same
            log.exception("the sweep of %s failed", function.name)
