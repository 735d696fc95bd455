"""The event source mapping's rules, against moto's SQS."""

import json
import threading
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from moto.sqs.models import Message, sqs_backends

from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.functions.bell import Bell
from spaceport_local.functions.poller import Mapping, poll_once
from tests.infra.clouds import NOTHING

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:work"


@pytest.fixture(scope="module")
def sqs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    state_dir: Path = tmp_path_factory.mktemp("poller")
    with LocalCloud(CloudOptions(state_dir, topology=NOTHING)) as cloud:
        yield cloud.client("sqs")


@pytest.fixture
def urls(sqs: Any) -> Iterator[dict[str, str]]:
    dead = sqs.create_queue(QueueName="work-dlq")["QueueUrl"]
    redrive = {"deadLetterTargetArn": QUEUE_ARN + "-dlq", "maxReceiveCount": 2}
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(redrive)}
    work = sqs.create_queue(QueueName="work", Attributes=attributes)["QueueUrl"]
    yield {"work": work, "dead": dead}
    for url in (work, dead):
        sqs.delete_queue(QueueUrl=url)


class Handler:
    """Remembers what it got and answers or raises what it was told to."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.fails: set[str] = set()
        self.error: Exception | None = None

    def __call__(self, event: dict[str, Any]) -> Any:
        self.records += event["Records"]
        if self.error:
            raise self.error
        bad = [r["messageId"] for r in event["Records"] if r["body"] in self.fails]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in bad]}


def poll(sqs: Any, urls: dict[str, str], handler: Any) -> int:
    return poll_once(Mapping(urls["work"], QUEUE_ARN, "work", handler), sqs)


def bodies(sqs: Any, url: str) -> list[str]:
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sorted(message["Body"] for message in answer.get("Messages", []))


def test_an_empty_queue_calls_nobody(sqs: Any, urls: dict[str, str]) -> None:
    handler = Handler()
    assert poll(sqs, urls, handler) == 0
    assert handler.records == []


def test_what_succeeds_is_deleted_and_what_fails_stays(sqs: Any, urls: dict[str, str]) -> None:
    handler = Handler()
    handler.fails = {"bad"}
    for body in ("good", "bad", "fine"):
        sqs.send_message(QueueUrl=urls["work"], MessageBody=body)
    while not {"good", "bad", "fine"} <= {record["body"] for record in handler.records}:
        poll(sqs, urls, handler)
    assert bodies(sqs, urls["work"]) == ["bad"]


def test_a_function_error_deletes_nothing(sqs: Any, urls: dict[str, str]) -> None:
    handler = Handler()
    handler.error = RuntimeError("bug")
    sqs.send_message(QueueUrl=urls["work"], MessageBody="a")
    assert poll(sqs, urls, handler) == 1
    assert bodies(sqs, urls["work"]) == ["a"]


def test_an_answer_that_makes_no_sense_deletes_nothing(sqs: Any, urls: dict[str, str]) -> None:
    sqs.send_message(QueueUrl=urls["work"], MessageBody="a")
    poll(sqs, urls, lambda _event: {"batchItemFailures": [{"wrong": 1}]})
    assert bodies(sqs, urls["work"]) == ["a"]


def test_what_fails_too_often_goes_to_the_dead_letters(sqs: Any, urls: dict[str, str]) -> None:
    handler = Handler()
    handler.fails = {"bad"}
    sqs.send_message(QueueUrl=urls["work"], MessageBody="bad")
    counts = []
    while poll(sqs, urls, handler):
        counts.append(handler.records[-1]["attributes"]["ApproximateReceiveCount"])
    assert counts == ["1", "2"]
    assert bodies(sqs, urls["dead"]) == ["bad"]
    assert bodies(sqs, urls["work"]) == []


def test_a_record_looks_like_lambdas(sqs: Any, urls: dict[str, str]) -> None:
    handler = Handler()
    event = {"source": "spaceport.sfm", "detail-type": "X", "detail": {"name": "Straße"}}
    attribute = {"tries": {"DataType": "String", "StringValue": "3"}}
    sqs.send_message(
        QueueUrl=urls["work"], MessageBody=json.dumps(event), MessageAttributes=attribute
    )
    poll(sqs, urls, handler)
    record = handler.records[0]
    assert json.loads(record["body"]) == {**event, "account": "123456789012"}
    assert record["messageAttributes"]["tries"]["stringValue"] == "3"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == QUEUE_ARN
    assert {"messageId", "receiptHandle", "md5OfBody", "awsRegion"} <= record.keys()


def test_a_message_that_arrives_while_another_is_deleted_is_not_lost(
    sqs: Any, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """moto writes the list of messages anew to delete one."""
    sqs.send_message(QueueUrl=urls["work"], MessageBody="first")
    receipt = sqs.receive_message(QueueUrl=urls["work"])["Messages"][0]["ReceiptHandle"]
    queue = sqs_backends[ACCOUNT][REGION].queues["work"]
    late = deepcopy(queue._messages[0])
    adding = threading.Thread(target=queue.add_message, args=(late,))
    looks = Message.had_receipt_handle

    def look(message: Message, handle: str) -> bool:
        if not adding.ident:
            adding.start()
            adding.join(0.5)
        return looks(message, handle) if message is not late else False

    monkeypatch.setattr(Message, "had_receipt_handle", look)
    sqs.delete_message(QueueUrl=urls["work"], ReceiptHandle=receipt)
    adding.join()
    assert queue._messages == [late]


def test_a_poller_is_woken_for_its_own_queue_only() -> None:
    bell = Bell()
    heard = {name: bell.rings(name) for name in ("work", "other")}
    bell.ring("work")
    assert (bell.rings("work") > heard["work"], bell.rings("other")) == (True, heard["other"])
    bell.ring()
    assert bell.rings("other") > heard["other"]
