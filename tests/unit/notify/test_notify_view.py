"""Whatever the order in which events arrive, the view comes out the same."""

import random
from collections.abc import Sequence
from functools import reduce
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.notify.story import Story

from spaceport_contracts.events import (
    Event,
    JobCancelled,
    ReconstructionRequested,
    SparseModelBuilt,
    SplatCompressed,
    SplatTrained,
    Stage,
    StageProgressed,
    StageStarted,
)
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.status import StageState, Status, job_status
from spaceport_notify.known.view import JobView, merge

NOTHING: JobView | None = None
KEY_EVENTS = (ReconstructionRequested, SparseModelBuilt, SplatTrained, SplatCompressed)


def merged(events: Sequence[Event]) -> JobView:
    view = reduce(merge, events, NOTHING)
    assert view is not None
    return view


def replayed(story: Story) -> list[Event]:
    """A job that failed in train, was retried by the stage, delivered, and replayed from train."""
    first = story.whole()
    built = next(event for event in first if isinstance(event, SparseModelBuilt))
    trained = next(event for event in first if isinstance(event, SplatTrained))
    again = story.requested(2, Stage.TRAIN, 100, built.outputs, built.event_id)
    second = story.trained(again, 110)
    retried = [
        event.model_copy(update={"attempt": 3, "event_id": event.event_id + "-3"})
        for event in story.stage(Stage.COMPRESS, 111, second)
    ]
    assert trained.event_id != second.event_id
    compressed = story.compressed(second, 112, attempt=3)
    return [*first, again, *story.stage(Stage.TRAIN, 101, again), second, *retried, compressed]


def test_every_order_of_the_key_events_gives_the_same_view() -> None:
    events = [event for event in Story().whole() if isinstance(event, (*KEY_EVENTS, StageStarted))]
    expected = merged(events)
    assert all(merged(list(order)) == expected for order in permutations(events))


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), story=st.sampled_from(["whole", "replayed", "cancelled"]))
def test_any_order_with_duplicates_gives_the_same_view(seed: int, story: str) -> None:
    events = _story(story)
    chance = random.Random(seed)
    shuffled = [*events, *chance.choices(events, k=len(events))]
    chance.shuffle(shuffled)
    assert merged(shuffled) == merged(events)
    assert job_status(merged(shuffled)) == job_status(merged(events))


def _story(name: str) -> list[Event]:
    story = Story()
    if name == "whole":
        return story.whole()
    if name == "replayed":
        return replayed(story)
    events = story.whole()[:9]
    asked, cancelled = story.cancelled(events[0])
    later = cancelled.model_copy(update={"occurred_at": asked.occurred_at.replace(second=59)})
    return [*events, asked, cancelled, later]


RANKS = {
    Status.QUEUED: 0,
    Status.WAITING: 1,
    Status.RUNNING: 2,
    Status.DELIVERED: 9,
    Status.FAILED: 9,
    Status.CANCELLED: 9,
    Status.REJECTED: 9,
}


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), story=st.sampled_from(["whole", "replayed", "cancelled"]))
def test_no_status_goes_backwards(seed: int, story: str) -> None:
    events = _story(story)
    random.Random(seed).shuffle(events)
    view: JobView | None = None
    best = (0, -1, -1)
    for event in events:
        view = merge(view, event)
        status = job_status(view)
        stage = list(Stage).index(status.stage) if status.stage else -1
        over = RANKS[status.status] == 9
        rank = (status.attempt, 99 if over else stage, RANKS[status.status])
        assert rank >= best
        best = rank


def test_the_first_end_of_an_attempt_stands() -> None:
    story = Story()
    events = story.whole()
    failed = story.failed(Stage.COMPRESS, events[-1])
    assert job_status(merged([*events, failed])).status is Status.DELIVERED
    assert job_status(merged([*events[:-1], failed, events[-1]])).status is Status.FAILED


def test_a_status_in_the_middle() -> None:
    events = Story().whole()
    train = [n for n, event in enumerate(events) if isinstance(event, StageProgressed)][3]
    status = job_status(merged(events[: train + 1]))
    assert (status.status, status.stage, status.title) == ("running", "train", "Brighton beach")
    assert status.progress is not None
    assert (status.progress.step, status.progress.n, status.progress.m) == ("work", 1, 10)
    assert status.progress.figures == {"psnr_db": 21.0}
    assert [each.state for each in status.stages] == ["done", "running", "queued"]
    assert status.stages[0].figures["photos_registered"] == 18
    assert status.stages[0].seconds == 100.0


def test_waiting_tells_the_latest_place() -> None:
    events = Story().whole()
    status = job_status(merged([events[0], events[2], events[1]]))
    assert (status.status, status.place) == ("waiting", 1)


def test_a_late_wait_and_late_progress_change_nothing() -> None:
    events = Story().whole()
    in_train = merged(events[:12])
    assert job_status(in_train).stage is Stage.TRAIN
    late = [event for event in events[1:7] if not isinstance(event, StageStarted)]
    assert job_status(merged([*events[:12], *late])) == job_status(in_train)


def test_failure_names_reason_and_remedy() -> None:
    story = Story()
    events = story.whole()[:8]
    status = job_status(merged([*events, story.failed(Stage.TRAIN, events[7])]))
    assert (status.status, status.stage) == ("failed", "train")
    assert status.reason == "Only 2 of 18 photos overlap."
    assert status.remedy is not None
    assert [each.state for each in status.stages] == ["done", "failed", "not_reached"]


def test_a_job_that_starts_at_compress_skips_what_comes_before() -> None:
    story = Story()
    foreign = story.put("s3://spaceport/uploads/y/", "scene.json", story.whole()[0])
    requested = story.requested(start_at=Stage.COMPRESS, inputs=foreign)
    view = merged([story.compressed(requested), requested])
    assert ancestry(view, 1).complete
    states = [each.state for each in job_status(view).stages]
    assert states == [StageState.SKIPPED, StageState.SKIPPED, StageState.DONE]


def test_a_replay_rests_on_the_earlier_attempt() -> None:
    events = replayed(Story())
    past = ancestry(merged(events), 3)
    assert past.complete
    assert past.built is not None
    assert past.trained is not None
    assert (past.built.attempt, past.trained.attempt) == (1, 2)
    assert [request.attempt for request in past.requests] == [2, 1]
    without = [event for event in events if not isinstance(event, SparseModelBuilt)]
    assert not ancestry(merged(without), 3).complete


def test_past_rounds_keep_no_traces() -> None:
    view = merged(replayed(Story()))
    assert not view.rounds[1].traces
    assert not view.rounds[2].traces
    assert view.rounds[3].traces


def test_a_cancelled_job_says_so() -> None:
    view = merged(_story("cancelled"))
    assert isinstance(view.current.end, JobCancelled)
    status = job_status(view)
    assert status.status is Status.CANCELLED
    assert StageState.CANCELLED in [each.state for each in status.stages]
