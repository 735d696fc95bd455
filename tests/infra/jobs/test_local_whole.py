"""From S3 upload to e-mail: all five services, quick jobs."""

import http.client
import json
import select
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.http.server import THREADS
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from tests.infra.asked import get, signed_in
from tests.infra.clouds import Events, Program, wait_for
from tests.infra.uploads import mails, status_of, upload


class Works:
    """A program that works, or that fails with a reason."""

    def __init__(self) -> None:
        self.program = Program()
        self.reason = ""

    def __call__(self, task: Task) -> int:
        if not self.reason:
            return self.program(task)
        told = {"class": "user", "reason": self.reason, "remedy": "Fly again."}
        for name in ("failure", "message"):
            path = task.root / "output" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(told))
        return 1


@pytest.fixture(scope="module")
def works() -> Works:
    return Works()


@pytest.fixture(scope="module")
def cloud(works: Works, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state_dir = tmp_path_factory.mktemp("whole")
    patient = {"SPACEPORT_API_LONG_POLLS": str(2 * THREADS)}
    options = CloudOptions(state_dir, runner=FunctionRunner(works), variables=patient)
    with LocalCloud(options) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def events(cloud: LocalCloud) -> Events:
    return Events(cloud)


def test_an_upload_ends_in_one_mail(cloud: LocalCloud, events: Events, works: Works) -> None:
    job_id = upload(cloud, "beach")
    wait_for(lambda: mails(cloud, "beach"))
    status = status_of(cloud, job_id)
    assert (status["status"], status["title"]) == ("delivered", "beach")
    assert [name for name in works.program.started if job_id in name] == [
        f"sfm-{job_id}-01",
        f"train-{job_id}-01",
        f"compress-{job_id}-01",
    ]
    assert mails(cloud, "beach")[0]["To"] == "you@example.com"
    chain = {e["event_id"]: e["causation_id"] for e in (x["detail"] for x in events.envelopes)}
    link = events.named("SplatCompressed")[0]["event_id"]
    steps = 0
    while link in chain:
        link, steps = chain[link], steps + 1
    assert steps == 4


def test_the_report_is_served_beside_the_status(cloud: LocalCloud) -> None:
    job_id = upload(cloud, "served")
    wait_for(lambda: mails(cloud, "served"))
    path = status_of(cloud, job_id)["report"]
    with urllib.request.urlopen(signed_in(cloud, path)) as answer:
        assert answer.status == 200


def test_a_broken_upload_is_refused(cloud: LocalCloud, events: Events) -> None:
    cloud.client("s3").put_object(Bucket=cloud.bucket, Key="uploads/sea.zip", Body=b"no zip")
    assert events.wait("CaptureRejected")[0]["remedy"]


def test_a_failed_job_says_why(cloud: LocalCloud, works: Works, events: Events) -> None:
    works.reason = "The photos do not overlap."
    job_id = upload(cloud, "fog")
    failed = events.wait("StageFailed")[0]
    works.reason = ""
    assert (failed["job_id"], failed["stage"], failed["failure_class"]) == (job_id, "sfm", "user")
    assert (failed["reason"], failed["remedy"]) == ("The photos do not overlap.", "Fly again.")
    wait_for(lambda: mails(cloud, "fog"))
    assert status_of(cloud, job_id)["status"] == "failed"


def test_a_cancelled_job_stops(cloud: LocalCloud, works: Works, events: Events) -> None:
    works.program.hold = {"sfm"}
    job_id = upload(cloud, "regret")
    wait_for(lambda: f"sfm-{job_id}-01" in works.program.started)
    request = signed_in(cloud, f"/jobs/{job_id}/cancel", None, "POST")
    with urllib.request.urlopen(request) as answer:
        assert answer.status in (200, 202)
    assert events.wait("JobCancelled")[0]["job_id"] == job_id
    works.program.hold = set()
    sagemaker = cloud.client("sagemaker")
    name = {"ProcessingJobName": f"sfm-{job_id}-01"}
    wait_for(lambda: sagemaker.describe_processing_job(**name)["ProcessingJobStatus"] == "Stopped")
    wait_for(lambda: status_of(cloud, job_id)["status"] == "cancelled")


def test_poison_goes_to_the_dead_letters(cloud: LocalCloud) -> None:
    entry = {
        "EventBusName": "spaceport",
        "Source": "spaceport.sfm",
        "DetailType": "SparseModelBuilt",
        "Detail": '{"version": 99}',
    }
    cloud.client("events").put_events(Entries=[entry])
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="spaceport-train-dlq")["QueueUrl"]

    def dead() -> list[dict[str, Any]]:
        received = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        messages: list[dict[str, Any]] = received.get("Messages", [])
        return messages

    letter = wait_for(dead)[0]
    assert "SparseModelBuilt" in letter["MessageAttributes"]["spaceport-reason"]["StringValue"]


def test_the_front_door_refuses_with_a_problem(cloud: LocalCloud) -> None:
    request = signed_in(cloud, "/start-job", b"{}")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as refusal:
        assert 400 <= refusal.code < 500
        assert refusal.headers["Content-Type"].startswith("application/problem+json")


DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000
HOSTILE = {
    "deep": DEEP,
    "deep lists": b"[" * 100_000,
    "a surrogate": b'{"s3Url": "\\ud800", "email": "a@b.cd", "pipelineStep": "sfm"}',
    "no UTF-8": b'{"s3Url": "\xff\xfe"}',
    "a number without an end": b'{"s3Url": ' + b"9" * 100_000 + b"}",
    "not a number": b'{"s3Url": NaN}',
    "a list": b"[1]",
    "twice": b'{"s3Url": "a", "s3Url": "b"}',
    "nothing": b"",
    "a zero byte": b'{"s3Url": "s3://spaceport/\\u0000", "email": "a@b.cd", "pipelineStep": "sfm"}',
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("path", ["/start-job", "/jobs/none/replay", "/jobs/%ff%00/replay"])
def test_hostile_bodies_are_refused_in_words(cloud: LocalCloud, path: str, body: bytes) -> None:
    request = signed_in(cloud, path, body)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as refusal:
        assert 400 <= refusal.code < 500
        assert refusal.headers["Content-Type"].startswith("application/problem+json")
        assert json.load(refusal)["title"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_called_json_starts_no_job(cloud: LocalCloud, content_type: str) -> None:
    """A web page can send these anywhere without asking."""
    s3_url = f"s3://{cloud.bucket}/captures/none.zip"
    job = {"s3Url": s3_url, "email": "a@b.cd", "pipelineStep": "sfm"}
    request = signed_in(cloud, "/start-job", json.dumps(job).encode(), Content_Type=content_type)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    with caught.value as refusal:
        assert refusal.code == 415


@pytest.mark.parametrize("ending", ["zip", "ZIP", "Zip"])
def test_a_zip_starts_a_job_in_any_letter_case(
    cloud: LocalCloud, events: Events, ending: str
) -> None:
    key = f"uploads/case-{ending}.{ending}"
    cloud.client("s3").put_object(Bucket=cloud.bucket, Key=key, Body=b"no zip")
    wait_for(lambda: [e for e in events.named("CaptureRejected") if ending in e["title"]])


def test_those_who_wait_for_news_hold_up_nobody(cloud: LocalCloud, works: Works) -> None:
    works.program.hold = {"sfm"}  # nothing happens to the job until everybody has asked
    job_id = upload(cloud, "watched")
    wait_for(lambda: any(job_id in name for name in works.program.started))
    wait_for(lambda: status_of(cloud, job_id)["status"] == "running")
    host = cloud.api_url.removeprefix("http://")
    last = max(event["seq"] for event in events_of(cloud, job_id))
    with ExitStack() as stack:
        stack.callback(works.program.go_on.set)
        sockets = []
        for _ in range(THREADS + 4):
            waiting = stack.enter_context(closing(http.client.HTTPConnection(host, timeout=60)))
            path = f"/jobs/{job_id}/events?after={last}&wait=20"
            waiting.request("GET", path, headers={"Authorization": f"Bearer {cloud.token}"})
            sockets.append(waiting.sock)
        assert status_of(cloud, job_id)["status"] == "running"
        answered, _, _ = select.select(sockets, [], [], 0)
        assert answered == []
        works.program.go_on.set()
        wait_for(lambda: select.select(sockets, [], [], 0)[0])
    wait_for(lambda: mails(cloud, "watched"))


def events_of(cloud: LocalCloud, job_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(cloud, f"/jobs/{job_id}/events")["events"]
    return found
