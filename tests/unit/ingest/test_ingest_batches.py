"""POST /batches: each capture a job of its own, told which batch it is in."""

import json
from typing import Any

from tests.fakes_ingest import BUCKET, FakeWorld
from tests.http_requests import post
from tests.photos_ingest import photos, zip_of

from spaceport_contracts.events import ReconstructionRequested
from spaceport_ingest.admission.runs import ingest_run, work
from spaceport_ingest.requests.api import make_api

MAIL = "ada@example.org"


def ask(world: FakeWorld, *keys: str, **more: Any) -> tuple[int, Any]:
    captures = [{"s3Url": f"s3://{BUCKET}/{key}", "title": key[-5:-4]} for key in keys]
    body = {"email": MAIL, "captures": captures, **more}
    answer = make_api(lambda: world.kit).resolve(post("/batches", body), None)
    return answer["statusCode"], json.loads(answer["body"])


def world_with(*keys: str) -> FakeWorld:
    world = FakeWorld()
    for number, key in enumerate(keys):
        world.put(key, zip_of(dict(list(photos(4 + number).items())[number:])))
    return world


def test_every_capture_is_a_job_that_knows_its_batch() -> None:
    world = world_with("captures/a.zip", "captures/b.zip")
    status, told = ask(
        world,
        "captures/a.zip",
        "captures/b.zip",
        title="May",
        quality="draft",
        options={"shDegree": 1},
    )
    assert (status, told["refused"]) == (202, [])
    assert [job["title"] for job in told["jobs"]] == ["a", "b"]
    for job in told["jobs"]:
        work(ingest_run(job["jobId"]), world.kit)
    assert len(world.bus.events) == 2
    for event in world.bus.events:
        assert isinstance(event, ReconstructionRequested)
        assert event.batch is not None
        assert (event.batch.batch_id, event.batch.jobs) == (told["batchId"], 2)
        assert (event.batch.title, event.quality, event.email) == ("May", "draft", MAIL)
        assert event.options.sh_degree == 1


def test_other_options_are_another_batch() -> None:
    world = world_with("captures/a.zip")
    first = ask(world, "captures/a.zip")[1]["batchId"]
    assert ask(world, "captures/a.zip", options={"shDegree": 0})[1]["batchId"] != first


def test_the_same_batch_again_is_the_same_and_a_job_alone_is_another() -> None:
    world = world_with("captures/a.zip")
    first, again = (ask(world, "captures/a.zip")[1] for _ in range(2))
    assert first == again
    body = {"s3Url": f"s3://{BUCKET}/captures/a.zip", "email": MAIL, "pipelineStep": "sfm"}
    answer = make_api(lambda: world.kit).resolve(post("/start-job", {**body, "title": "a"}), None)
    assert json.loads(answer["body"])["jobId"] != first["jobs"][0]["jobId"]


def test_what_cannot_begin_is_named_and_the_others_begin() -> None:
    world = world_with("captures/a.zip")
    keys = ("captures/none.zip", "captures/a.zip", "captures/a.zip", "jobs/x/y.zip")
    status, told = ask(world, *keys)
    assert (status, len(told["jobs"])) == (202, 1)
    assert [each["field"] for each in told["refused"]] == [
        "captures.0.s3Url",
        "captures.2.s3Url",
        "captures.3.s3Url",
    ]
    assert all(each["message"] and each["remedy"] for each in told["refused"])
    work(ingest_run(told["jobs"][0]["jobId"]), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    assert event.batch is not None
    assert event.batch.jobs == 1


def test_bad_batches_are_refused() -> None:
    world = world_with("captures/a.zip")
    assert ask(world, "captures/none.zip")[0] == 422
    assert ask(world)[0] == 422
    assert ask(world, *["captures/a.zip"] * 101)[0] == 422
    assert ask(world, "captures/a.zip", email="no address")[0] == 422
    assert ask(world, "captures/a.zip", colour="red")[0] == 422
    assert world.ledger.runs == {}
