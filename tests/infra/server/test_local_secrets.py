"""Nothing secret in what a journey leaves behind: logs, events, mails, refusals, reports."""

import json
import logging
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from bench.serving import Quiet, served

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.disk.secrets import CURL_NAME, KEYS_NAME, TOKEN_NAME
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.asked import get, post, signed_in
from tests.infra.clouds import Program, wait_for
from tests.infra.server.test_local_tenants import send
from tests.infra.uploads import PHOTOS, mails

LOOPBACK = {f"SPACEPORT_{service}_WEBHOOKS_TO_LOOPBACK": "true" for service in ("NOTIFY", "INGEST")}
OF_JOB = "secret of the job's webhook"
HOLDERS = (TOKEN_NAME, KEYS_NAME, CURL_NAME)  # where the secrets themselves are kept


class Receiver(Quiet):
    """Somebody's server, down for the first tries; what it is posted is left behind, too."""

    posted: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.posted.append(f"{self.requestline}\n{self.headers}{body}")
        self.send_response(500 if len(self.posted) < 3 else 204)
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[str]:
    with served(Receiver) as port:
        yield f"http://127.0.0.1:{port}/"


@dataclass
class Journey:
    """What was secret, and what was said in public, by name."""

    secrets: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def refused(self, cloud: LocalCloud, url: str, request: Any = None) -> None:
        """A request that is refused, or answered: both are read."""
        try:
            with urllib.request.urlopen(request or url, timeout=60) as answer:
                self.said[f"{len(self.said)} {url[:60]}"] = answer.read().decode("latin-1")
        except urllib.error.HTTPError as refusal:
            with refusal:
                told = f"{refusal.headers}{refusal.read().decode('latin-1')}"
                self.said[f"{len(self.said)} {url[:60]}"] = told


def signature_of(link: str) -> str:
    return link.partition("X-Amz-Signature=")[2].partition("&")[0]


def travel(cloud: LocalCloud, receiver: str) -> Journey:
    """From an upload to a withdrawn share, with everything that is refused on the way."""
    journey = Journey({"token": cloud.token, "secret key": cloud.keys.secret_key})
    hook = post(cloud, "/webhooks", {"url": receiver})
    journey.secrets["webhook's secret"] = hook["secret"]
    files = [{"name": f"p{n}.jpg", "sizeBytes": len(each)} for n, each in enumerate(PHOTOS)]
    begun = post(cloud, "/uploads", {"files": files, "title": "secretive"})
    links = {link["name"]: link["url"] for link in begun["links"]}
    journey.secrets |= {f"link to put {n}": signature_of(url) for n, url in links.items()}
    send(begun["links"], dict(zip(links, PHOTOS, strict=True)))
    completed = f"/uploads/{begun['uploadId']}/complete"
    own = {"url": f"{receiver}own", "secret": secrets.token_urlsafe(24)}
    journey.secrets[OF_JOB] = own["secret"]
    job_id = post(cloud, completed, {"email": "you@example.com", "webhook": own})["jobId"]
    wait_for(lambda: mails(cloud, "secretive"))
    wait_for(lambda: get(cloud, f"/jobs/{job_id}")["report"])
    wait_for(lambda: len([said for said in Receiver.posted if "POST /own" in said]) > 3)
    share = post(cloud, f"/jobs/{job_id}/shares", {})
    journey.secrets["share's token"] = share["token"]
    api, first = cloud.api_url.rstrip("/"), links["p0.jpg"]
    scene = signed_in(cloud, f"/jobs/{job_id}/files/scene.sog")
    with urllib.request.urlopen(scene, timeout=60) as answer:
        journey.secrets["link to read"] = signature_of(answer.url)
    visitor = urllib.request.Request(
        f"{api}/jobs/{job_id}", headers={"Authorization": f"Bearer {share['token']}"}
    )
    wrong = urllib.request.Request(first, b"too long", method="PUT")
    for url, request in (
        (f"{api}/jobs/{job_id}", visitor),
        (first, None),
        (first, wrong),
        (f"{api}/jobs/{job_id}?token={cloud.token}", None),
        (f"{api}/shared/{share['token']}x", None),
        (f"{cloud.endpoint_url}/spaceport/x?X-Amz-Signature={signature_of(first)}", None),
    ):
        journey.refused(cloud, url, request)
    for path in ("/jobs", f"/jobs/{job_id}", f"/jobs/{job_id}/events", f"/jobs/{job_id}/shares"):
        journey.said[path] = json.dumps(get(cloud, path))
    journey.said["GET /webhooks"] = json.dumps(get(cloud, "/webhooks"))
    journey.said["what the webhook was posted"] = "".join(Receiver.posted)
    return journey


def left_behind(state_dir: Path) -> dict[str, bytes]:
    """Every file of the state folder but those that are there to keep secrets, and the tables."""
    paths = [path for path in state_dir.rglob("*") if path.is_file()]
    kept = [path for path in paths if path.name not in (*HOLDERS, "tables.jsonl", "endpoint.json")]
    return {str(path.relative_to(state_dir)): path.read_bytes() for path in kept}


def test_a_journey_leaves_no_secret_behind(
    tmp_path: Path,
    receiver: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG, "spaceport")
    options = CloudOptions(tmp_path, runner=FunctionRunner(Program()), variables=LOOPBACK)
    with LocalCloud(options) as cloud:
        journey = travel(cloud, receiver)
    files = left_behind(tmp_path)
    assert {"events.jsonl", "cloud.log"} <= files.keys()
    assert [name for name in files if name.endswith(".eml")]
    printed = capfd.readouterr()
    said = {
        **{name: text.encode() for name, text in journey.said.items()},
        **files,
        "log": caplog.text.encode(),
        "printed": (printed.out + printed.err).encode(),
    }
    found = [
        f"{what} in {where}"
        for what, secret in journey.secrets.items()
        for where, content in said.items()
        if secret.encode() in content
    ]
    assert all(len(secret) >= 32 for secret in journey.secrets.values())
    (kept,) = (where for where in found if where.startswith(OF_JOB))
    assert b'"url":' in files[kept.partition(" in ")[2]]
    assert found == [kept], "a job's webhook lies in a file that only notify reads"


def test_a_table_keeps_of_a_share_only_what_opens_nothing(tmp_path: Path, receiver: str) -> None:
    """A webhook's secret signs, so it is kept; nothing else that opens anything is."""
    options = CloudOptions(tmp_path, runner=FunctionRunner(Program()), variables=LOOPBACK)
    with LocalCloud(options) as cloud:
        journey = travel(cloud, receiver)
    tables = (tmp_path / "tables.jsonl").read_text()
    found = [what for what, secret in journey.secrets.items() if secret in tables]
    assert found == ["webhook's secret"]
