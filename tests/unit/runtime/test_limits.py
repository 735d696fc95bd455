"""How much one caller may ask, and what they are told when it is too much."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.http_requests import asked_by, get, http, storm

from spaceport_runtime.aws.limits import DynamoCounter
from spaceport_runtime.errors import Retryable
from spaceport_runtime.http import caller as signed_in
from spaceport_runtime.http.limits import KEPT, Counter, Limits, LimitSettings, MemoryCounter
from spaceport_runtime.http.problems import Problem
from spaceport_runtime.http.shell import HttpApi
from spaceport_runtime.tables import LIMITS_DEFINITION

MOST = 5


def caller_is(subject: str) -> AbstractContextManager[None]:
    return signed_in.asked_by(asked_by(subject, get("/")))


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


def test_amounts_are_counted_and_one_that_would_be_too_much_is_not(counter: Counter) -> None:
    asked = [(60, True), (50, False), (40, True), (1, False)]
    assert [counter.count("ada", 7, 100, amount) for amount, _ in asked] == [so for _, so in asked]
    assert not counter.count("eve", 7, 100, 101)
    assert counter.count("eve", 7, 100, 100)


def test_places_are_taken_given_back_and_free_again_after_their_time(counter: Counter) -> None:
    taken = [counter.take("ada", 3, 100.0, 130.0) for _ in range(4)]
    assert None not in taken[:3]
    assert taken[3] is None
    assert counter.take("eve", 3, 100.0, 130.0) is not None
    counter.give_back(str(taken[1]))
    assert counter.take("ada", 3, 101.0, 131.0) == taken[1]
    assert counter.take("ada", 3, 101.0, 131.0) is None
    assert counter.take("ada", 3, 132.5, 160.0) is not None  # whoever held it died


def test_a_day_of_uploads_ends_at_midnight(counter: Counter) -> None:
    limits = Limits(LimitSettings(upload_bytes_per_day=100), counter, lambda: 86_400 * 3 - 3700.0)
    with caller_is("ada"):
        limits.spend_bytes(90)
        with pytest.raises(Problem) as refused:
            limits.spend_bytes(11)
        assert refused.value.status == 429
        assert refused.value.retry_after_s == 3700
        assert "1 h 1 min" in refused.value.detail
        limits.spend_bytes(10)
    with caller_is("eve"):
        limits.spend_bytes(100)


def test_so_many_wait_for_news_and_no_more(counter: Counter) -> None:
    limits = Limits(LimitSettings(long_polls=2), counter, lambda: 600.0)
    with caller_is("ada"):
        with limits.waiting(20), limits.waiting(20):
            with pytest.raises(Problem) as refused, limits.waiting(20):
                pass
            assert (refused.value.status, refused.value.retry_after_s) == (429, 5)
        with limits.waiting(20), limits.waiting(20):
            pass


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
        def count(self, key: str, window: int, most: int, amount: int = 1) -> bool:
            raise Retryable("throttled")

        def take(self, key: str, most: int, now_s: float, until_s: float) -> str | None:
            raise Retryable("throttled")

        def give_back(self, place: str) -> None:
            raise Retryable("throttled")

    door = Door(Busy())
    assert door.ask(http("POST", "/jobs")) == [503]
    assert door.last["headers"]["Retry-After"]
