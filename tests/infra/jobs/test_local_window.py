"""`spaceport replay --since --until --rule`: a window of the archive, to some rules."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spaceport_cli.cloud.access import announced
from spaceport_cli.cloud.window import parse_moment, replay_window
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_runtime.errors import UserError

NOW = datetime.now(UTC)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    with LocalCloud(CloudOptions(tmp_path)) as running, announced(running, tmp_path):
        yield running


def listener(cloud: LocalCloud, rule: str) -> str:
    """A queue of its own behind a rule of its own; returns its URL."""
    sqs, events = cloud.client("sqs"), cloud.client("events")
    url: str = sqs.create_queue(QueueName=rule)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    pattern = json.dumps({"source": ["spaceport.drill"]})
    events.put_rule(Name=rule, EventBusName="spaceport", EventPattern=pattern)
    targets = [{"Id": "queue", "Arn": arn["QueueArn"]}]
    events.put_targets(Rule=rule, EventBusName="spaceport", Targets=targets)
    return url


def received(cloud: LocalCloud, url: str) -> list[dict[str, Any]]:
    answer = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def publish(cloud: LocalCloud, detail: str = "{}") -> None:
    entry = {
        "EventBusName": "spaceport",
        "Source": "spaceport.drill",
        "DetailType": "Drill",
        "Detail": detail,
    }
    cloud.client("events").put_events(Entries=[entry])


def test_only_the_named_rule_hears_the_window(cloud: LocalCloud, tmp_path: Path) -> None:
    wanted, other = listener(cloud, "wanted"), listener(cloud, "other")
    publish(cloud)
    assert (len(received(cloud, wanted)), len(received(cloud, other))) == (1, 1)
    console = Console()
    hour = timedelta(hours=1)
    assert replay_window(NOW - hour, NOW + hour, ["wanted"], tmp_path, console) == 0
    again = received(cloud, wanted)
    assert [event["replay-name"].startswith("spaceport-") for event in again] == [True]
    assert received(cloud, other) == []


def test_events_outside_the_window_stay_where_they_are(cloud: LocalCloud, tmp_path: Path) -> None:
    url = listener(cloud, "wanted")
    publish(cloud)
    received(cloud, url)
    hour = timedelta(hours=1)
    assert replay_window(NOW - 2 * hour, NOW - hour, [], tmp_path, Console()) == 0
    assert received(cloud, url) == []


@pytest.mark.parametrize(("since_h", "rule", "word"), [(1, [], "empty"), (-1, ["no"], "no rule")])
def test_a_wrong_window_is_refused(
    cloud: LocalCloud, tmp_path: Path, since_h: int, rule: list[str], word: str
) -> None:
    with pytest.raises(UserError, match=word):
        replay_window(NOW + timedelta(hours=since_h), NOW, rule, tmp_path, Console())


def test_a_moment_without_a_zone_is_this_machines() -> None:
    assert parse_moment("2026-11-23T14:00+02:00") == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert parse_moment("2026-11-23T14:00").tzinfo is UTC
    with pytest.raises(ValueError, match="yesterday"):
        parse_moment("yesterday")


def test_an_event_arrives_as_it_was_sent(cloud: LocalCloud) -> None:
    """A title that looks like a template's field is a title."""
    url = listener(cloud, "wanted")
    detail = {"title": '<id> <time> <detail-type> "', "nested": [{"a": ["<source>", 1, None]}]}
    publish(cloud, json.dumps(detail))
    event = received(cloud, url)[0]
    assert event["detail"] == detail
    assert (event["source"], event["detail-type"]) == ("spaceport.drill", "Drill")
