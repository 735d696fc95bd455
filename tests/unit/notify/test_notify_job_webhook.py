"""A webhook of one job: kept apart from it, posted to like any other, and gone with it."""

from http import HTTPStatus

from tests.unit.notify.story import JOB
from tests.unit.notify.test_notify_webhooks import URL, Switchboard

from spaceport_contracts.events import Event
from spaceport_contracts.webhook import JobWebhook, job_webhook_uri
from spaceport_notify.webhooks.hook import SILENT, Signature

SECRET = "a secret of the caller's own"
KEPT_AT = job_webhook_uri(JOB, "spaceport")


class Hooked(Switchboard):
    """notify with a job that has a webhook of its own; its owner has registered none."""

    def __init__(self) -> None:
        super().__init__()
        kept = JobWebhook(url=URL, secret=SECRET)
        self.story.store.objects[KEPT_AT] = kept.model_dump_json().encode()

    def whole(self) -> list[Event]:
        return self.story.whole()


def test_all_of_the_job_is_posted_and_signed_with_the_callers_secret() -> None:
    board = Hooked()
    board.tell(*board.whole())
    assert board.queue.sent
    assert all(SECRET not in message for message in board.queue.sent)
    board.poll()
    assert {"ReconstructionRequested", "SplatCompressed"} <= set(board.types)
    for url, body, headers in board.poster.posted:
        assert url == URL
        assert headers["Spaceport-Signature"] == Signature(SECRET).header(body, board.now)
        assert SECRET.encode() not in body
        assert KEPT_AT.encode() not in body


def test_it_is_beside_the_owners_own() -> None:
    board = Hooked()
    board.register("https://other.example.org/")
    board.tell(board.whole()[0])
    board.poll()
    assert sorted(url for url, _, _ in board.poster.posted) == [URL, "https://other.example.org/"]


def test_a_job_without_one_posts_nothing() -> None:
    board = Switchboard()
    board.tell(*board.story.whole())
    assert board.queue.sent == []


def test_what_comes_before_the_request_is_posted_too() -> None:
    board = Hooked()
    first, second, *_ = (event for event in board.whole() if not isinstance(event, SILENT))
    board.tell(second, first)
    board.poll()
    assert set(board.types) == {first.detail_type(), second.detail_type()}


def test_a_receiver_that_is_gone_is_posted_to_no_more() -> None:
    board = Hooked()
    first, *others = board.whole()
    board.poster.answers = [HTTPStatus.GONE]
    board.tell(first)
    board.poll()
    board.tell(*others)
    board.poll()
    assert board.types == ["ReconstructionRequested"]


def test_it_goes_with_its_job() -> None:
    board = Hooked()
    board.tell(board.whole()[0])
    del board.story.store.objects[KEPT_AT]
    board.poll()
    assert board.poster.posted == []
    assert board.queue.dead == []
