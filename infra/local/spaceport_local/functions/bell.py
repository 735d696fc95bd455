"""Tells pollers that there may be something to poll, so that they need not ask all the time."""

import threading
from contextlib import AbstractContextManager
from typing import Any

from spaceport_local.aws.edge import Call

RINGS = (
    "AWSEvents.PutEvents",
    "AWSEvents.StartReplay",
    "AmazonSQS.SendMessage",
    "AmazonSQS.SendMessageBatch",
    "AmazonSQS.StartMessageMoveTask",
)


class Bell:
    """An observer of the edge that rings for every call that may fill a queue."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def wants(self, call: Call) -> bool:
        """Whether the call may fill a queue."""
        return call.target in RINGS

    def lock(self) -> AbstractContextManager[Any] | None:
        """Order does not matter."""
        return None

    def seen(self, call: Call) -> None:
        """Ring."""
        self.ring()

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        """How often it rang."""
        return self._rings

    def wait(self, heard: int, timeout_s: float) -> None:
        """Return when it has rung since `heard`, or after the timeout."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != heard, timeout_s)
