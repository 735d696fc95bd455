"""One report and one e-mail, whatever the order and however often the events come."""

import random
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes_notify import NOON, FakeMailer, FakeStatusTable, make_kit
from tests.unit.notify.story import EMAIL, JOB, Story

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.events import (
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatCompressed,
    Stage,
    StageProgressed,
)
from spaceport_notify.known.status import job_status
from spaceport_notify.ports import MailRefused, MailUncertain
from spaceport_notify.tell import tell
from spaceport_runtime.errors import Retryable

REPORT = f"s3://spaceport/jobs/{JOB}/report/01/"


class Office:
    """notify on fakes, fed as a queue feeds it: what is Retryable comes again later."""

    def __init__(self, story: Story | None = None) -> None:
        self.story = story or Story()
        self.table, self.mailer = FakeStatusTable(), FakeMailer()
        self.now = NOON + timedelta(minutes=10)
        self.kit = make_kit(self.table, self.mailer, self.story.store, lambda: self.now)

    def feed(self, events: list[Event]) -> list[Event]:
        """Returns what is still waiting after three rounds."""
        for _ in range(3):
            events = [event for event in events if not self.try_one(event)]
        return events

    def try_one(self, event: Event) -> bool:
        try:
            tell(event, self.kit)
        except Retryable:
            return False
        return True

    @property
    def ends(self) -> list[EmailMessage]:
        """The mails about how a job ended."""
        return [mail for mail in self.mailer.sent if mail["X-Spaceport-Kind"] != "started"]

    @property
    def kinds(self) -> list[str]:
        return [mail["X-Spaceport-Kind"] for mail in self.ends]

    def text(self, number: int = 0) -> str:
        part = self.ends[number].get_body(("plain",))
        assert part is not None
        content: str = part.get_content()
        return content


def test_a_delivered_job_gets_a_report_and_one_e_mail() -> None:
    office = Office()
    assert office.feed(office.story.whole()) == []
    assert office.mailer.kinds == [(JOB, "started", EMAIL), (JOB, "delivered", EMAIL)]
    assert {REPORT + "report.json", REPORT + "report.html"} <= set(office.story.store.objects)
    text = office.text()
    assert f"https://spaceport.example.org/view/{JOB}" in text
    assert f"https://spaceport.example.org/captures/{JOB}" in text
    assert "Photos used: 18 of 20" in text
    assert "Gaussians: 1.23 million" in text
    view, _ = office.table.read(JOB)
    assert view is not None
    assert job_status(view).report == f"/jobs/{JOB}/files/report.html"


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_order_any_number_of_times_one_e_mail(seed: int) -> None:
    office = Office()
    events = office.story.whole()
    chance = random.Random(seed)
    shuffled = [*events, *chance.choices(events, k=10)]
    chance.shuffle(shuffled)
    assert office.feed(shuffled) == []
    assert office.kinds == ["delivered"]
    rows = office.table.events(JOB, 0, 1000)
    logged = [row.event.event_id for row in rows if not isinstance(row.event, StageProgressed)]
    whole = [each.event_id for each in events if not isinstance(each, StageProgressed)]
    assert sorted(logged) == sorted(whole)
    assert [row.seq for row in rows] == sorted({row.seq for row in rows})


def test_ten_times_every_event() -> None:
    office = Office()
    office.feed([event for event in office.story.whole() for _ in range(10)])
    office.feed(office.story.whole())
    assert office.kinds == ["delivered"]


def test_the_delivery_waits_for_what_comes_before() -> None:
    office = Office()
    events = office.story.whole()
    late = next(event for event in events if isinstance(event, SparseModelBuilt))
    waiting = office.feed([event for event in events if event is not late])
    assert [type(event) for event in waiting] == [SplatCompressed]
    assert office.kinds == []
    assert office.feed([late, *waiting]) == []
    assert office.kinds == ["delivered"]


def test_the_delivery_does_not_wait_for_ever() -> None:
    office = Office()
    events = office.story.whole()
    waiting = office.feed([event for event in events if not isinstance(event, SparseModelBuilt)])
    office.now += timedelta(minutes=20)
    assert office.feed(waiting) == []
    assert office.kinds == ["delivered"]
    assert b"did not arrive" in office.story.store.objects[REPORT + "report.json"]


def test_what_comes_after_the_report_makes_it_whole() -> None:
    """Fails where a report that was written too early stays so for ever."""
    office = Office()
    events = office.story.whole()
    late = next(event for event in events if isinstance(event, SparseModelBuilt))
    waiting = office.feed([event for event in events if event is not late])
    office.now += timedelta(minutes=20)
    assert office.feed(waiting) == []
    assert b"did not arrive" in office.story.store.objects[REPORT + "report.json"]
    office.feed([late, *waiting, late])
    assert b"did not arrive" not in office.story.store.objects[REPORT + "report.json"]
    assert office.kinds == ["delivered"]


def test_the_request_after_the_delivery() -> None:
    office = Office()
    events = office.story.whole()
    waiting = office.feed(events[1:])
    assert office.feed([events[0], *waiting]) == []
    assert office.kinds == ["delivered"]


def test_no_address_no_e_mail() -> None:
    office = Office(Story(email=None))
    assert office.feed(office.story.whole()) == []
    assert office.kinds == []
    assert REPORT + "report.html" in office.story.store.objects


def test_a_failure_is_told_once_when_its_reader_is_known() -> None:
    office = Office()
    requested = office.story.requested()
    failed = office.story.failed(Stage.SFM, requested)
    office.feed([failed, failed])
    assert office.kinds == []
    office.feed([requested, failed])
    assert office.kinds == ["failed"]
    assert "Fly with at least 70 % overlap and upload again." in office.text()


def test_a_late_failure_of_an_earlier_attempt_is_not_told() -> None:
    office = Office()
    requested = office.story.requested()
    again = office.story.requested(2, minute=20)
    delivered = office.story.compressed(office.story.trained(office.story.built(again, 22), 24), 26)
    built = office.story.built(again, 22)
    trained = office.story.trained(built, 24)
    office.feed([requested, again, built, trained, delivered])
    office.feed([office.story.failed(Stage.SFM, requested)])
    assert office.kinds == ["delivered"]


def test_a_replay_is_a_new_round_with_its_own_e_mail() -> None:
    office = Office()
    requested = office.story.requested()
    office.feed([requested, office.story.failed(Stage.SFM, requested)])
    again = office.story.requested(2, minute=20)
    built = office.story.built(again, 22)
    trained = office.story.trained(built, 24)
    office.feed([again, built, trained, office.story.compressed(trained, 26)])
    assert office.kinds == ["failed", "delivered"]


def test_rejected_and_cancelled() -> None:
    office = Office()
    office.feed([office.story.rejected()])
    assert office.kinds == ["rejected"]
    assert "notes.txt: Not a photo." in office.text()
    other = Office()
    requested = other.story.requested()
    other.feed([*other.story.cancelled(requested), requested])
    assert other.kinds == ["cancelled"]


def test_an_e_mail_that_was_refused_is_sent_later() -> None:
    office = Office()
    office.mailer.errors = [Retryable("throttled"), MailRefused("sandbox")]
    rejected = office.story.rejected()
    assert not office.try_one(rejected)
    with pytest.raises(MailRefused):
        tell(rejected, office.kit)
    assert office.try_one(rejected)
    assert office.kinds == ["rejected"]


@pytest.mark.parametrize("error", [MailUncertain("broken pipe"), RuntimeError("crash")])
def test_an_e_mail_that_may_be_out_is_not_sent_again(error: Exception) -> None:
    office = Office()
    office.mailer.errors = [error]
    rejected = office.story.rejected()
    if isinstance(error, MailUncertain):
        tell(rejected, office.kit)
    else:
        with pytest.raises(RuntimeError):
            tell(rejected, office.kit)
    office.feed([rejected, rejected])
    assert office.kinds == []


def test_writers_that_collide_try_again_and_then_give_way() -> None:
    office = Office()
    requested = office.story.requested()
    office.table.conflicts = 3
    tell(requested, office.kit)
    view, version = office.table.read(JOB)
    assert version == 2  # the request, and the claim of the mail that the work begins
    assert view is not None
    office.table.conflicts = 99
    with pytest.raises(Retryable):
        tell(office.story.failed(Stage.SFM, requested), office.kit)


def test_hostile_titles_and_addresses() -> None:
    title = "Beach\r\nBcc: eve@example.org\x00 <script>alert(1)</script>"
    office = Office(Story(title=title))
    office.feed(office.story.whole())
    message = office.ends[0]
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    page = message.get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()
    assert b"\nBcc:" not in message.as_bytes()


HOSTILE_ADDRESSES = [
    "a@b.org, eve@c.org",
    "a@b.org\r\nBcc: e@c.org",
    "nobody",
    "a@b.org <x>",
    "Ada <a@b.org>",
    "=?utf-8?q?v=40evil.com=2C?=@x.com",  # a mail library makes two addresses of it
    "=?utf-8?q?=0d=0aBcc=3a?=@x.com",  # the next three crashed the composing
    "=?utf-8?b?Cg==?=@x.com",
    "=?utf-8?q?=00=0a?=@x.com",
]


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    """And the job's status is there all the same: nothing crashes, nothing waits."""
    office = Office(Story(email=address))
    assert office.feed([office.story.rejected()]) == []
    assert office.ends == []
    view, _ = office.table.read(JOB)
    assert view is not None
    assert job_status(view).status == "rejected"


@pytest.mark.parametrize(
    "title",
    ["=?utf-8?q?=0d=0aBcc:_e@c.org?=", "=?utf-8?b?Cg==?=", "\x00\x1b[31m", "=?"],
)
def test_no_title_and_no_file_name_breaks_a_mail(title: str) -> None:
    office = Office(Story(title=title))
    named = {"name": f"{title}.jpg", "reason": f"{title} is no photo."}
    rejected = office.story.rejected().model_copy(
        update={"title": title, "rejected": (RejectedPhoto(**named),)}
    )
    tell(rejected, office.kit)
    message = message_from_bytes(office.mailer.sent[0].as_bytes(policy=SMTP), policy=SMTP)
    assert message["To"] == EMAIL
    assert message["Bcc"] is None
    assert [line for line in message if line.lower() == "subject"] == ["Subject"]


def test_progress_is_logged_sparsely() -> None:
    office = Office()
    requested = office.story.requested()
    one = office.story.stage(Stage.SFM, 1, requested)[3]
    assert isinstance(one, StageProgressed)
    events: list[Event] = [requested]
    for n in range(200):
        when = one.occurred_at + timedelta(seconds=2 * n)
        changes = {"event_id": str(n), "n": n, "m": 200, "occurred_at": when}
        events.append(one.model_copy(update=changes))
    office.feed(events)
    logged = [row.event for row in office.table.events(JOB, 0, 1000)]
    assert isinstance(logged[0], ReconstructionRequested)
    assert [event.n for event in logged if isinstance(event, StageProgressed)] == list(
        range(0, 200, 20)
    )
    view, _ = office.table.read(JOB)
    assert view is not None
    progress = job_status(view).progress
    assert progress is not None
    assert progress.n == 199


def test_a_whole_report_is_written_once_however_often_its_events_come() -> None:
    office = Office()
    events = office.story.whole()
    assert office.feed(events) == []
    view, _ = office.table.read(JOB)
    assert view is not None
    assert view.partial == ()
    report = office.story.store.objects.pop(REPORT + "report.html")
    assert office.feed(events) == []
    assert report
    assert REPORT + "report.html" not in office.story.store.objects


def test_a_report_that_is_written_without_all_is_written_once_until_the_rest_comes() -> None:
    office = Office()
    late, *rest = office.story.whole()
    office.now = NOON + timedelta(days=1)
    office.feed(rest)
    assert office.story.store.objects.pop(REPORT + "report.html")
    office.feed(rest)
    assert REPORT + "report.html" not in office.story.store.objects
    office.feed([late])
    assert REPORT + "report.html" in office.story.store.objects


def test_a_splat_that_comes_after_the_cancellation_waits_for_nothing() -> None:
    office = Office()
    *before, compressed = office.story.whole()
    assert isinstance(compressed, SplatCompressed)
    requested = next(event for event in before if isinstance(event, ReconstructionRequested))
    office.feed([requested, *office.story.cancelled(requested)])
    assert office.feed([compressed]) == []
    assert office.kinds == ["cancelled"]
