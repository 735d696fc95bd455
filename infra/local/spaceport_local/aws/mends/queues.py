"""moto's queues: they tell when a message arrives, and lose none while others are deleted.

A long queue costs no more than a short one: moto counts all messages of the queue, three times,
for each message that it hands out.
"""

from collections.abc import Callable
from typing import Any

from moto.core.utils import unix_time
from moto.sqs.models import Queue, SQSBackend

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

    backend: Any = SQSBackend
    backend.is_message_valid_based_on_retention_period = _is_kept
    QUEUE.add_message = add_message
    QUEUE.delete_message = delete_message


def _is_kept(backend: Any, queue_name: str, message: Any) -> bool:
    retention_s = backend.get_queue(queue_name).message_retention_period
    return bool(unix_time() < retention_s + message.sent_timestamp / 1000)
