"""How much one caller may ask, and what they are told when it is too much."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.http_requests import asked_by, get, http, storm

from spaceport_runtime.aws.limits import DynamoCounter
from spaceport_runtime.errors import Retryable
from spaceport_runtime.http.limits import KEPT, Counter, Limits, LimitSettings, MemoryCounter
from spaceport_runtime.http.shell import HttpApi
from spaceport_runtime.tables import LIMITS_DEFINITION

MOST = 5


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(TableName="limits", **LIMITS_DEFINITION)
        yield client


@pytest.fixture(params=["memory", "table"])
def counter(request: pytest.FixtureRequest, table: Any) -> Counter:
    return MemoryCounter() if request.param == "memory" else DynamoCounter(table, "limits")


def test_each_window_has_its_own_count(counter: Counter) -> None:
    for window in (7, 8, 20):
        assert [counter.count("ada", window, 2) for _ in range(4)] == [True, True, False, False]
    assert counter.count("eve", 20, 2)


def test_many_at_once_are_counted_once_each() -> None:
    counter = MemoryCounter()
    assert sum(storm(lambda _: counter.count("ada", 1, 10), range(60), threads=8)) == 10


def test_the_table_keeps_one_item_for_a_caller(table: Any) -> None:
    counter = DynamoCounter(table, "limits")
    for window in range(20):
        counter.count("ada", window, 1)
    assert len(table.scan(TableName="limits")["Items"]) == 1


def test_the_memory_forgets_minutes_past() -> None:
    counter = MemoryCounter()
    for number in range(KEPT + 1):
        counter.count(f"{number}", 1, 1)
    counter.count("late", 2, 1)
    assert len(counter._counts) == 1
    assert not counter.count("late", 2, 1)


class Door:
    """One route to read and one to change, behind limits."""

    def __init__(self, changes: Counter | None = None) -> None:
        self.now_s = 600.0
        settings = LimitSettings(reads_per_minute=MOST, changes_per_minute=MOST)
        limits = Limits(settings, changes or MemoryCounter(), lambda: self.now_s)
        self.app = HttpApi(opened=("/shared/",), get_limits=lambda: limits)
        self.app.get("/jobs")(lambda: {})
        self.app.get("/shared/<token>")(lambda token: {})
        self.app.post("/jobs")(lambda: {})

    def ask(self, event: dict[str, Any], times: int = 1) -> list[int]:
        answers = [self.app.resolve(event, None) for _ in range(times)]
        self.last = answers[-1]
        return [answer["statusCode"] for answer in answers]


@pytest.mark.parametrize("make", [lambda: get("/jobs"), lambda: http("POST", "/jobs")])
def test_one_too_many_is_told_when_to_go_on(make: Callable[[], dict[str, Any]]) -> None:
    door = Door()
    assert door.ask(make(), MOST + 1) == [200] * MOST + [429]
    door.now_s += 20
    assert door.ask(make()) == [429]
    assert door.last["headers"]["Retry-After"] == "40"
    problem = json.loads(door.last["body"])
    assert (problem["status"], problem["title"]) == (429, "Too Many Requests")
    assert "40 seconds" in problem["detail"]
    assert door.ask(asked_by("eve", make())) == [200]
    door.now_s += 40
    assert door.ask(make()) == [200]


def test_what_is_unknown_counts_too() -> None:
    door = Door()
    assert door.ask(get("/nowhere"), MOST + 1) == [404] * MOST + [429]


def test_visitors_are_counted_by_their_address() -> None:
    door = Door()

    def visit(address: str) -> dict[str, Any]:
        event = asked_by(None, get("/shared/x"))
        event["requestContext"]["http"]["sourceIp"] = address
        return event

    assert door.ask(visit("192.0.2.1"), MOST + 1)[-1] == 429
    assert door.ask(visit("192.0.2.2")) == [200]
    assert door.ask(get("/jobs")) == [200]


def test_a_table_that_is_busy_is_no_error_of_ours() -> None:
    class Busy:
        def count(self, key: str, window: int, most: int) -> bool:
            raise Retryable("throttled")

    door = Door(Busy())
    assert door.ask(http("POST", "/jobs")) == [503]
    assert door.last["headers"]["Retry-After"]
