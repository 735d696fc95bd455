"""Each kind of failure ends in its place: DLQ, queue, or back for another delivery."""

import json
import logging
from typing import Any

import pytest

from spaceport_contracts.events import CancellationRequested, Event
from spaceport_runtime.consume import DENIED_TRIES, TRIES_ATTRIBUTE, Backoff, consume
from spaceport_runtime.errors import Denied, Poison, Retryable
from spaceport_runtime.observe import logger, stdlib_logger

BACKOFF = Backoff(base_s=5, max_s=900)
CANCELLATION = {
    "event_id": "e",
    "job_id": "0123456789ab",
    "correlation_id": "c",
    "causation_id": "u",
    "occurred_at": "2026-11-01T00:00:00Z",
    "attempt": 1,
}


class Queue:
    def __init__(self) -> None:
        self.later: list[tuple[str, int, int]] = []
        self.dead: list[tuple[str, str]] = []

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        self.later.append((body, delay_s, tries))

    def dead_letter(self, body: str, reason: str) -> None:
        self.dead.append((body, reason))


def record(body: str, message_id: str = "1", tries: int = 0) -> dict[str, Any]:
    attribute = {"stringValue": str(tries), "dataType": "String"}
    return {
        "messageId": message_id,
        "receiptHandle": "",
        "body": body,
        "attributes": {},
        "messageAttributes": {TRIES_ATTRIBUTE: attribute} if tries else {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q",
        "awsRegion": "us-east-1",
    }


def body_of(detail: dict[str, Any], name: str = "CancellationRequested") -> str:
    return json.dumps({"source": "spaceport.ingest", "detail-type": name, "detail": detail})


def test_events_arrive_parsed() -> None:
    seen: list[Event] = []
    routes = {"CancellationRequested": seen.append}
    answer = consume({"Records": [record(body_of(CANCELLATION))]}, routes, Queue(), BACKOFF)
    assert answer["batchItemFailures"] == []
    assert isinstance(seen[0], CancellationRequested)


def test_aws_events_arrive_as_their_detail() -> None:
    seen: list[dict[str, Any]] = []
    body = body_of({"bucket": {"name": "b"}}, "Object Created")
    consume({"Records": [record(body)]}, {"Object Created": seen.append}, Queue(), BACKOFF)
    assert seen == [{"bucket": {"name": "b"}}]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("not json", "not an EventBridge event"),
        (body_of(CANCELLATION, "Unheard"), "nobody here handles Unheard"),
        (body_of({**CANCELLATION, "version": 7}), "known version"),
        (body_of({**CANCELLATION, "attempt": "many"}), "known version"),
    ],
)
def test_poison_goes_to_the_dlq_at_once_with_its_reason(body: str, word: str) -> None:
    queue = Queue()
    routes = {"CancellationRequested": lambda event: None}
    answer = consume({"Records": [record(body)]}, routes, queue, BACKOFF)
    assert answer["batchItemFailures"] == []
    assert queue.dead[0][0] == body
    assert word in queue.dead[0][1]


def test_busy_goes_back_with_growing_delay() -> None:
    queue = Queue()

    def busy(_event: Event) -> None:
        raise Retryable("throttled")

    for tries in (0, 3):
        records = {"Records": [record(body_of(CANCELLATION), tries=tries)]}
        answer = consume(records, {"CancellationRequested": busy}, queue, BACKOFF)
        assert answer["batchItemFailures"] == []
    (_, first_s, one), (_, later_s, four) = queue.later
    assert (one, four) == (1, 4)
    assert first_s < later_s
    assert queue.dead == []


def test_a_bug_fails_only_its_own_message() -> None:
    def broken(event: CancellationRequested) -> None:
        if event.attempt == 2:
            raise ZeroDivisionError

    good, bad = body_of(CANCELLATION), body_of({**CANCELLATION, "attempt": 2})
    records = {"Records": [record(good, "good"), record(bad, "bad")]}
    answer = consume(records, {"CancellationRequested": broken}, Queue(), BACKOFF)
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == ["bad"]


def test_backoff_grows_and_is_bounded() -> None:
    assert 3 <= BACKOFF.delay_s(0) <= 7
    assert 30 <= BACKOFF.delay_s(3) <= 50
    assert BACKOFF.delay_s(50) <= 900


def test_what_aws_denies_waits_with_an_alarm_for_a_day_and_then_leaves_the_queue() -> None:
    queue = Queue()

    def denied(_event: Event) -> None:
        raise Denied("AccessDenied", "not since the last deployment")

    for tries in (0, DENIED_TRIES - 1, DENIED_TRIES):
        records = {"Records": [record(body_of(CANCELLATION), tries=tries)]}
        consume(records, {"CancellationRequested": denied}, queue, BACKOFF)
    assert [tries for _, _, tries in queue.later] == [1, DENIED_TRIES]
    assert queue.dead == [(body_of(CANCELLATION), "AccessDenied: not since the last deployment")]


class Lines(logging.Handler):
    """What was logged, as it would be written."""

    def __init__(self, like: logging.Handler) -> None:
        super().__init__()
        self.setFormatter(like.formatter)
        self.seen: list[dict[str, Any]] = []

    def emit(self, line: logging.LogRecord) -> None:
        self.seen.append(json.loads(self.format(line)))


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        (Retryable("busy"), "Busy"),
        (Denied("AccessDenied", "no"), "Denied"),
        (Poison("no event"), "Poison"),
        (ZeroDivisionError("a bug"), "Broken"),
    ],
)
def test_every_line_carries_the_job_and_trouble_is_counted(error: Exception, metric: str) -> None:
    lines = Lines(stdlib_logger.handlers[0])
    stdlib_logger.addHandler(lines)
    stdlib_logger.setLevel(logging.INFO)

    def trouble(_event: Event) -> None:
        logger.info("at work")
        raise error

    records = {"Records": [record(body_of(CANCELLATION))]}
    consume(records, {"CancellationRequested": trouble}, Queue(), BACKOFF)
    stdlib_logger.removeHandler(lines)
    about = [(line["job_id"], line["correlation_id"]) for line in lines.seen[:2]]
    assert about == [("0123456789ab", "c")] * 2
    assert lines.seen[1][metric] == [1.0]
    assert "job_id" not in logger.thread_safe_get_current_keys()
