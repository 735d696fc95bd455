"""moto's queues: they tell when a message arrives, and lose none while others are deleted."""

from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue

QUEUE: Any = Queue
ADD: Callable[..., None] = QUEUE.add_message
DELETE: Callable[..., None] = QUEUE.delete_message


def mend_queues(arrived: Callable[[str], None]) -> None:
    """Call `arrived` with a queue's name for every message; doing it again replaces the callee.

    moto writes the list of messages anew to delete one, and what another thread adds meanwhile is
    gone: an upload that nobody ever hears of.
    """

    def add_message(queue: Any, message: Any) -> None:
        with queue._messages_lock:
            ADD(queue, message)
        arrived(queue.name)

    def delete_message(queue: Any, receipt_handle: str) -> None:
        with queue._messages_lock:
            DELETE(queue, receipt_handle)

    QUEUE.add_message = add_message
    QUEUE.delete_message = delete_message
