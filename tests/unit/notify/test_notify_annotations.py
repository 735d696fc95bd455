"""Annotations: the owner writes, a share reads, and they go with the job."""

import json
from typing import Any

import pytest
from tests.fakes_notify import NOON, FakeStatusTable, make_kit
from tests.http_requests import JSON, asked_by, get, http, post
from tests.unit.notify.story import JOB, Story
from tests.unit.notify.test_notify_deletion import deletion

from spaceport_notify.annotations.annotation import MOST, Annotations
from spaceport_notify.annotations.routes import keep
from spaceport_notify.api import make_api
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit
from spaceport_notify.tell import forget, tell

PATH = f"/jobs/{JOB}/annotations"
HERE = {"eye": [0, -10, 5], "target": [0, 0, 0], "fovDeg": 60}
TILE = {"id": "1", "title": "A loose tile", "text": "North roof", "at": [1, 2, 3], "view": HERE}


class Desk:
    """notify on fakes with one job of Ada's."""

    def __init__(self, is_delivered: bool = True) -> None:
        self.story, self.table = Story(), FakeStatusTable()
        self.kit = make_kit(self.table, store=self.story.store, clock=lambda: NOON)
        self.app = make_api(lambda: self.kit)
        for event in self.story.whole() if is_delivered else [self.story.requested()]:
            tell(event, self.kit)

    def ask(self, event: dict[str, Any]) -> tuple[int, Any]:
        answer = self.app.resolve(event, None)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    def put(self, *annotations: Any, by: str = "ada") -> tuple[int, Any]:
        body = json.dumps({"annotations": annotations})
        return self.ask(asked_by(by, http("PUT", PATH, body, JSON)))

    def kept(self) -> list[Any]:
        status, told = self.ask(get(PATH))
        assert status == 200
        found: list[Any] = told["annotations"]
        return found


def test_what_was_put_is_there_in_the_place_of_what_was() -> None:
    desk = Desk()
    assert desk.kept() == []
    assert desk.put(TILE)[0] == 200
    assert [each["title"] for each in desk.kept()] == ["A loose tile"]
    assert desk.put({**TILE, "title": "Mended"})[0] == 200
    assert [each["title"] for each in desk.kept()] == ["Mended"]
    assert desk.put()[0] == 200
    assert desk.kept() == []


def test_only_the_owner_writes_and_a_share_reads() -> None:
    desk = Desk()
    desk.put(TILE)
    assert desk.put(by="eve")[0] == 404
    assert desk.ask(asked_by("eve", get(PATH)))[0] == 404
    made = desk.ask(post(f"/jobs/{JOB}/shares", {}))[1]
    shared = f"/shared/{made['token']}/annotations"
    status, told = desk.ask(asked_by(None, get(shared)))
    assert (status, told["annotations"][0]["title"]) == (200, "A loose tile")
    refused = desk.ask(asked_by("ada", http("PUT", shared, json.dumps({}), JSON)))
    assert refused[0] in (404, 405)
    assert desk.ask(asked_by(None, get("/shared/nothing/annotations")))[0] == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": " \u202e\u200b\n"},
        {"title": "x" * 81},
        {"text": "x" * 1001},
        {"at": [0, 0]},
        {"at": [0, 0, 1e300]},
        {"at": ["a", 0, 0]},
        {"view": {**HERE, "fovDeg": 0}},
        {"id": "../../etc"},
        {"script": "alert(1)"},
    ],
)
def test_what_is_none_is_refused_and_changes_nothing(wrong: dict[str, Any]) -> None:
    desk = Desk()
    desk.put(TILE)
    status, told = desk.put({**TILE, **wrong})
    assert status == 422
    assert told["errors"][0]["remedy"]
    assert [each["title"] for each in desk.kept()] == ["A loose tile"]


def test_what_cannot_be_seen_is_left_out() -> None:
    desk = Desk()
    desk.put({**TILE, "title": "A\u202egpj.\x00 roof ", "text": "one\ntwo\x1b[31m"})
    (kept,) = desk.kept()
    assert kept["title"] == "Agpj. roof"
    assert kept["text"] == "one\ntwo[31m"


def test_there_are_not_too_many() -> None:
    desk = Desk()
    assert desk.put(*[{**TILE, "id": str(number)} for number in range(MOST)])[0] == 200
    assert desk.put(*[{**TILE, "id": str(number)} for number in range(MOST + 1)])[0] == 422


def test_nobody_writes_where_there_is_no_scene_yet() -> None:
    desk = Desk(is_delivered=False)
    status, told = desk.put(TILE)
    assert status == 409
    assert "Wait until it is delivered" in told["detail"]


def _view(kit: Kit) -> JobView:
    view, _ = kit.table.read(JOB)
    assert view is not None
    return view


def test_they_go_with_the_job_even_while_they_are_written() -> None:
    desk = Desk()
    desk.put(TILE)
    view = _view(desk.kit)
    forget(deletion(), desk.kit)
    assert desk.put(TILE)[0] == 404
    keep(Annotations(), view, desk.kit)  # who had asked before, and writes only now
    assert not [uri for uri in desk.story.store.objects if uri.endswith("annotations.json")]
