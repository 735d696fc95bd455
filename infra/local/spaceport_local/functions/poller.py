"""Feed a function from a queue, the way Lambda's event source mapping does.

A batch that is handled is deleted except for what the function reports in `batchItemFailures`; a
function that raises deletes nothing. Visibility is never reset, and the queue's own RedrivePolicy
moves what fails too often.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.functions.bell import Bell

Deliver = Callable[[dict[str, Any]], Any]
BATCH_SIZE = 10
IDLE_POLL_S = 1.0
log = logging.getLogger("spaceport.local")


@dataclass(frozen=True)
class Mapping:
    """A queue and the function that it feeds."""

    queue_url: str
    queue_arn: str
    function: str
    deliver: Deliver


def poll_once(mapping: Mapping, sqs: Any) -> int:
    """Receive one batch and deliver it; returns the number of messages."""
    messages: list[dict[str, Any]] = sqs.receive_message(
        QueueUrl=mapping.queue_url,
        MaxNumberOfMessages=BATCH_SIZE,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages", [])
    if not messages:
        return 0
    event = {"Records": [as_record(message, mapping.queue_arn) for message in messages]}
    try:
        failed = failed_ids(mapping.deliver(event))
    except Exception:  # as in Lambda: whatever the function raises, the batch comes again
        log.exception("function %s failed", mapping.function)
        return len(messages)
    done = [message for message in messages if message["MessageId"] not in failed]
    if done:
        entries = [
            {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
            for n, message in enumerate(done)
        ]
        sqs.delete_message_batch(QueueUrl=mapping.queue_url, Entries=entries)
    return len(messages)


def failed_ids(answer: Any) -> set[str]:
    """The messages that the function wants to see again; raises when its answer makes no sense."""
    if not answer:
        return set()
    return {item["itemIdentifier"] for item in answer.get("batchItemFailures") or ()}


def as_record(message: dict[str, Any], queue_arn: str) -> dict[str, Any]:
    """An SQS message in the form in which Lambda hands it over."""
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": _with_account(message["Body"]),
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    attribute = {"dataType": value["DataType"], "stringListValues": [], "binaryListValues": []}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    return attribute


def _with_account(body: str) -> str:
    """moto leaves the account out of events on a bus of one's own."""
    try:
        event = json.loads(body)
    except ValueError:
        return body
    if not isinstance(event, dict) or "detail-type" not in event or event.get("account"):
        return body
    return json.dumps({**event, "account": ACCOUNT}, ensure_ascii=False)


class Poller:
    """Polls one queue in a thread until it is stopped."""

    def __init__(self, mapping: Mapping, sqs: Any, bell: Bell) -> None:
        self._mapping = mapping
        self._sqs = sqs
        self._bell = bell
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=mapping.function)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in hand; call `join` to wait for it."""
        self._stopping.set()
        self._bell.ring()

    def join(self, timeout_s: float) -> None:
        """Wait until the batch in hand is done, within reason: it may come twice."""
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        queue = self._mapping.queue_url.rpartition("/")[2]
        while not self._stopping.is_set():
            heard = self._bell.rings(queue)
            try:
                received = poll_once(self._mapping, self._sqs)
            except (ClientError, BotoCoreError):
                log.exception("queue of %s cannot be polled", self._mapping.function)
                received = 0
            if not received:
                self._bell.wait(queue, heard, IDLE_POLL_S)
