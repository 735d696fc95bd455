"""The status API: what it answers, and what it keeps to itself."""

import json
from typing import Any

import pytest
from tests.fakes_notify import FakeStatusTable, make_kit
from tests.http_requests import get, storm
from tests.unit.notify.story import JOB, Story

from spaceport_notify.api import make_api, openapi
from spaceport_notify.service import SERVICE
from spaceport_notify.tell import tell
from spaceport_runtime.errors import Retryable


class Door:
    """The API over fakes, asked as API Gateway asks."""

    def __init__(self) -> None:
        self.story = Story()
        self.table = FakeStatusTable()
        self.kit = make_kit(self.table, store=self.story.store)
        self.app = make_api(lambda: self.kit)

    def get(self, path: str, **query: str) -> tuple[int, dict[str, str], Any]:
        answer = self.app.resolve(get(path, **query), None)
        headers = {**answer.get("headers", {})}
        body = answer.get("body") or "null"
        return answer["statusCode"], headers, json.loads(body)

    def delivered(self) -> "Door":
        for event in self.story.whole():
            tell(event, self.kit)
        return self


def test_status_of_a_delivered_job() -> None:
    status, _, body = Door().delivered().get(f"/jobs/{JOB}")
    assert status == 200
    assert (body["status"], body["attempt"], body["title"]) == ("delivered", 1, "Brighton beach")
    assert body["report"] == f"/jobs/{JOB}/files/report.html"
    assert body["scene"] == f"/jobs/{JOB}/files/scene.sog"
    assert [stage["seconds"] for stage in body["stages"]] == [100.0, 150.0, 30.0]


def test_events_in_pages_without_private_matters() -> None:
    door = Door().delivered()
    _, _, first = door.get(f"/jobs/{JOB}/events")
    assert first["events"][0]["type"] == "ReconstructionRequested"
    assert first["next"] == first["events"][-1]["seq"]
    text = json.dumps(first)
    assert "example.org" not in text
    assert "s3://spaceport/jobs" not in text
    middle = first["events"][3]["seq"]
    _, _, rest = door.get(f"/jobs/{JOB}/events", after=str(middle))
    assert rest["events"] == first["events"][4:]
    _, _, none = door.get(f"/jobs/{JOB}/events", after=str(first["next"]))
    assert none == {"events": [], "next": first["next"]}


@pytest.mark.parametrize(
    "name",
    ["scene.sog", "scene.ply", "report.html", "report.json", "preview.png", "flythrough.webp"],
)
def test_files_are_redirects_to_temporary_links(name: str) -> None:
    status, headers, _ = Door().delivered().get(f"/jobs/{JOB}/files/{name}")
    assert status == 302
    assert headers["Location"].startswith("https://signed.test/spaceport/jobs/")
    assert f"/{name}?" in headers["Location"]


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/unknown00",
        "/jobs/unknown00/events",
        "/jobs/unknown00/files/scene.sog",
        f"/jobs/{JOB}/files/result.json",
        f"/jobs/{JOB}/files/..%2Fsecret",
        f"/jobs/{'x' * 3000}",
        "/jobs/\ud800",
        "/jobs/a b",
        "/elsewhere",
    ],
)
def test_404_is_a_problem_document_with_a_remedy(path: str) -> None:
    status, headers, body = Door().delivered().get(path)
    assert status == 404
    assert headers["Content-Type"] == "application/problem+json"
    assert body["status"] == 404
    assert len(body["detail"]) > 40


def test_files_before_delivery_are_not_there() -> None:
    door = Door()
    tell(door.story.requested(), door.kit)
    assert door.get(f"/jobs/{JOB}/files/scene.sog")[0] == 404
    _, _, body = door.get(f"/jobs/{JOB}")
    assert (body["status"], body["report"], body["scene"]) == ("queued", None, None)


def test_a_bad_page_names_the_field() -> None:
    door = Door().delivered()
    for after in ("soon", "-1", "9" * 40):
        status, _, body = door.get(f"/jobs/{JOB}/events", after=after)
        assert status == 422
        assert body["errors"][0]["field"] == "after"


def test_busy_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Door()

    def busy(_job_id: str) -> Any:
        raise Retryable("throttled")

    monkeypatch.setattr(door.table, "read", busy)
    assert door.get(f"/jobs/{JOB}")[0] == 503


def test_the_description_has_the_declared_routes() -> None:
    paths = {f"GET {path}" for path in openapi()["paths"]}
    assert paths == {f"{route.method} {route.path}" for route in SERVICE.api}


def test_a_thousand_parallel_readers_each_get_their_own_job() -> None:
    """Fails on a resolver that is shared without care: another job's status, and 500s."""
    door = Door()
    for n in range(5):
        request = door.story.requested().model_copy(update={"job_id": f"storm00{n}"})
        tell(request, door.kit)
    asked = [f"storm00{n % 5}" for n in range(1000)]
    answers = storm(lambda job_id: door.app.resolve(get(f"/jobs/{job_id}"), None), asked)
    assert {answer["statusCode"] for answer in answers} == {200}
    assert [json.loads(answer["body"])["job_id"] for answer in answers] == asked
