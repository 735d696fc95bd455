"""Webhooks: who is posted to, how often, and where nobody is ever posted to."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from bench.serving import Quiet, served
from tests.fakes_notify import NOON, FakeHooks, FakePoster, FakeQueue, make_kit
from tests.http_requests import asked_by, get, http, post
from tests.unit.notify.story import Story

from spaceport_contracts.events import Event
from spaceport_notify.api import make_api
from spaceport_notify.handler import routes
from spaceport_notify.tell import tell
from spaceport_notify.webhooks.hook import HOOKS_PER_OWNER
from spaceport_notify.webhooks.post import WebPoster
from spaceport_runtime.consume import Backoff, consume
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.http.outward import (
    Forbidden,
    Resolve,
    check_form,
    resolve_target,
)

URL = "https://hooks.example.org/spaceport?x=1"


class Switchboard:
    """notify on fakes with one webhook, and its queue's poller."""

    def __init__(self) -> None:
        self.story, self.poster, self.queue = Story(), FakePoster(), FakeQueue()
        self.hooks, self.now = FakeHooks(), NOON + timedelta(minutes=10)
        self.kit = replace(
            make_kit(store=self.story.store, clock=lambda: self.now),
            poster=self.poster,
            queue=self.queue,
            hooks=self.hooks,
        )
        self.app = make_api(lambda: self.kit)

    def ask(self, event: dict[str, Any]) -> tuple[int, Any]:
        answer = self.app.resolve(event, None)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    def register(self, url: str = URL) -> dict[str, Any]:
        status, hook = self.ask(post("/webhooks", {"url": url}))
        assert status == 201, hook
        found: dict[str, Any] = hook
        return found

    def tell(self, *events: Event) -> None:
        for event in events:
            tell(event, self.kit)

    def poll(self) -> None:
        """Every message that is in the queue now, once."""
        waiting, self.queue.sent = self.queue.sent, []
        records = [
            {
                "messageId": str(n),
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for n, body in enumerate(waiting)
        ]
        if records:
            answer = consume({"Records": records}, routes(self.kit), self.queue, Backoff(1, 2))
            assert answer == {"batchItemFailures": []}

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["event"]["type"] for _, body, _ in self.poster.posted]


def test_what_happens_to_my_jobs_is_posted_and_signed() -> None:
    board = Switchboard()
    hook = board.register()
    board.tell(*board.story.whole())
    board.poll()
    whole = ["ReconstructionRequested", *["StageStarted"] * 3]
    ends = ["SparseModelBuilt", "SplatTrained", "SplatCompressed"]
    assert sorted(board.types) == sorted([*whole, *ends])
    url, body, headers = board.poster.posted[0]
    assert url == URL
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body)["id"] == headers["Spaceport-Delivery"]
    moment, digest = (part.partition("=")[2] for part in headers["Spaceport-Signature"].split(","))
    assert int(moment) == int(board.now.timestamp())
    signed = f"{moment}.".encode() + body
    assert hmac.new(hook["secret"].encode(), signed, hashlib.sha256).hexdigest() == digest
    for secret in (b"ada@example.org", b"s3://spaceport/jobs", hook["secret"].encode()):
        assert all(secret not in body for _, body, _ in board.poster.posted)
        assert all(secret.decode() not in message for message in board.queue.sent)


def test_an_event_that_comes_again_is_posted_once() -> None:
    board = Switchboard()
    board.register()
    requested = board.story.requested()
    board.tell(requested, requested)
    board.poll()
    board.tell(requested)
    board.poll()
    assert board.types == ["ReconstructionRequested"]


def test_a_receiver_that_is_down_is_asked_again_for_a_day_and_then_given_up() -> None:
    board = Switchboard()
    board.register()
    board.poster.answers = [Retryable("down"), 500, 404, 302, *[503] * 50]
    board.tell(board.story.requested())
    for _ in range(4):
        board.poll()
    assert (len(board.poster.posted), len(board.queue.sent), board.queue.dead) == (4, 1, [])
    ids = {headers["Spaceport-Delivery"] for _, _, headers in board.poster.posted}
    assert len(ids) == 1
    board.now += timedelta(days=1)
    board.poll()
    assert board.queue.sent == []
    [(_, reason)] = board.queue.dead
    assert "given up after a day" in reason and "503" in reason


def test_a_receiver_that_comes_back_gets_it_all() -> None:
    board = Switchboard()
    board.register()
    board.poster.answers = [503, 503]
    board.tell(board.story.requested())
    for _ in range(5):
        board.poll()
    assert len(board.poster.posted) == 3
    assert board.queue.sent == [] and board.queue.dead == []


def test_a_webhook_that_is_gone_is_removed() -> None:
    board = Switchboard()
    board.register()
    board.poster.answers = [410]
    board.tell(board.story.requested())
    board.poll()
    assert board.ask(get("/webhooks")) == (200, {"webhooks": []})
    assert board.queue.dead == []


def test_an_address_that_leads_inside_is_given_up_at_once() -> None:
    board = Switchboard()
    board.register()
    board.poster.answers = [Forbidden("hooks.example.org leads to 10.0.0.1")]
    board.tell(board.story.requested())
    board.poll()
    assert "10.0.0.1" in board.queue.dead[0][1]
    assert board.queue.sent == []


def test_a_note_that_is_none_is_poison() -> None:
    with pytest.raises(Poison):
        routes(make_kit())["DeliveryDue"]({"hook_id": 5})


def test_webhooks_are_registered_listed_and_removed() -> None:
    board = Switchboard()
    hook = board.register()
    assert set(hook) == {"id", "url", "created_at", "secret"}
    status, listed = board.ask(get("/webhooks"))
    assert (status, [set(each) for each in listed["webhooks"]]) == (
        200,
        [{"id", "url", "created_at"}],
    )
    other = asked_by("eve", get("/webhooks"))
    assert board.ask(other)[1] == {"webhooks": []}
    theirs = asked_by("eve", http("DELETE", f"/webhooks/{hook['id']}"))
    assert board.ask(theirs)[0] == 404
    assert board.ask(http("DELETE", f"/webhooks/{hook['id']}"))[0] == 204
    assert board.ask(http("DELETE", f"/webhooks/{hook['id']}"))[0] == 404


def test_webhooks_are_few() -> None:
    board = Switchboard()
    for n in range(HOOKS_PER_OWNER):
        board.register(f"{URL}&n={n}")
    assert board.ask(post("/webhooks", {"url": URL}))[0] == 409


NO_FORM = [
    "http://example.org/",
    "ftp://example.org/",
    "javascript:alert(1)",
    "https://",
    "https:///path",
    "https://user@example.org/",
    "https://user:word@example.org/",
    "https://example.org:99999/",
    "https://example.org:x/",
    "https://[::1/",
    "https://example.org/\r\nHost: evil",
    "https://exa mple.org/",
    "https://exämple.org/",
    "https://example.org/" + "x" * 1000,
    "",
]


@pytest.mark.parametrize("url", NO_FORM)
def test_an_address_of_no_fitting_form_is_refused_when_it_is_registered(url: str) -> None:
    status, body = Switchboard().ask(post("/webhooks", {"url": url}))
    assert status == 422
    assert body["errors"][0]["field"] == "url"
    assert "https://" in body["errors"][0]["remedy"]
    with pytest.raises(Forbidden):
        check_form(url)


INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "fec0::1",
]


def named(ips: list[str]) -> Resolve:
    return lambda _host, _port: ips


@pytest.mark.parametrize("ip", INSIDE)
def test_no_address_inside_is_ever_connected_to(ip: str) -> None:
    """Nor one of several: a second look-up could choose it."""
    for found in ([ip], ["93.184.216.34", ip]):
        with pytest.raises(Forbidden):
            resolve_target(URL, named(found))


def test_what_was_looked_up_is_what_is_connected_to() -> None:
    looked_up = []

    def resolve(host: str, port: int) -> list[str]:
        looked_up.append((host, port))
        return ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"]

    target = resolve_target("https://Hooks.example.org:8443/a?b=c#d", resolve)
    assert looked_up == [("hooks.example.org", 8443)]
    assert (target.ip, target.host_header, target.path) == (
        "93.184.216.34",
        "hooks.example.org:8443",
        "/a?b=c",
    )


def test_a_name_that_cannot_be_looked_up_may_be_known_later() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    for resolve in (fail, named([])):
        with pytest.raises(Retryable):
            resolve_target(URL, resolve)


class Receiver(Quiet):
    """Answers what its path says: /204, or /307?to=URL."""

    seen: ClassVar[list[tuple[str, bytes, dict[str, str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body, dict(self.headers)))
        status, _, target = self.path.strip("/").partition("?to=")
        self.send_response(int(status))
        if target:
            self.send_header("Location", target)
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen = []
    with served(Receiver) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_real_server_is_posted_to(receiver: str) -> None:
    poster = WebPoster(allows_loopback=True)
    headers = {"Content-Type": "application/json", "Spaceport-Delivery": "1"}
    assert poster.post(f"{receiver}/204", b'{"a": 1}', headers) == 204
    assert poster.post(f"{receiver}/500", b"{}", headers) == 500
    path, body, sent = Receiver.seen[0]
    assert (path, body, sent["Spaceport-Delivery"]) == ("/204", b'{"a": 1}', "1")
    assert sent["Host"] == receiver.removeprefix("http://")


def test_redirects_keep_the_post_or_are_not_followed(receiver: str) -> None:
    poster = WebPoster(allows_loopback=True)
    assert poster.post(f"{receiver}/307?to=/308?to=/204", b"{}", {}) == 204
    assert poster.post(f"{receiver}/302?to=/204", b"{}", {}) == 302
    assert poster.post(f"{receiver}/307", b"{}", {}) == 307
    assert [path for path, _, _ in Receiver.seen].count("/204") == 1
    with pytest.raises(Retryable):
        poster.post(f"{receiver}/307?to=" + "/307?to=" * 5, b"{}", {})


def test_a_redirect_inside_is_not_followed(receiver: str) -> None:
    """The first address is a permitted one; where it sends us to is looked at as closely."""
    poster = WebPoster(allows_loopback=True)
    for target in ("http://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "file:///etc"):
        with pytest.raises(Forbidden):
            poster.post(f"{receiver}/307?to={target}", b"{}", {})
    assert len(Receiver.seen) == 3


def test_without_the_switch_this_machine_is_not_posted_to(receiver: str) -> None:
    with pytest.raises(Forbidden):
        WebPoster().post(f"{receiver}/204", b"{}", {})
    with pytest.raises(Forbidden):
        WebPoster().post(receiver.replace("http://", "https://"), b"{}", {})
    assert Receiver.seen == []


def test_nobody_who_answers_is_nobody_for_now() -> None:
    with pytest.raises(Retryable):
        WebPoster(allows_loopback=True).post("http://127.0.0.1:9/", b"{}", {})
