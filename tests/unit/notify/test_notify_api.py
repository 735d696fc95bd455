"""The status API: what it answers, and what it keeps to itself."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.fakes_notify import NOON, FakeStatusTable, make_kit
from tests.http_requests import asked_by, get, storm
from tests.unit.notify.story import JOB, Story, digest

from spaceport_contracts.events import Stage
from spaceport_notify.api import make_api, openapi
from spaceport_notify.known.follow import WAITING
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
    assert none == {"events": [], "next": first["next"], "over": True}


def test_results_are_every_file_of_the_folder_with_hash_and_link() -> None:
    door = Door()
    assert door.get(f"/jobs/{JOB}/results")[0] == 404
    status, _, body = door.delivered().get(f"/jobs/{JOB}/results")
    assert (status, body["attempt"]) == (200, 1)
    files = {file["path"]: file for file in body["files"]}
    assert {"scene.sog", "scene.ply", "sparse/geo.json", "report.html"} <= set(files)
    for file in files.values():
        uri = "s3://" + file["url"].removeprefix("https://signed.test/").partition("?")[0]
        content = door.story.store.objects[uri]
        assert (file["bytes"], file["sha256"]) == (len(content), digest(content))
    answer = door.app.resolve(asked_by("eve", get(f"/jobs/{JOB}/results")), None)
    assert answer["statusCode"] == 404


@pytest.mark.parametrize(
    "name",
    [
        "scene.sog",
        "scene.ply",
        "report.html",
        "report.json",
        "preview.png",
        "flythrough.webp",
        "geo.json",
    ],
)
def test_files_are_redirects_to_temporary_links(name: str) -> None:
    status, headers, _ = Door().delivered().get(f"/jobs/{JOB}/files/{name}")
    assert status == 302
    assert headers["Location"].startswith("https://signed.test/spaceport/jobs/")
    assert f"/{name}?" in headers["Location"]


def test_a_link_is_told_to_who_cannot_follow_one() -> None:
    door = Door().delivered()
    status, headers, body = door.get(f"/jobs/{JOB}/files/scene.sog", **{"as": "link"})
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert body["url"].startswith("https://signed.test/spaceport/jobs/")
    lasts = datetime.fromisoformat(body["expiresAt"]) - door.kit.clock()
    assert lasts == timedelta(hours=1)
    assert door.get(f"/jobs/{JOB}/files/scene.sog", **{"as": "page"})[0] == 422
    assert door.get(f"/jobs/{JOB}/files/scene.usdz", **{"as": "link"})[0] == 404


def test_photos_are_redirects_to_what_sfm_undistorted() -> None:
    door = Door().delivered()
    prefix = f"s3://spaceport/jobs/{JOB}/sfm/01/output/images/"
    door.story.store.write(prefix + "0001-dji-0001.jpg", b"jpeg", "image/jpeg")
    status, headers, _ = door.get(f"/jobs/{JOB}/photos/0001-dji-0001.jpg")
    assert status == 302
    assert "/sfm/01/output/images/0001-dji-0001.jpg?" in headers["Location"]
    for name in ("0002-dji-0002.jpg", "..%2Fgeo.json", "geo.json"):
        status, _, body = door.get(f"/jobs/{JOB}/photos/{name}")
        assert status == 404
    assert "geo.json" in body["detail"]


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


def ids(body: Any) -> list[str]:
    return [job["job_id"] for job in body["jobs"]]


def many_jobs(door: Door, count: int = 7) -> list[str]:
    """Jobs a minute apart, every third of which failed; the newest first."""
    for n in range(count):
        request = door.story.requested(minute=n).model_copy(update={"job_id": f"listed{n:03d}"})
        tell(request, door.kit)
        if n % 3 == 0:
            failed = door.story.failed(Stage.SFM, request, n + 0.5)
            tell(failed.model_copy(update={"job_id": request.job_id}), door.kit)
    return [f"listed{n:03d}" for n in reversed(range(count))]


def test_my_jobs_come_in_pages_the_newest_first() -> None:
    door = Door()
    newest_first = many_jobs(door)
    found, query = [], {"limit": "3"}
    for size in (3, 3, 1):
        status, _, body = door.get("/jobs", **query)
        assert (status, len(body["jobs"])) == (200, size)
        found += ids(body)
        query["before"] = body["next"]
    assert found == newest_first
    assert body["next"] is None
    assert body["jobs"][0]["title"] == "Brighton beach"


def test_my_jobs_by_status() -> None:
    door = Door()
    many_jobs(door)
    assert ids(door.get("/jobs", status="failed")[2]) == ["listed006", "listed003", "listed000"]
    assert ids(door.get("/jobs", status="running")[2]) == []
    assert len(ids(door.get("/jobs", status="queued")[2])) == 4


@pytest.mark.parametrize("upload", ["uploads/x/manifest.json", "/uploads/x/manifest.json"])
def test_an_uploader_learns_which_job_an_upload_became(upload: str) -> None:
    door = Door().delivered()
    assert ids(door.get("/jobs", upload=upload)[2]) == [JOB]
    assert ids(door.get("/jobs", upload=f"s3://spaceport/{upload.lstrip('/')}")[2]) == [JOB]
    assert ids(door.get("/jobs", upload="uploads/other.zip")[2]) == []
    refused = Door()
    tell(refused.story.rejected(), refused.kit)
    assert refused.get("/jobs", upload=upload)[2]["jobs"][0]["status"] == "rejected"


@pytest.mark.parametrize(
    "query", [{"status": "done"}, {"limit": "0"}, {"limit": "101"}, {"before": ""}, {"wait": "99"}]
)
def test_a_bad_query_names_the_field_and_the_remedy(query: dict[str, str]) -> None:
    path = f"/jobs/{JOB}/events" if "wait" in query else "/jobs"
    status, _, body = Door().delivered().get(path, **query)
    assert status == 422
    assert [error["field"] for error in body["errors"]] == list(query)
    assert "openapi" not in body["errors"][0]["remedy"]


@pytest.mark.parametrize("before", ["%00", "~", "9" * 100, "listed"])
def test_any_place_in_the_list_is_answered(before: str) -> None:
    assert Door().delivered().get("/jobs", before=before)[0] == 200


@pytest.mark.parametrize(
    ("subject", "status", "listed"),
    [
        ("ada", 200, [JOB]),
        ("eve", 404, []),
        (None, 401, []),
    ],
)
def test_nobody_sees_another_ones_job(subject: str | None, status: int, listed: list[str]) -> None:
    door = Door()
    tell(door.story.requested().model_copy(update={"owner": "ada"}), door.kit)
    for path in ("", "/events"):
        event = asked_by(subject, get(f"/jobs/{JOB}{path}"))
        assert door.app.resolve(event, None)["statusCode"] == status
    if subject:
        answer = door.app.resolve(asked_by(subject, get("/jobs")), None)
        assert ids(json.loads(answer["body"])) == listed


def test_a_long_poll_answers_as_soon_as_something_happens() -> None:
    door = Door()
    requested = door.story.requested()
    tell(requested, door.kit)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            tell(door.story.stage(Stage.SFM, 1, requested)[0], door.kit)

    door.kit = replace(door.kit, sleep=sleep)
    _, _, body = door.get(f"/jobs/{JOB}/events", after="1", wait="20")
    assert [event["type"] for event in body["events"]] == ["StageWaiting"]
    assert (len(slept), body["over"]) == (3, False)


def test_a_long_poll_ends_after_its_time() -> None:
    door = Door()
    tell(door.story.requested(), door.kit)
    now = [NOON]

    def sleep(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    door.kit = replace(door.kit, sleep=sleep, clock=lambda: now[0])
    _, _, body = door.get(f"/jobs/{JOB}/events", after="1", wait="20")
    assert body == {"events": [], "next": 1, "over": False}
    assert now[0] - NOON == timedelta(seconds=20)


def test_an_ended_job_and_a_crowd_of_waiters_are_not_waited_for() -> None:
    door = Door().delivered()

    def sleep(_seconds: float) -> None:
        raise AssertionError("waited in vain")

    door.kit = replace(door.kit, sleep=sleep)
    _, _, body = door.get(f"/jobs/{JOB}/events", after="99999", wait="20")
    assert body["over"] is True
    other = Door()
    tell(other.story.requested(), other.kit)
    other.kit = replace(other.kit, sleep=sleep)
    taken = [WAITING.acquire(blocking=False) for _ in range(200)]
    try:
        assert other.get(f"/jobs/{JOB}/events", after="1", wait="20")[2]["events"] == []
    finally:
        for _ in range(sum(taken)):
            WAITING.release()


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
    described = {
        f"{method.upper()} {path}"
        for path, methods in openapi()["paths"].items()
        for method in methods
    }
    assert described == {f"{route.method} {route.path}" for route in SERVICE.api}


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
