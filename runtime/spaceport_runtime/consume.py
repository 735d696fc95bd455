"""From an SQS batch to one function call per event, with each kind of failure in its place.

- Poison (not an event, an unknown version, a broken field): to the DLQ at once, with the reason.
- Retryable: a copy goes back to the queue with growing delay, so it never counts as a failure.
- Anything else is our bug: the message stays, comes again, and lands in the DLQ after the
  queue's maxReceiveCount.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from spaceport_contracts.events import EVENT_TYPES, Event
from spaceport_runtime.envelope import Envelope
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.observe import logger, stdlib_logger
from spaceport_runtime.ports import Queue

EventHandler = Callable[[Any], None]
TRIES_ATTRIBUTE = "spaceport-tries"


@dataclass(frozen=True)
class Backoff:
    """Delay before try n: base * 2^n up to a maximum, with +-25 % jitter."""

    base_s: float
    max_s: float

    def delay_s(self, tries: int) -> int:
        """Whole seconds, as SQS counts them."""
        delay_s = min(self.max_s, self.base_s * 2.0 ** min(tries, 20))
        return round(min(self.max_s, delay_s * random.uniform(0.75, 1.25)))


def consume(
    sqs_event: dict[str, Any],
    routes: Mapping[str, EventHandler],
    queue: Queue,
    backoff: Backoff,
) -> PartialItemFailureResponse:
    """Handle a batch; `routes` maps a detail-type to the function that handles it.

    Our own events arrive parsed; those of AWS (`Object Created`, state changes) as their detail.
    """

    def record_handler(record: SQSRecord) -> None:
        try:
            _handle(record.body, routes)
        except Poison as poison:
            logger.error("poison", extra={"reason": str(poison)})
            queue.dead_letter(record.body, str(poison))
        except Retryable as busy:
            tries = _tries(record)
            logger.info("busy", extra={"reason": str(busy), "tries": tries})
            queue.send_later(record.body, backoff.delay_s(tries), tries + 1)

    processor = BatchProcessor(
        event_type=EventType.SQS, logger=stdlib_logger, raise_on_entire_batch_failure=False
    )
    return process_partial_response(
        event=sqs_event, record_handler=record_handler, processor=processor
    )


def _handle(body: str, routes: Mapping[str, EventHandler]) -> None:
    try:
        envelope = Envelope.model_validate_json(body)
    except ValidationError as error:
        raise Poison(f"not an EventBridge event: {error}") from error
    route = routes.get(envelope.detail_type)
    if route is None:
        raise Poison(f"nobody here handles {envelope.detail_type}")
    route(_parse(envelope))


def _parse(envelope: Envelope) -> Event | dict[str, Any]:
    event_type = EVENT_TYPES.get(envelope.detail_type)
    if event_type is None:
        return envelope.detail
    try:
        return event_type.model_validate(envelope.detail)
    except ValidationError as error:
        raise Poison(f"not a {envelope.detail_type} of a known version: {error}") from error


def _tries(record: SQSRecord) -> int:
    attribute = record.message_attributes[TRIES_ATTRIBUTE]  # None when it is absent
    return int(attribute.string_value or 0) if attribute else 0
