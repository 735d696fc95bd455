"""A batch: one status, and one mail when its last job has ended."""

import json
import random
from typing import Any

import pytest
from tests.fakes_notify import NOON
from tests.http_requests import get
from tests.unit.notify.story import JOB, Story
from tests.unit.notify.test_notify_aws import aws, table
from tests.unit.notify.test_notify_tell import Office

from spaceport_contracts.events import (
    Batch,
    Event,
    JobDeleted,
    ReconstructionRequested,
    Stage,
    make_event_id,
)
from spaceport_notify.api import make_api
from spaceport_notify.aws.batches import DynamoBatches
from spaceport_notify.aws.table import DynamoStatusTable

__all__ = ["aws", "table"]
BATCH = "b" * 32
OTHER = "fedcba987654"


def in_batch(events: list[Event], jobs: int = 2) -> list[Event]:
    batch = Batch(batch_id=BATCH, jobs=jobs, title="May flights")
    return [
        event.model_copy(update={"batch": batch})
        if isinstance(event, ReconstructionRequested)
        else event
        for event in events
    ]


def other_job(story: Story) -> list[Event]:
    """The same events of a job that fails in sfm."""
    requested = story.requested()
    return [_of_other(requested), _of_other(story.failed(Stage.SFM, requested))]


def _of_other(event: Event) -> Event:
    moved = {"job_id": OTHER, "event_id": make_event_id(type(event), OTHER, event.attempt)}
    if isinstance(event, ReconstructionRequested):
        return event.model_copy(update=moved | {"title": "Hill"})
    cause = make_event_id(ReconstructionRequested, OTHER, 1)
    return event.model_copy(update=moved | {"causation_id": cause})


def ask(office: Office, batch_id: str = BATCH) -> tuple[int, Any]:
    answer = make_api(lambda: office.kit).resolve(get(f"/batches/{batch_id}"), None)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("seed", range(10))
def test_one_mail_when_all_have_ended_in_whatever_order(seed: int) -> None:
    office = Office()
    events = in_batch([*office.story.whole(), *other_job(office.story)])
    random.Random(seed).shuffle(events)
    office.feed([*events, *events])
    (mail,) = office.mailer.sent
    assert mail["X-Spaceport-Kind"] == "batch"
    assert mail["Subject"] == "May flights: 1 of 2 are 3D scenes now"
    text = office.text()
    assert "Brighton beach: ready" in text
    assert "Hill: failed." in text
    for job_id in (JOB, OTHER):
        assert f"https://spaceport.example.org/captures/{job_id}" in text


def test_nobody_is_written_to_before_the_last() -> None:
    office = Office()
    office.feed(in_batch(office.story.whole()))
    assert office.mailer.sent == []
    status, told = ask(office)
    assert status == 200
    assert (told["total"], told["over"], told["counts"]) == (2, False, {"delivered": 1})


def test_the_status_of_all() -> None:
    office = Office()
    office.feed(in_batch([*office.story.whole(), *other_job(office.story)]))
    _, told = ask(office)
    assert (told["title"], told["over"], told["deleted"]) == ("May flights", True, 0)
    assert told["counts"] == {"delivered": 1, "failed": 1}
    assert {job["job_id"] for job in told["jobs"]} == {JOB, OTHER}
    for unknown in ("c" * 32, "A", "x" * 100):
        assert ask(office, unknown)[0] == 404


def deletion_of_other() -> JobDeleted:
    return JobDeleted(
        event_id="d",
        job_id=OTHER,
        correlation_id=OTHER,
        causation_id="upload:x#1",
        occurred_at=NOON,
        attempt=1,
        batch=Batch(batch_id=BATCH, jobs=2, title="May flights"),
    )


def test_a_deleted_job_is_not_waited_for() -> None:
    office = Office()
    office.feed(in_batch([*office.story.whole(), other_job(office.story)[0]]))
    office.feed([deletion_of_other(), deletion_of_other()])
    assert office.kinds == ["batch"]
    assert "1 deleted meanwhile" in office.text()
    assert ask(office)[1]["deleted"] == 1


def test_a_job_that_was_deleted_before_anything_was_heard_of_it_counts_as_deleted() -> None:
    office = Office()
    office.feed(in_batch(office.story.whole()))
    office.feed([deletion_of_other()])
    assert office.kinds == ["batch"]
    assert ask(office)[1]["deleted"] == 1


def test_who_asks_for_one_again_is_told_of_that_one() -> None:
    office = Office()
    office.feed(in_batch(office.story.whole(), jobs=1))
    replayed = office.story.requested(attempt=2, minute=20)
    office.feed([replayed, office.story.failed(Stage.SFM, replayed)])
    assert office.kinds == ["batch", "failed"]


def test_batches_in_dynamodb(table: DynamoStatusTable) -> None:
    batches = DynamoBatches(table._client, table._table)
    assert batches.jobs(BATCH) == []
    for job_id in (JOB, OTHER, JOB):
        batches.join(BATCH, job_id)
    assert sorted(batches.jobs(BATCH)) == sorted((JOB, OTHER))
    assert batches.claim_mail(BATCH)
    assert not batches.claim_mail(BATCH)
    batches.release_mail(BATCH)
    assert batches.claim_mail(BATCH)
    assert sorted(batches.jobs(BATCH)) == sorted((JOB, OTHER))
