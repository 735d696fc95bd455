"""What people are told by the whole cloud: lists, live events, mail that stops, webhooks."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from bench.serving import Quiet, served

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner
from spaceport_topology.wiring import STATUS_TABLE
from tests.http_requests import storm
from tests.infra.asked import get, post, signed_in
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import all_mails, mails, status_of, upload

LOOPBACK = {"SPACEPORT_NOTIFY_WEBHOOKS_TO_LOOPBACK": "true"}


class Receiver(Quiet):
    """Somebody's server, which is down at first."""

    posted: ClassVar[list[dict[str, Any]]] = []
    refusals: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.refusals.pop() if self.refusals else 204
        if status == 204:
            self.posted.append(body)
        self.send_response(status)
        self.end_headers()


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    with served(Receiver) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    state_dir: Path = tmp_path_factory.mktemp("people")
    options = CloudOptions(
        state_dir=state_dir, runner=FunctionRunner(Program()), variables=LOOPBACK
    )
    with LocalCloud(options) as cloud:
        yield cloud


def open_page(url: str, form: bytes | None = None) -> bytes:
    """As whoever reads a mail: nobody has signed in."""
    with urllib.request.urlopen(url, form, timeout=40) as answer:
        content: bytes = answer.read()
        return content


def test_an_uploader_finds_the_job_and_follows_it(cloud: LocalCloud) -> None:
    job_id = upload(cloud, "followed")
    query = urllib.parse.urlencode({"upload": "uploads/followed/manifest.json"})
    wait_for(lambda: get(cloud, f"/jobs?{query}")["jobs"])
    [listed] = get(cloud, f"/jobs?{query}")["jobs"]
    assert listed["job_id"] == job_id
    types: list[str] = []
    page: dict[str, Any] = {"next": 0, "over": False}
    while not (page["over"] and not page["events"]):
        page = get(cloud, f"/jobs/{job_id}/events?after={page['next']}&wait=20")
        types += [event["type"] for event in page["events"]]
    assert (types[0], types[-1]) == ("ReconstructionRequested", "SplatCompressed")
    assert types.count("StageStarted") == 3


def test_one_click_in_a_mail_stops_the_mail(cloud: LocalCloud) -> None:
    upload(cloud, "noisy", address="quiet@example.com")
    wait_for(lambda: mails(cloud, "noisy"))
    header = all_mails(cloud, "noisy")[0]["List-Unsubscribe"]
    url = header.strip("<>")
    assert url.startswith(f"{cloud.api_url}/unsubscribe/")
    assert b"<form" in open_page(url)
    assert b"Done" in open_page(url, b"List-Unsubscribe=One-Click")
    job_id = upload(cloud, "silent", address="quiet@example.com")
    wait_for(lambda: "/delivered/" in kept_of(cloud, job_id))  # the mail was due, and dealt with
    assert all_mails(cloud, "silent") == []


def kept_of(cloud: LocalCloud, job_id: str) -> str:
    """What notify keeps of a job."""
    key = {"job_id": {"S": job_id}, "sk": {"S": "view"}}
    found = cloud.client("dynamodb").get_item(TableName=STATUS_TABLE, Key=key)
    return str(found.get("Item", {}).get("body", {}).get("S", ""))


def test_a_webhook_is_told_even_if_it_was_down(cloud: LocalCloud, receiver: str) -> None:
    hook = post(cloud, "/webhooks", {"url": receiver})
    Receiver.refusals.extend([503, 500])
    job_id = upload(cloud, "hooked")

    def types() -> set[str]:
        mine = [each["event"] for each in Receiver.posted if each["event"]["job_id"] == job_id]
        return {event["type"] for event in mine}

    wait_for(lambda: {"ReconstructionRequested", "SplatCompressed"} <= types(), 60)
    request = signed_in(cloud, f"/webhooks/{hook['id']}", None, "DELETE")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 204


@pytest.mark.slow
def test_a_thousand_questions_at_once_about_two_jobs(cloud: LocalCloud) -> None:
    """Fails on a resolver that all threads share: another one's status, and 500s."""
    job_ids = [upload(cloud, f"storm-{n}") for n in range(2)]
    wait_for(lambda: mails(cloud, "storm-0") and mails(cloud, "storm-1"))
    asked = [job_ids[n % 2] for n in range(1000)]
    found = storm(lambda job_id: status_of(cloud, job_id)["job_id"], asked)
    assert found == asked
