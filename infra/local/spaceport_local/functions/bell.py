"""Tells pollers that a queue has messages, so that they need not ask all the time."""

import threading
from collections import Counter


class Bell:
    """Rings for one queue, or for all."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings: Counter[str] = Counter()
        self._for_all = 0

    def ring(self, queue: str | None = None) -> None:
        """Wake who waits for this queue; without a name, everybody."""
        with self._condition:
            if queue is None:
                self._for_all += 1
            else:
                self._rings[queue] += 1
            self._condition.notify_all()

    def rings(self, queue: str) -> int:
        """How often it rang for this queue."""
        return self._rings[queue] + self._for_all

    def wait(self, queue: str, heard: int, timeout_s: float) -> None:
        """Return when it has rung for the queue since `heard`, or after the timeout."""
        with self._condition:
            self._condition.wait_for(lambda: self.rings(queue) != heard, timeout_s)
