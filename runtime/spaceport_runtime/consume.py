"""From an SQS batch to one function call per event, with each kind of failure in its place.

- Poison (not an event, an unknown version, a broken field): to the DLQ at once, with the reason.
- Retryable: a copy goes back to the queue with growing delay, so it never counts as a failure.
  Denied is one that waiting alone does not mend: it rings an alarm each time, and after a day the
  message goes to the DLQ, from where it can be sent again.
- Anything else is our bug: the message stays, comes again, and lands in the DLQ after the
  queue's maxReceiveCount.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
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

from spaceport_contracts.capture import Frozen
from spaceport_contracts.events import EVENT_TYPES, NOTES, Event, RunAdmitted
from spaceport_runtime.envelope import Envelope
from spaceport_runtime.errors import Denied, Poison, Retryable
from spaceport_runtime.observe import about, counted, logger, stdlib_logger
from spaceport_runtime.ports import Queue

EventHandler = Callable[[Any], None]
TRIES_ATTRIBUTE = "spaceport-tries"
DENIED_TRIES = 100  # about a day of the longest delay


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
            queue.dead_letter(record.body, str(poison))
        except Retryable as busy:
            _send_back(record, busy, queue, backoff)

    processor = BatchProcessor(
        event_type=EventType.SQS, logger=stdlib_logger, raise_on_entire_batch_failure=False
    )
    return process_partial_response(
        event=sqs_event, record_handler=record_handler, processor=processor
    )


def _send_back(record: SQSRecord, busy: Retryable, queue: Queue, backoff: Backoff) -> None:
    tries = _tries(record)
    if isinstance(busy, Denied) and tries >= DENIED_TRIES:
        queue.dead_letter(record.body, f"{busy.code}: {busy}")
        return
    queue.send_later(record.body, backoff.delay_s(tries), tries + 1)


def _handle(body: str, routes: Mapping[str, EventHandler]) -> None:
    with _logged():
        envelope = _open(body)
        route = routes.get(envelope.detail_type)
        if route is None:
            raise Poison(f"nobody here handles {envelope.detail_type}")
        message = _parse(envelope)
    with _about(message), _logged():
        route(message)


def _open(body: str) -> Envelope:
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        raise Poison(f"not an EventBridge event: {error}") from error


def _parse(envelope: Envelope) -> Frozen | dict[str, Any]:
    known = EVENT_TYPES.get(envelope.detail_type) or NOTES.get(envelope.detail_type)
    if known is None:
        return envelope.detail
    try:
        return known.model_validate(envelope.detail)
    except ValidationError as error:
        raise Poison(f"not a {envelope.detail_type} of a known version: {error}") from error


def _about(message: Any) -> AbstractContextManager[None]:
    """What the message says of the job; AWS's own events do not know it, their handlers do."""
    if isinstance(message, Event):
        return about(message.job_id, message.correlation_id)
    return about(message.job_id) if isinstance(message, RunAdmitted) else nullcontext()


@contextmanager
def _logged() -> Iterator[None]:
    """Trouble is logged here, while the line still knows the job; each kind is a metric."""
    try:
        yield
    except Denied as denied:
        facts = {"reason": str(denied), "code": denied.code}
        logger.error("denied", extra=facts | counted("Denied"))
        raise
    except Retryable as busy:
        logger.info("busy", extra={"reason": str(busy)} | counted("Busy"))
        raise
    except Poison as poison:
        logger.error("poison", extra={"reason": str(poison)} | counted("Poison"))
        raise
    except Exception:
        logger.exception("broken", extra=counted("Broken"))
        raise


def _tries(record: SQSRecord) -> int:
    attribute = record.message_attributes[TRIES_ATTRIBUTE]  # None when it is absent
    return int(attribute.string_value or 0) if attribute else 0
