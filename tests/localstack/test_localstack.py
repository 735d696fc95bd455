"""S3 upload -> ... -> SES mail on the real LocalStack, with quick jobs; then replay, DLQ, redrive.

`make test-localstack` installs and starts LocalStack. With AWS_ENDPOINT_URL set (for example to
the one of docker-compose.localstack.yml), that one is used instead.
"""

import hashlib
import io
import json
import os
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.quick import quick_job
from localstack_client.session import Session
from PIL import Image

from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_local.hosted import HostedCloud, HostedOptions
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.asked import get, post
from tests.infra.uploads import job_of
from tests.localstack.server import is_installed, running_localstack

pytestmark = [
    pytest.mark.localstack,
    pytest.mark.skipif(
        not is_installed() and "AWS_ENDPOINT_URL" not in os.environ,
        reason="LocalStack is not installed; `make test-localstack` does that",
    ),
]
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("AWS_ENDPOINT_URL")
    if given:
        yield given
        return
    with running_localstack(tmp_path_factory.mktemp("localstack") / "localstack.log") as url:
        yield url


@pytest.fixture(scope="module")
def cloud(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostedCloud]:
    work_dir = tmp_path_factory.mktemp("hosted")
    options = HostedOptions(endpoint, work_dir, runner=FunctionRunner(quick_job))
    with HostedCloud(options) as hosted:
        yield hosted


@pytest.fixture(scope="module")
def aws(endpoint: str) -> Session:
    """The tests' own way to LocalStack, beside the clients of the code under test."""
    return Session(localstack_host=endpoint.removeprefix("http://"))


@pytest.fixture(scope="module")
def delivered(cloud: HostedCloud, aws: Session) -> str:
    """The id of a job that went all the way."""
    job_id = upload(aws, cloud, "all-the-way")
    eventually(lambda: status_of(cloud, job_id).get("status") == "delivered")
    return job_id


def eventually(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not happen in time"
        time.sleep(0.2)


def photo(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


def upload(aws: Session, cloud: HostedCloud, name: str) -> str:
    """Four photos, then the manifest; returns the job's id."""
    s3, bucket = aws.client("s3"), cloud.topology.bucket
    photos = []
    for n in range(4):
        content = photo(n)
        key = f"{n:04d}.jpg"
        s3.put_object(Bucket=bucket, Key=f"uploads/{name}/photos/{key}", Body=content)
        digest = hashlib.sha256(content).hexdigest()
        photos.append(UploadedPhoto(name=key, key=key, bytes=len(content), sha256=digest))
    manifest = UploadManifest(title=name, email="ann@example.com", photos=tuple(photos))
    key = f"uploads/{name}/manifest.json"
    answer = s3.put_object(Bucket=bucket, Key=key, Body=manifest.model_dump_json().encode())
    return job_of(cloud, f"s3://{bucket}/{key}", answer["ETag"].strip('"'))


def status_of(cloud: HostedCloud, job_id: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = get(cloud, f"/jobs/{job_id}")
        return found
    except urllib.error.HTTPError as error:
        assert error.code == 404
        return {}


def mails(endpoint: str, subject: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{endpoint}/_aws/ses", timeout=10) as answer:
        sent: list[dict[str, Any]] = json.load(answer)["messages"]
    ends = [mail for mail in sent if "X-Spaceport-Kind: started" not in json.dumps(mail)]
    return [mail for mail in ends if subject in json.dumps(mail)]


def queue_url(aws: Session, name: str) -> str:
    url: str = aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


def waiting(aws: Session, name: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = queue_url(aws, name)
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return sum(int(value) for value in found["Attributes"].values())


def test_an_upload_ends_in_a_mail(cloud: HostedCloud, endpoint: str, delivered: str) -> None:
    assert status_of(cloud, delivered)["status"] == "delivered"
    eventually(lambda: len(mails(endpoint, "all-the-way")) == 1)


def test_every_stage_launched_one_job(cloud: HostedCloud, delivered: str) -> None:
    sagemaker = [f"{stage}-{delivered}-01" for stage in ("sfm", "train", "compress")]
    assert sorted(cloud.sagemaker.names()) == sorted(sagemaker)


def test_replaying_the_archive_changes_nothing(
    cloud: HostedCloud, aws: Session, endpoint: str, delivered: str
) -> None:
    eventually(lambda: len(mails(endpoint, "all-the-way")) == 1)
    events = aws.client("events")
    archive = events.describe_archive(ArchiveName=cloud.topology.archive)
    now = datetime.now(UTC)
    before = cloud.sagemaker.names()
    events.start_replay(
        ReplayName="drill",
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=now - timedelta(hours=1),
        EventEndTime=now + timedelta(minutes=2),
        Destination={"Arn": archive["EventSourceArn"]},
    )
    eventually(lambda: events.describe_replay(ReplayName="drill")["State"] == "COMPLETED")
    queues = [queue.name for queue in cloud.topology.queues]
    eventually(lambda: all(waiting(aws, name) == 0 for name in queues))
    assert cloud.sagemaker.names() == before
    assert len(mails(endpoint, "all-the-way")) == 1
    assert all(waiting(aws, queue.dead_letter_name) == 0 for queue in cloud.topology.queues)


@pytest.mark.usefixtures("cloud")
def test_poison_waits_in_the_dlq_and_can_be_redriven(aws: Session) -> None:
    sqs = aws.client("sqs")
    body = json.dumps({"source": "spaceport.sfm", "detail-type": "SplatTrained", "detail": {}})
    sqs.send_message(QueueUrl=queue_url(aws, "spaceport-compress"), MessageBody=body)
    eventually(lambda: waiting(aws, "spaceport-compress-dlq") == 1)
    dead = sqs.receive_message(
        QueueUrl=queue_url(aws, "spaceport-compress-dlq"),
        MessageAttributeNames=["All"],
        VisibilityTimeout=0,
    )["Messages"][0]
    assert "SplatTrained" in dead["MessageAttributes"]["spaceport-reason"]["StringValue"]
    arns = [
        sqs.get_queue_attributes(QueueUrl=queue_url(aws, name), AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        for name in ("spaceport-compress-dlq", "spaceport-compress")
    ]
    sqs.start_message_move_task(SourceArn=arns[0], DestinationArn=arns[1])
    eventually(lambda: waiting(aws, "spaceport-compress") == 0)
    eventually(lambda: waiting(aws, "spaceport-compress-dlq") == 1)


def test_a_job_is_replayed_from_its_stored_artifacts(cloud: HostedCloud, delivered: str) -> None:
    post(cloud, f"/jobs/{delivered}/replay", {"from": "compression"})
    eventually(lambda: f"compress-{delivered}-02" in cloud.sagemaker.names())
    eventually(
        lambda: (
            status_of(cloud, delivered)["attempt"] == 2
            and status_of(cloud, delivered)["status"] == "delivered"
        )
    )
    assert f"sfm-{delivered}-02" not in cloud.sagemaker.names()


@pytest.fixture(autouse=True, scope="session")
def no_real_account() -> Path:
    """A wrong endpoint must fail here, not reach somebody's account."""
    os.environ.setdefault("AWS_CONFIG_FILE", os.devnull)
    os.environ.setdefault("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    return Path(os.devnull)
