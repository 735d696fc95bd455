"""One trace from the upload to the mail: what Lambda hands us goes along with all that we send."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from spaceport_contracts.events import Stage, StageWaiting
from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.aws.queue import SqsQueue

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


class Recorder:
    """EventBridge, as far as to keep what was put."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{} for _ in Entries]}


def publish() -> dict[str, Any]:
    client = Recorder()
    event = StageWaiting(
        event_id="e",
        job_id="0123456789ab",
        correlation_id="c",
        causation_id="u",
        occurred_at=datetime(2026, 11, 1, tzinfo=UTC),
        attempt=1,
        stage=Stage.SFM,
        place=1,
        instance_type="ml.c6i.2xlarge",
    )
    EventBridgeBus(client, "spaceport", "sfm").publish(event)  # type: ignore[arg-type]
    return client.entries[0]


def test_an_event_carries_the_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    assert "TraceHeader" not in publish()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    assert publish()["TraceHeader"] == TRACE


@mock_aws
def test_a_message_that_is_put_back_keeps_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE)
    session: Any = boto3.Session(
        aws_access_key_id="t", aws_secret_access_key="t", region_name="us-east-1"
    )
    sqs = session.client("sqs")
    url = sqs.create_queue(QueueName="spaceport-sfm")["QueueUrl"]
    SqsQueue(sqs, "spaceport-sfm").send_later("body", 0, 1)
    (message,) = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])["Messages"]
    assert message["Attributes"]["AWSTraceHeader"] == TRACE
