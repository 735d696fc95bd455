"""`spaceport up` under what strangers send: it answers in order, stays small, and stays alive."""

import contextlib
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from spaceport_cli.show.feed import FEED_NAME, Feed
from tests.infra.clouds import wait_for
from tests.infra.served import Served, served

pytestmark = pytest.mark.slow
REFUSED = 1000
FLAT_MIB = 50
IDLE = 2000
PATIENCE_S = 900.0


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("hostile")) as running:
        yield running


def refuse(up: Served, name: str, count: int) -> list[str]:
    """Upload what is no zip; returns the titles in the order of the answers."""
    feed, answered = Feed(up.state_dir / FEED_NAME), list[str]()
    feed.read_new()
    s3 = up.client("s3")

    def are_answered() -> bool:
        events = [e for e in feed.read_new() if e["detail-type"] == "CaptureRejected"]
        answered.extend(event["detail"]["title"] for event in events)
        return len(answered) >= count

    for number in range(count):
        place = {"Bucket": up.cloud.bucket, "Key": f"uploads/{name}-{number:04d}.zip"}
        s3.put_object(**place, Body=f"no zip {name}{number}".encode())
    wait_for(are_answered, PATIENCE_S)
    return answered


def test_a_thousand_refused_uploads_are_answered_in_order_and_forgotten(up: Served) -> None:
    refuse(up, "warm", 50)
    before_mib = up.rss_mib
    answered = refuse(up, "bad", REFUSED)
    assert up.rss_mib - before_mib < FLAT_MIB
    assert answered == [f"bad-{number:04d}" for number in range(REFUSED)]


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


@pytest.mark.parametrize("is_api", [True, False], ids=["API", "S3"])
def test_it_answers_beside_two_thousand_idle_connections(up: Served, is_api: bool) -> None:
    url = up.cloud.api_url if is_api else up.cloud.endpoint_url
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    with contextlib.ExitStack() as stack:
        for number in range(IDLE):
            idle = stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
            if number % 2:
                idle.sendall(b"POST /start-job HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        assert status(f"{up.cloud.api_url.rstrip('/')}/jobs/none") == 401
        assert status(f"{up.cloud.endpoint_url}/{up.cloud.bucket}?list-type=2") == 403
    assert up.is_alive
