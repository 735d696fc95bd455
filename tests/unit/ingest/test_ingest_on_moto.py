"""The whole service with its boto3 clients, against moto."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.http_requests import ADA, claims
from tests.photos_ingest import jpeg, photos, zip_of

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.capture import Capture
from spaceport_contracts.events import ReconstructionRequested
from spaceport_ingest import handler
from spaceport_ingest.aws import S3Objects
from spaceport_ingest.ports import ObjectChanged
from spaceport_ingest.settings import Settings
from spaceport_ingest.tables import TABLE_DEFINITION as UPLOADS_DEFINITION
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.tables import LIMITS_DEFINITION, TABLE_DEFINITION

BUCKET = "spaceport"
EVENTS = Path(__file__).parents[2] / "events"


class Cloud:
    """What ingest needs of an account, and a queue that hears what it publishes."""

    def __init__(self) -> None:
        self.s3 = boto3.client("s3")
        self.sqs = boto3.client("sqs")
        events = boto3.client("events")
        self.s3.create_bucket(Bucket=BUCKET)
        settings = PlatformSettings(bucket=BUCKET)
        boto3.client("dynamodb").create_table(TableName=settings.ledger_table, **TABLE_DEFINITION)
        boto3.client("dynamodb").create_table(
            TableName=Settings().uploads_table, **UPLOADS_DEFINITION
        )
        boto3.client("dynamodb").create_table(TableName=settings.limits_table, **LIMITS_DEFINITION)
        for name in ("spaceport-ingest", "spaceport-ingest-dlq", "listener"):
            self.sqs.create_queue(QueueName=name)
        events.create_event_bus(Name=settings.bus_name)
        pattern = json.dumps({"source": ["spaceport.ingest"]})
        events.put_rule(Name="all", EventBusName=settings.bus_name, EventPattern=pattern)
        arn = self.sqs.get_queue_attributes(
            QueueUrl=self.url("listener"), AttributeNames=["QueueArn"]
        )["Attributes"]["QueueArn"]
        targets: list[Any] = [{"Id": "listener", "Arn": arn}]
        events.put_targets(Rule="all", EventBusName=settings.bus_name, Targets=targets)

    def url(self, queue: str) -> str:
        return self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]

    def receive(self, queue: str) -> list[str]:
        answer = self.sqs.receive_message(QueueUrl=self.url(queue), MaxNumberOfMessages=10)
        messages = answer.get("Messages", [])
        for message in messages:
            self.sqs.delete_message(
                QueueUrl=self.url(queue), ReceiptHandle=message["ReceiptHandle"]
            )
        return [message["Body"] for message in messages]

    def published(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.receive("listener")]


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("SPACEPORT_BUCKET", BUCKET)
    with mock_aws():
        handler._kit.cache_clear()
        handler._limits.cache_clear()
        handler._backoff.cache_clear()
        yield Cloud()
    handler._kit.cache_clear()
    handler._limits.cache_clear()
    handler._backoff.cache_clear()


def record(body: str) -> dict[str, Any]:
    return {
        "messageId": "1",
        "receiptHandle": "1",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:spaceport-ingest",
        "awsRegion": "us-east-1",
    }


def upload_event(key: str) -> str:
    detail = {"bucket": {"name": BUCKET}, "object": {"key": key}}
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": detail})


def capture_of(cloud: Cloud, event: ReconstructionRequested) -> Capture:
    bucket, key = split_uri(event.inputs.index.uri)
    body = cloud.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return Capture.model_validate_json(body)


def test_a_zip_that_is_uploaded_becomes_a_job_once(cloud: Cloud) -> None:
    files = {**photos(3), "bad one.jpg": b"text", "ä.jpg": jpeg(9)}
    etag = cloud.s3.put_object(
        Bucket=BUCKET,
        Key="uploads/my trip.zip",
        Body=zip_of(files),
        Metadata={"email": "ada@example.org", "quality": "draft"},
    )["ETag"].strip('"')
    messages = {"Records": [record(upload_event("uploads/my%20trip.zip"))] * 3}
    assert handler.on_message(messages, None) == {"batchItemFailures": []}
    handler.on_sweep({}, None)
    (envelope,) = cloud.published()
    event = ReconstructionRequested.model_validate(envelope["detail"])
    found = {"s3Url": f"s3://{BUCKET}/uploads/my trip.zip", "etag": etag}
    answer = handler.on_request(request("/find-job", found), None)
    assert json.loads(answer["body"]) == {"jobId": event.job_id}
    assert (event.email, event.quality, event.photos) == ("ada@example.org", "draft", 4)
    capture = capture_of(cloud, event)
    assert [photo.name for photo in capture.rejected] == ["bad one.jpg"]
    for photo in capture.photos:
        _, key = split_uri(capture.photos_prefix + photo.key)
        stored = cloud.s3.get_object(Bucket=BUCKET, Key=key)
        assert stored["Body"].read() == files[photo.name]
        assert stored["ContentType"] == "image/jpeg"


@pytest.mark.parametrize(
    "path", sorted(EVENTS.glob("s3-object-created-*.json")), ids=lambda p: p.stem
)
def test_every_dialect_of_the_upload_event(cloud: Cloud, path: Path) -> None:
    cloud.s3.put_object(Bucket=BUCKET, Key="uploads/my trip.zip", Body=zip_of(photos(3)))
    handler.on_message({"Records": [record(path.read_text())]}, None)
    assert [sent["detail-type"] for sent in cloud.published()] == ["ReconstructionRequested"]


def test_a_request_becomes_a_job_through_the_queue(cloud: Cloud) -> None:
    for name, content in photos(3).items():
        cloud.s3.put_object(Bucket=BUCKET, Key=f"captures/a b/{name}", Body=content)
    body = {
        "s3Url": f"https://{BUCKET}.s3.us-west-2.amazonaws.com/captures/a%20b",
        "email": "ada@example.org",
        "pipelineStep": "sfm",
    }
    answer = handler.on_request(request("/start-job", body), None)
    assert answer["statusCode"] == 202, answer
    job_id = json.loads(answer["body"])["jobId"]
    records = [record(message) for message in cloud.receive("spaceport-ingest")]
    assert handler.on_message({"Records": records}, None) == {"batchItemFailures": []}
    (envelope,) = cloud.published()
    assert envelope["detail"]["job_id"] == job_id
    assert handler.on_request(request(f"/jobs/{job_id}/cancel", {}), None)["statusCode"] == 202
    assert [sent["detail-type"] for sent in cloud.published()] == ["CancellationRequested"]


def test_what_is_missing_is_404_and_not_403(cloud: Cloud) -> None:
    body = {"s3Url": f"s3://{BUCKET}/captures/none.zip", "email": "a@b.co", "pipelineStep": "sfm"}
    assert handler.on_request(request("/start-job", body), None)["statusCode"] == 404


def test_poison_goes_to_the_dead_letter_queue(cloud: Cloud) -> None:
    poison = json.dumps({"source": "aws.s3", "detail-type": "Object Created", "detail": {}})
    events = {"Records": [record(poison), record("not json")]}
    assert handler.on_message(events, None) == {"batchItemFailures": []}
    assert len(cloud.receive("spaceport-ingest-dlq")) == 2


def test_objects_on_s3(cloud: Cloud) -> None:
    objects = S3Objects(boto3.client("s3"))
    uri = f"s3://{BUCKET}/a/b.bin"
    put = cloud.s3.put_object(
        Bucket=BUCKET, Key="a/b.bin", Body=b"0123456789", Metadata={"Title": "Strand"}
    )
    etag = put["ETag"].strip('"')
    assert objects.read_range(uri, etag, 2, 3) == b"234"
    assert objects.metadata(uri) == {"title": "Strand"}
    (listed,) = objects.under(f"s3://{BUCKET}/a/")
    assert (listed.uri, listed.bytes, listed.etag) == (uri, 10, etag)
    objects.copy(uri, f"s3://{BUCKET}/c/d e.bin")
    assert [item.bytes for item in objects.under(f"s3://{BUCKET}/c/")] == [10]
    cloud.s3.put_object(Bucket=BUCKET, Key="a/b.bin", Body=b"another")
    with pytest.raises(ObjectChanged):
        objects.read_range(uri, etag, 0, 1)
    cloud.s3.delete_object(Bucket=BUCKET, Key="a/b.bin")
    with pytest.raises(ObjectChanged):  # or it would be asked for until the job is given up
        objects.read_range(uri, etag, 0, 1)


def request(path: str, body: Any) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": path},
            "stage": "$default",
            "authorizer": claims(ADA),
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
