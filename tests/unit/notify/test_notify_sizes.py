"""However much went wrong and however often: what is stored and sent stays small."""

import json

import pytest
from tests.fakes_notify import FakeMailer, FakeStatusTable, make_kit
from tests.unit.notify.story import JOB, Story

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.events import CaptureRejected, Event, Stage
from spaceport_notify.known.record import record
from spaceport_notify.known.status import job_status
from spaceport_notify.known.view import JobView
from spaceport_notify.tell import tell

LIMIT_BYTES = 64 * 1024
MANY_PHOTOS = 20_000
LONG = "ü\n\"'" * 5000
LONGEST_ADDRESS = "a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".org"


def on_the_wire(event: Event) -> Event:
    """As the queue delivers it."""
    return type(event).model_validate_json(json.dumps(event.model_dump(mode="json")))


def stored_bytes(table: FakeStatusTable) -> int:
    """The largest thing in the table."""
    rows = [body for _, _, body in table.rows[JOB].values()]
    return max(len(body.encode()) for body in (table.views[JOB][0], *rows))


def refused(story: Story) -> CaptureRejected:
    photos = tuple(
        RejectedPhoto(name=f"flight/{n:06d}.dng", reason="A DNG is not read; export JPEG.")
        for n in range(MANY_PHOTOS)
    )
    return story.rejected(rejected=photos)


def test_thousands_of_refused_photos_are_a_small_item_and_a_short_mail() -> None:
    """Fails where the lists travel whole: 20,000 names were 2 MB, past DynamoDB's 400 KB."""
    table, mailer = FakeStatusTable(), FakeMailer()
    tell(on_the_wire(refused(Story())), make_kit(table, mailer))
    assert stored_bytes(table) < LIMIT_BYTES
    [message] = mailer.sent
    assert len(message.as_bytes()) < LIMIT_BYTES
    text = message.get_body(("plain",))
    assert text is not None
    assert f"and {MANY_PHOTOS - 50:,} more" in text.get_content()


def worst(story: Story, attempt: int) -> list[Event]:
    """One attempt with everything at its limit, that fails, is delivered or goes on."""
    requested = story.requested(attempt, minute=30 * attempt)
    built = story.built(requested, 30 * attempt + 3)
    trained = story.trained(built, 30 * attempt + 6)
    end: Event = story.compressed(trained, 30 * attempt + 8)
    if attempt % 3:
        end = story.failed(Stage.COMPRESS, trained, 30 * attempt + 8).model_copy(
            update={"reason": LONG, "remedy": LONG}
        )
    traces = [
        each
        for stage, cause in zip(Stage, (requested, built, trained), strict=True)
        for each in story.stage(stage, 30 * attempt + 1, cause)
    ]
    return [on_the_wire(event) for event in (requested, *traces, built, trained, end)]


@pytest.fixture(scope="module")
def story() -> Story:
    return Story(title=LONG, email=LONGEST_ADDRESS)


def test_a_job_that_was_run_ninety_nine_times_is_a_small_item(story: Story) -> None:
    """Fails where every attempt is kept: it was more than 400 KB after 99."""
    table, mailer = FakeStatusTable(), FakeMailer()
    kit = make_kit(table, mailer, story.store)
    for attempt in range(1, 100):
        for event in worst(story, attempt):
            tell(event, kit)
        assert stored_bytes(table) < LIMIT_BYTES
    ends = [kind for _, kind, _ in mailer.kinds if kind != "started"]
    assert ends == ["failed", "failed", "delivered"] * 33
    view, _ = table.read(JOB)
    assert view is not None
    assert job_status(view).attempt == 99
    assert len(job_status(view).model_dump_json()) < LIMIT_BYTES
    assert len(view.rounds) < 12


def test_what_comes_again_from_long_ago_sets_nothing_off(story: Story) -> None:
    table, mailer = FakeStatusTable(), FakeMailer()
    kit = make_kit(table, mailer, story.store)
    first = [event for attempt in range(1, 10) for event in worst(story, attempt)]
    for event in first:
        tell(event, kit)
    before, sent = table.read(JOB), mailer.kinds
    for event in first:
        tell(event, kit)
    assert (table.read(JOB), mailer.kinds) == (before, sent)


def test_what_the_next_replay_begins_from_is_kept() -> None:
    story, table = Story(), FakeStatusTable()
    built = story.built(story.requested())
    events: list[Event] = [story.requested(), built]
    for attempt in range(2, 20):
        again = story.requested(attempt, Stage.TRAIN, 10 * attempt, built.outputs, built.event_id)
        events += [again, story.failed(Stage.TRAIN, again, 10 * attempt + 1)]
    view: JobView | None = None
    for event in events:
        view = record(event, table)
    assert view is not None
    assert set(view.rounds) == {1, 17, 18, 19}
    assert view.rounds[1].built == built
