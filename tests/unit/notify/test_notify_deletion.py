"""A deleted job: told to the owner's webhooks, then forgotten, whatever comes late."""

import json
import random

import pytest
from tests.fakes_notify import NOON
from tests.http_requests import get
from tests.unit.notify.story import JOB, at
from tests.unit.notify.test_notify_tell import Office

from spaceport_contracts.events import Event, JobDeleted, SplatCompressed
from spaceport_notify.api import make_api
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import DELETED, Commit
from spaceport_notify.shares.share import new_share
from spaceport_notify.webhooks.deliver import on_due
from spaceport_notify.webhooks.hook import new_hook


def deletion(minute: float = 9) -> JobDeleted:
    return at(JobDeleted, minute, "upload:s3://spaceport/uploads/a.zip#1", 1)


def nothing_is_left(office: Office) -> bool:
    reports = [uri for uri in office.story.store.objects if f"/jobs/{JOB}/report/" in uri]
    return not reports and office.table.read(JOB) == (None, DELETED)


def test_everything_that_notify_keeps_goes() -> None:
    office = Office()
    office.feed(office.story.whole())
    share, _ = new_share(JOB, "", 7, NOON)
    office.kit.shares.add(share)
    office.feed([deletion()])
    assert nothing_is_left(office)
    assert office.kit.shares.of(JOB) == []
    assert office.table.events(JOB, 0, 100) == []
    for path in (f"/jobs/{JOB}", f"/jobs/{JOB}/events", f"/jobs/{JOB}/files/scene.sog"):
        assert make_api(lambda: office.kit).resolve(get(path), None)["statusCode"] == 404
    answer = make_api(lambda: office.kit).resolve(get("/jobs"), None)
    assert json.loads(answer["body"])["jobs"] == []


@pytest.mark.parametrize("seed", range(20))
def test_no_order_of_events_brings_it_back(seed: int) -> None:
    office = Office()
    events: list[Event] = [*office.story.whole(), deletion()]
    random.Random(seed).shuffle(events)
    office.feed(events)
    mails = len(office.mailer.sent)
    assert office.feed([*events, *events]) == []
    assert nothing_is_left(office)
    assert len(office.mailer.sent) == mails


def test_a_report_that_is_written_while_its_job_is_deleted_is_cleared() -> None:
    office = Office()
    events = office.story.whole()
    end = next(event for event in events if isinstance(event, SplatCompressed))
    office.feed([event for event in events if event is not end])
    commit = office.table.commit

    def delete_first(view: JobView, version: int, event: Event | None = None) -> Commit:
        if view.reports:
            office.table.commit = commit  # type: ignore[method-assign]
            office.feed([deletion()])
        return commit(view, version, event)

    office.table.commit = delete_first  # type: ignore[method-assign]
    office.feed([end])
    assert nothing_is_left(office)
    assert office.kinds == []


def test_a_report_of_a_process_that_died_is_cleared_when_its_message_comes_again() -> None:
    office = Office()
    office.feed([*office.story.whole(), deletion()])
    office.story.store.objects[f"s3://spaceport/jobs/{JOB}/report/01/report.html"] = b"late"
    office.feed(office.story.whole()[-1:])
    assert nothing_is_left(office)


def test_webhooks_hear_of_the_deletion_and_of_nothing_before_it() -> None:
    office = Office()
    office.kit.hooks.add(new_hook("", "https://example.org/hook", office.now))
    office.feed([*office.story.whole(), deletion(), deletion()])
    for body in office.kit.queue.sent:  # type: ignore[attr-defined]
        on_due(json.loads(body)["detail"], office.kit)
    posted = office.kit.poster.posted  # type: ignore[attr-defined]
    assert [json.loads(body)["event"]["type"] for _, body, _ in posted] == ["JobDeleted"]
