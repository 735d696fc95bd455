"""The front door: what may be asked, and what is answered to anything else."""

import base64
import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from tests.fakes_ingest import BUCKET, FakeWorld, etag_of
from tests.http_requests import ADA, asked_by, claims, storm
from tests.photos_ingest import created, photos, put_folder, put_zip, zip_of

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import (
    CancellationRequested,
    CaptureRejected,
    Event,
    ReconstructionRequested,
    SparseModelBuilt,
    Stage,
)
from spaceport_contracts.results import StageResult
from spaceport_ingest.admission.runs import ingest_run, sweep
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.handler import routes
from spaceport_ingest.inspect.splats.splat import SCENE
from spaceport_ingest.requests.api import make_api, openapi
from spaceport_ingest.service import SERVICE
from spaceport_ingest.settings import Limits
from spaceport_runtime.consume import Backoff, consume
from spaceport_runtime.errors import Retryable
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import End, EndKind, Run, RunKey

MAIL = "ada@example.org"


def http(path: str, body: str | None, method: str = "POST", *, encoded: bool = False) -> Any:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"} if body is not None else {},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "authorizer": claims(ADA),
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def send(world: FakeWorld, event: Any) -> tuple[int, dict[str, Any]]:
    answer = make_api(lambda: world.kit).resolve(event, None)
    body = json.loads(answer["body"])
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    if answer["statusCode"] >= 400:
        assert headers["content-type"] == "application/problem+json"
        assert set(body) == {"type", "title", "status", "detail", "errors"}
        assert body["status"] == answer["statusCode"] and body["detail"].endswith(".")
    return answer["statusCode"], body


def post(world: FakeWorld, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    return send(world, http(path, json.dumps(body)))


def start(world: FakeWorld, url: str, step: str = "sfm", **more: Any) -> tuple[int, dict[str, Any]]:
    return post(world, "/start-job", {"s3Url": url, "email": MAIL, "pipelineStep": step, **more})


def drain(world: FakeWorld) -> None:
    """What the queue's poller does."""
    while world.queue.sent:
        record = {
            "messageId": "1",
            "receiptHandle": "1",
            "body": world.queue.sent.pop(),
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:1:spaceport-ingest",
            "awsRegion": "us-east-1",
        }
        answer = consume({"Records": [record]}, routes(world.kit), world.queue, Backoff(1, 2))
        assert answer == {"batchItemFailures": []}


def requested(world: FakeWorld) -> ReconstructionRequested:
    event = world.bus.events[-1]
    assert isinstance(event, ReconstructionRequested), event
    return event


@pytest.mark.parametrize(
    "url",
    [
        f"s3://{BUCKET}/captures/my%20trip.zip",
        f"s3://{BUCKET}/captures/my trip.zip",
        f"https://{BUCKET}.s3.us-west-2.amazonaws.com/captures/my%20trip.zip",
        f"https://{BUCKET}.s3.amazonaws.com/captures/my+trip.zip",
        f"https://s3.us-west-2.amazonaws.com/{BUCKET}/captures/my%20trip.zip",
        f"https://s3-eu-central-1.amazonaws.com/{BUCKET}/captures/my%20trip.zip",
        f"https://{BUCKET}.s3.dualstack.us-gov-west-1.amazonaws.com/captures/my%20trip.zip?x=1",
    ],
)
def test_every_form_of_address(url: str) -> None:
    world = FakeWorld()
    world.put("captures/my trip.zip", zip_of(photos(3)))
    status, body = start(world, url, title="Trip", quality="draft")
    assert (status, body["status"], body["attempt"]) == (202, "accepted", 1)
    assert world.bus.events == []  # answered before the inspection
    drain(world)
    event = requested(world)
    assert (event.job_id, event.email, event.title) == (body["jobId"], MAIL, "Trip")
    assert (event.quality, event.start_at, event.photos) == ("draft", Stage.SFM, 3)


def test_the_same_request_is_the_same_job() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    first = start(world, f"s3://{BUCKET}/captures/a.zip")
    drain(world)
    assert start(world, f"s3://{BUCKET}/captures/a.zip") == first
    drain(world)
    assert len(world.bus.events) == 1
    other = start(world, f"s3://{BUCKET}/captures/a.zip", quality="high")
    assert other[1]["jobId"] != first[1]["jobId"]


def test_asking_for_a_job_that_ended_says_how() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(1)))
    start(world, f"s3://{BUCKET}/captures/a.zip")
    drain(world)
    assert isinstance(world.bus.events[0], CaptureRejected)
    assert start(world, f"s3://{BUCKET}/captures/a.zip")[1]["status"] == "failed"


def test_an_upload_that_started_by_itself_is_not_started_twice() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3), email=MAIL)
    on_upload(created(key), world.kit)
    for url in (f"s3://{BUCKET}/{key}", f"s3://{BUCKET}/uploads/trip/"):
        assert start(world, url)[1]["jobId"] == requested(world).job_id
    drain(world)
    assert len(world.bus.events) == 1


def test_a_folder_of_photos_under_any_names() -> None:
    world = FakeWorld()
    for name, content in photos(3).items():
        world.put(f"captures/münchen 1/{name}", content)
    world.put("captures/münchen 1/truth.json", b"{}")
    status, body = start(world, f"s3://{BUCKET}/captures/münchen 1")
    assert status == 202
    drain(world)
    event = requested(world)
    assert event.inputs.prefix == f"s3://{BUCKET}/work/{body['jobId']}/ingest/photos/"
    below = {
        item.uri.removeprefix(event.inputs.prefix)
        for item in world.objects.under(event.inputs.prefix)
    }
    assert below == set(photos(3))


def test_a_lost_message_is_healed() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    start(world, f"s3://{BUCKET}/captures/a.zip")
    world.queue.sent.clear()
    world.now += timedelta(seconds=61)
    sweep(world.kit)
    assert len(world.bus.events) == 1


FIELD_CASES: list[tuple[dict[str, Any], str]] = [
    ({"pipelineStep": "banana"}, "pipelineStep"),
    ({"email": "not-an-email"}, "email"),
    ({"email": "a@b"}, "email"),
    ({"email": "a@b.co\nBcc: c@d.co"}, "email"),
    ({"email": None}, "email"),
    ({"s3Url": ""}, "s3Url"),
    ({"s3Url": 5}, "s3Url"),
    ({"quality": "ultra"}, "quality"),
    ({"title": "x" * 201}, "title"),
    ({"hyperparameters": {"gaussianImageUri": "evil"}}, "hyperparameters"),
]


@pytest.mark.parametrize(("change", "field"), FIELD_CASES)
def test_a_bad_field_is_named_with_its_remedy(change: dict[str, Any], field: str) -> None:
    good = {"s3Url": f"s3://{BUCKET}/a.zip", "email": MAIL, "pipelineStep": "sfm"}
    status, body = post(FakeWorld(), "/start-job", {**good, **change})
    assert status == 422
    assert [error["field"] for error in body["errors"]] == [field]
    assert all(error["message"] and error["remedy"] for error in body["errors"])


@pytest.mark.parametrize("field", ["s3Url", "email", "pipelineStep"])
def test_a_missing_field_is_named(field: str) -> None:
    body = {"s3Url": f"s3://{BUCKET}/a.zip", "email": MAIL, "pipelineStep": "sfm"}
    del body[field]
    status, answer = post(FakeWorld(), "/start-job", body)
    assert status == 422 and answer["errors"][0]["message"] == "The field is missing."


@pytest.mark.parametrize("body", ["", "null", "[]", "[{}]", "5", '"x"', "{not json", "{"])
@pytest.mark.parametrize("path", ["/start-job", "/jobs/0123456789ab/replay"])
def test_a_body_that_is_no_object(path: str, body: str | None) -> None:
    assert send(FakeWorld(), http(path, body))[0] == 400


def test_a_form_starts_nothing() -> None:
    """What a web page of a stranger can post without being asked: forms and plain text."""
    for declared in ("application/x-www-form-urlencoded", "text/plain; charset=utf-8", None):
        good = {"s3Url": f"s3://{BUCKET}/a.zip", "email": MAIL, "pipelineStep": "sfm"}
        world = FakeWorld()
        world.put("a.zip", zip_of(photos(3)))
        event = http("/start-job", json.dumps(good))
        event["headers"] = {"Content-Type": declared} if declared else {}
        status, body = send(world, event)
        assert status == 415 and "Content-Type: application/json" in body["detail"]
        assert not world.ledger.runs


def test_a_body_that_is_no_text() -> None:
    raw = base64.b64encode(b"\xff\xfe{}").decode()
    assert send(FakeWorld(), http("/start-job", raw, encoded=True))[0] == 400
    assert send(FakeWorld(), http("/start-job", "?", encoded=True))[0] == 400


STRANGE_PLACES = [
    "jobs/{job}/ingest/photos/",
    "jobs/{job}/sfm/01/output/",
    "jobs/{job}/sfm/01/output",
    "jobs%2F{job}%2Fsfm%2F01%2Foutput/",
    "captures/../jobs/{job}/sfm/01/output/",
    "captures/%2E%2E/jobs/{job}/sfm/01/output/",
    "jobs/",
    "captures",
    "captures/",
    "uploads//",
    "results/{job}/",
    "a.zip",
]


@pytest.mark.parametrize("place", STRANGE_PLACES)
@pytest.mark.parametrize("step", ["sfm", "3dgs", "compression"])
def test_what_is_not_the_callers_cannot_be_named(place: str, step: str) -> None:
    world = FakeWorld()
    job_id = running_job(world).job_id
    scene(world, f"jobs/{job_id}/sfm/01/output/")
    world.put("results/x/a.jpg", b"")
    request = {"s3Url": f"s3://{BUCKET}/{place.format(job=job_id)}", "pipelineStep": step}
    status, body = post(world, "/start-job", {**request, "email": "mallory@example.org"})
    assert status in (403, 404) and body["errors"][0]["field"] == "s3Url"
    assert len(world.ledger.names) == 1  # the owner's


def test_ones_own_job_may_be_gone_on_from() -> None:
    world = FakeWorld()
    job_id = running_job(world).job_id
    prefix = scene(world, f"jobs/{job_id}/sfm/02/output/")
    assert start(world, prefix, "3dgs")[0] == 202
    assert start(world, prefix, "sfm")[0] == 403


@pytest.mark.parametrize(
    ("url", "step", "status"),
    [
        ("ftp://spaceport/a.zip", "sfm", 400),
        ("https://example.org/a.zip", "sfm", 400),
        ("https://spaceport.s3.amazonaws.com.evil.org/a.zip", "sfm", 400),
        ("http://[", "sfm", 400),
        ("s3://spaceport", "sfm", 400),
        ("s3://spaceport/", "sfm", 400),
        ("s3:///a.zip", "sfm", 400),
        ("s3://another/a.zip", "sfm", 403),
        ("https://another.s3.eu-west-1.amazonaws.com/a.zip", "sfm", 403),
        ("s3://spaceport/captures/missing.zip", "sfm", 404),
        ("s3://spaceport/captures/missing/", "3dgs", 404),
        ("s3://spaceport/captures/missing.ply", "compression", 404),
        ("s3://spaceport/captures/there.txt", "sfm", 400),
        ("s3://spaceport/captures/there.txt", "3dgs", 400),
        ("s3://spaceport/captures/there.txt", "compression", 400),
    ],
)
def test_a_bad_address(url: str, step: str, status: int) -> None:
    world = FakeWorld()
    world.put("captures/there.txt", b"x")
    answered, body = start(world, url, step)
    assert answered == status
    assert body["errors"][0]["field"] == "s3Url" and body["errors"][0]["remedy"]
    assert not world.ledger.runs


def test_a_thousand_parallel_requests_each_get_their_own_answer() -> None:
    world = FakeWorld()
    app = make_api(lambda: world.kit)
    asked = [f"storm{n % 7:07d}" for n in range(1000)]
    events = [http(f"/jobs/{job_id}/cancel", None) for job_id in asked]
    answers = storm(lambda event: app.resolve(event, None), events)
    for job_id, answer in zip(asked, answers, strict=True):
        assert answer["statusCode"] == 404 and job_id in json.loads(answer["body"])["detail"]


def test_a_job_is_its_owners_to_change() -> None:
    world = FakeWorld()
    uri = f"s3://{BUCKET}/captures/a.zip"
    world.put("captures/a.zip", zip_of(photos(3)))
    asked = json.dumps({"s3Url": uri, "email": MAIL, "pipelineStep": "sfm"})
    _, hers = send(world, asked_by("ada", http("/start-job", asked)))
    _, his = send(world, asked_by("bob", http("/start-job", asked)))
    assert hers["jobId"] != his["jobId"]
    drain(world)
    owners = {event.job_id: getattr(event, "owner", None) for event in world.bus.events}
    assert owners == {hers["jobId"]: "ada", his["jobId"]: "bob"}
    for path, body in (("cancel", None), ("replay", '{"from": "sfm"}')):
        event = http(f"/jobs/{hers['jobId']}/{path}", body)
        assert send(world, asked_by("bob", event))[0] == 404
    cancel = http(f"/jobs/{hers['jobId']}/cancel", None)
    assert send(world, asked_by("ada", cancel))[0] == 202


@pytest.mark.parametrize(("subject", "status"), [("ada", 202), ("mallory", 403), (None, 401)])
def test_an_owners_job_is_the_owners_whatever_the_address(subject: str | None, status: int) -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    job_id = start_as(world, "ada", f"s3://{BUCKET}/captures/a.zip", "sfm")[1]["jobId"]
    drain(world)
    prefix = scene(world, f"jobs/{job_id}/sfm/01/output/")
    assert start_as(world, subject, prefix, "3dgs")[0] == status


def start_as(
    world: FakeWorld, subject: str | None, url: str, step: str
) -> tuple[int, dict[str, Any]]:
    body = {"s3Url": url, "email": MAIL, "pipelineStep": step}
    return send(world, asked_by(subject, http("/start-job", json.dumps(body))))


def test_a_folder_without_end_is_not_listed() -> None:
    world = FakeWorld(Limits(workers=1, max_files=2))
    for name, content in photos(3).items():
        world.put(f"captures/a/{name}", content)
    status, body = start(world, f"s3://{BUCKET}/captures/a/")
    assert status == 400 and "more than 2 files" in body["detail"]


@pytest.mark.parametrize("step", ["3dgs", "compression"])
def test_a_strangers_result_of_any_size_is_not_read(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = FakeWorld(Limits(workers=1, max_manifest_bytes=1000))
    prefix = scene(world)
    world.put("captures/a/scene.ply", ply())
    uri = world.put("captures/a/result.json", b" " * 2000)
    read = world.store.read

    def read_small(asked: str) -> bytes:
        assert asked != uri
        return read(asked)

    monkeypatch.setattr(world.store, "read", read_small)
    start(world, prefix, step)
    drain(world)
    requested(world)


def test_unknown_paths_and_methods() -> None:
    assert send(FakeWorld(), http("/nothing", None))[0] == 404
    assert send(FakeWorld(), http("/start-job", "{}", "DELETE"))[0] == 404


def test_a_busy_world_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))

    def busy(*_: object) -> None:
        raise Retryable("throttled")

    monkeypatch.setattr(world.ledger, "admit", busy)
    assert start(world, f"s3://{BUCKET}/captures/a.zip")[0] == 503


def test_a_bug_is_a_500_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    monkeypatch.setattr(world.ledger, "admit", None)
    status, body = start(world, f"s3://{BUCKET}/captures/a.zip")
    assert status == 500 and "NoneType" not in json.dumps(body)


def scene(world: FakeWorld, prefix: str = "captures/a/") -> str:
    for name in ("cameras", "images", "points3D"):
        world.put(f"{prefix}sparse/0/{name}.bin", bytes(64))
    for name, content in photos(3).items():
        world.put(f"{prefix}images/{name}", content)
    return f"s3://{BUCKET}/{prefix}"


def test_training_begins_from_a_strangers_model() -> None:
    world = FakeWorld()
    prefix = scene(world)
    assert start(world, prefix, "3dgs")[0] == 202
    drain(world)
    event = requested(world)
    assert (event.start_at, event.inputs.prefix, event.photos) == (Stage.TRAIN, prefix, 3)
    index = StageResult.model_validate_json(world.store.objects[event.inputs.index.uri])
    assert len(index.files) == 6
    assert event.inputs.index.uri.startswith(f"s3://{BUCKET}/work/{event.job_id}/ingest/")


def test_a_model_that_lacks_something() -> None:
    world = FakeWorld()
    prefix = scene(world)
    del world.store.objects[prefix + "sparse/0/points3D.bin"]
    start(world, prefix, "3dgs")
    drain(world)
    event = world.bus.events[0]
    assert isinstance(event, CaptureRejected) and "points3D.bin" in event.reason


PROPERTIES = "x y z f_dc_0 f_dc_1 f_dc_2 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3"


def ply(properties: str = PROPERTIES, number: int = 5, lacking_bytes: int = 0) -> bytes:
    names = properties.split()
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {number}"]
    lines += [f"property float {name}" for name in names] + ["end_header", ""]
    return "\n".join(lines).encode() + bytes(number * len(names) * 4 - lacking_bytes)


def test_compression_begins_from_one_ply() -> None:
    world = FakeWorld()
    world.put("captures/a/sphere.ply", ply())
    world.put("captures/a/large-other-file", bytes(10))
    start(world, f"s3://{BUCKET}/captures/a/sphere.ply", "compression")
    drain(world)
    event = requested(world)
    assert event.start_at is Stage.COMPRESS
    below = list(world.objects.under(event.inputs.prefix))
    assert [item.uri for item in below] == [event.inputs.prefix + SCENE]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "not a PLY"),
        (b"", "not a PLY"),
        (b"ply\nformat ascii 1.0\n", "does not end"),
        (ply(number=0), "no Gaussians"),
        (ply("x y z red green blue"), "point cloud"),
        (ply(PROPERTIES.replace(" scale_2", "")), "2D Gaussians"),
        (ply(lacking_bytes=1), "cut off"),
        (ply().replace(b"binary_little_endian", b"zebra"), "no PLY format"),
    ],
)
def test_a_ply_that_is_no_splat(content: bytes, reason: str) -> None:
    world = FakeWorld()
    world.put("captures/a.ply", content)
    start(world, f"s3://{BUCKET}/captures/a.ply", "compression")
    drain(world)
    event = world.bus.events[0]
    assert isinstance(event, CaptureRejected) and reason in event.reason


def test_a_folder_with_two_plys_is_not_guessed_at() -> None:
    world = FakeWorld()
    world.put("captures/m/a.ply", ply())
    world.put("captures/m/b.ply", ply())
    start(world, f"s3://{BUCKET}/captures/m/", "compression")
    drain(world)
    event = world.bus.events[0]
    assert isinstance(event, CaptureRejected) and "2 .ply files" in event.reason


def running_job(world: FakeWorld) -> ReconstructionRequested:
    """A job whose sfm is done and whose training runs."""
    on_upload(created(put_zip(world, photos(3), email=MAIL, title="Trip")), world.kit)
    event = requested(world)
    admit(world, Stage.SFM, event)
    uri = world.put("jobs/x/sfm/01/output/result.json", b"{}")
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    index = Artifact(uri=uri, bytes=2, sha256=digest)
    built = follow(
        SparseModelBuilt,
        event,
        1,
        world.now,
        quality="standard",
        outputs=ArtifactSet(prefix=uri.removesuffix("result.json"), index=index),
        photos_total=3,
        photos_registered=3,
        reprojection_error_px=0.5,
        mean_track_length=3.0,
        gps_rms_m=None,
        camera_height_above_ground_m=None,
        seconds=1.0,
    )
    admit(world, Stage.TRAIN, built)
    return event


def admit(world: FakeWorld, stage: Stage, cause: Event) -> None:
    key = RunKey(stage, cause.job_id, cause.attempt)
    at = world.now.isoformat()
    world.ledger.admit(Run(key, at, cause.detail_type(), cause.model_dump_json()))


def end(world: FakeWorld, job_id: str, attempt: int, kind: EndKind = EndKind.FAILED) -> None:
    world.ledger.claim_end(job_id, attempt, End(kind, by="train"))


@pytest.mark.parametrize(("step", "stage"), [("sfm", Stage.SFM), ("3dgs", Stage.TRAIN)])
def test_replay_begins_a_new_attempt_from_what_is_stored(step: str, stage: Stage) -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1)
    status, body = post(world, f"/jobs/{job.job_id}/replay", {"from": step, "quality": "high"})
    assert (status, body["attempt"]) == (202, 2)
    again = requested(world)
    assert (again.attempt, again.start_at, again.quality) == (2, stage, "high")
    assert (again.email, again.title, again.photos) == (MAIL, "Trip", 3)
    assert again.event_id != job.event_id
    if stage is Stage.SFM:
        assert again.inputs == job.inputs and again.causation_id == job.event_id
    else:
        assert "/sfm/01/" in again.inputs.prefix
    assert post(world, f"/jobs/{job.job_id}/replay", {"from": step})[0] == 409  # it runs now


def test_replay_of_what_never_ran_or_is_gone() -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1)
    status, body = post(world, f"/jobs/{job.job_id}/replay", {"from": "compression"})
    assert status == 409 and "never got as far" in body["detail"]
    del world.store.objects[job.inputs.index.uri]
    status, body = post(world, f"/jobs/{job.job_id}/replay", {"from": "sfm"})
    assert status == 409 and "no longer stored" in body["detail"]
    assert len(world.bus.events) == 1


def test_replay_of_a_refused_capture() -> None:
    world = FakeWorld()
    on_upload(created(put_zip(world, photos(1))), world.kit)
    job_id = world.bus.events[0].job_id
    status, body = post(world, f"/jobs/{job_id}/replay", {"from": "sfm"})
    assert status == 409 and "upload the photos again" in body["detail"]


def test_replay_refuses_what_it_does_not_know() -> None:
    world = FakeWorld()
    assert post(world, "/jobs/0123456789ab/replay", {"from": "sfm"})[0] == 404
    status, body = post(world, "/jobs/0123456789ab/replay", {"from": "train"})
    assert status == 422 and body["errors"][0]["field"] == "from"
    assert post(world, "/jobs/0123456789ab/replay", {})[0] == 422


def test_replay_takes_up_a_number_that_was_never_used() -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1)
    assert world.ledger.next_attempt(job.job_id) == 2  # its taker died before it used it
    assert post(world, f"/jobs/{job.job_id}/replay", {"from": "3dgs"})[1]["attempt"] == 2


def test_a_superseded_attempt_is_carried_on_by_the_next() -> None:
    world = FakeWorld()
    job = running_job(world)
    number = world.ledger.next_attempt(job.job_id)
    world.ledger.claim_end(job.job_id, 1, End(EndKind.SUPERSEDED, by="train", next_attempt=number))
    assert post(world, f"/jobs/{job.job_id}/replay", {"from": "3dgs"})[0] == 409
    status, body = send(world, http(f"/jobs/{job.job_id}/cancel", None))
    assert (status, body["attempt"], body["status"]) == (202, 2, "cancelling")


def test_a_replay_whose_publish_failed_is_healed() -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1)
    world.bus.refusals = 1
    assert post(world, f"/jobs/{job.job_id}/replay", {"from": "3dgs"})[0] == 503
    world.wait(61)
    sweep(world.kit)
    sweep(world.kit)
    assert [event.attempt for event in world.bus.events] == [1, 2]


def test_a_replay_that_was_cancelled_publishes_nothing() -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1)
    world.ledger.claim_end(job.job_id, 2, End(EndKind.CANCELLED, by="cancellation"))
    post(world, f"/jobs/{job.job_id}/replay", {"from": "3dgs"})
    assert len(world.bus.events) == 1
    assert world.ledger.open_runs("ingest") == []


def test_cancel_asks_the_current_attempt_to_stop() -> None:
    world = FakeWorld()
    job = running_job(world)
    world.ledger.next_attempt(job.job_id)  # given and never used: it does not count
    for _ in range(2):
        status, body = send(world, http(f"/jobs/{job.job_id}/cancel", None))
        assert (status, body["jobId"], body["attempt"]) == (202, job.job_id, 1)
    first, second = world.bus.events[1:]
    assert isinstance(first, CancellationRequested)
    assert first.event_id == second.event_id and first.attempt == 1
    assert first.causation_id == job.event_id


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (EndKind.DELIVERED, "delivered"),
        (EndKind.FAILED, "failed"),
        (EndKind.CANCELLED, "cancelled"),
    ],
)
def test_cancel_of_what_has_ended_says_how(kind: EndKind, word: str) -> None:
    world = FakeWorld()
    job = running_job(world)
    end(world, job.job_id, 1, kind)
    status, body = send(world, http(f"/jobs/{job.job_id}/cancel", None))
    assert status == 409 and word in body["detail"]
    assert send(world, http("/jobs/0123456789ab/cancel", "{}"))[0] == 404


def test_cancel_while_the_upload_is_being_inspected() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    job_id = start(world, f"s3://{BUCKET}/captures/a.zip")[1]["jobId"]
    assert send(world, http(f"/jobs/{job_id}/cancel", None))[0] == 202
    request = world.bus.events[0]
    assert request.causation_id.startswith("upload:")
    world.ledger.claim_end(job_id, 1, End(EndKind.CANCELLED, by="cancellation"))  # as sfm does
    drain(world)
    assert world.bus.events == [request]


def test_the_description_covers_every_route() -> None:
    document = openapi()
    assert document["openapi"].startswith("3.1")
    described = {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert set(described) == {(route.method, route.path) for route in SERVICE.api}
    for operation in described.values():
        answers = operation["responses"]
        assert {"200", "201", "202", "204"} & set(answers)
        refusals = [answer for status, answer in answers.items() if status >= "400"]
        assert refusals
        assert all("application/problem+json" in answer["content"] for answer in refusals)
    fields = document["components"]["schemas"]["StartJob"]["properties"]
    wishes = {"quality", "options", "title", "plan", "webhook"}
    assert set(fields) == {"s3Url", "email", "pipelineStep"} | wishes


def find(world: FakeWorld, key: str, etag: str) -> tuple[int, dict[str, Any]]:
    return post(world, "/find-job", {"s3Url": f"s3://{BUCKET}/{key}", "etag": etag})


def test_an_uploader_learns_which_job_the_upload_is_before_or_after_its_event() -> None:
    for early in (True, False):
        world = FakeWorld()
        key = put_folder(world, photos(3))
        etag = etag_of(world.store.objects[f"s3://{BUCKET}/{key}"])
        before = find(world, key, etag) if early else None
        on_upload(created(key), world.kit)
        status, body = find(world, key, f'"{etag}"')
        assert (status, body["jobId"]) == (200, requested(world).job_id)
        assert before in (None, (status, body))
        assert world.ledger.get(ingest_run(body["jobId"])) is not None


def test_a_job_is_found_only_by_who_knows_the_etag_of_an_upload() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(3))
    world.put("captures/a.zip", b"x")
    for url, etag in ((key, "guessed"), ("captures/a.zip", etag_of(b"x")), ("uploads/no.zip", "")):
        assert find(world, url, etag or "x")[0] == 404
    assert world.ledger.names == {}
    strange = {"s3Url": "s3://another/uploads/a.zip", "etag": "x"}
    assert post(world, "/find-job", strange)[0] == 403


def test_job_ids_cannot_be_guessed_and_job_names_are_short_enough() -> None:
    """The same upload in two worlds: what an id is made of is not in the upload."""
    ids = set()
    for _ in range(50):
        world = FakeWorld()
        on_upload(created(put_folder(world, photos(3))), world.kit)
        ids.add(requested(world).job_id)
    assert len(ids) == 50
    for job_id in ids:
        assert re.fullmatch("[0-9a-f]{32}", job_id)
        assert all(len(RunKey(stage, job_id, 99).job_name) <= 63 for stage in Stage)


def started(world: FakeWorld, key: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
    body = {"s3Url": url, "email": MAIL, "pipelineStep": "sfm", **more}
    event = http("/start-job", json.dumps(body))
    event["headers"]["idempotency-key"] = key
    return send(world, event)


def test_a_request_under_the_same_key_is_the_same_job_whatever_happened_to_the_object() -> None:
    world = FakeWorld()
    uri = world.put("captures/a.zip", zip_of(photos(3)))
    first = started(world, "k", uri)
    world.put("captures/a.zip", zip_of(photos(4)))
    assert first == started(world, "k", uri) and first[0] == 202
    other = started(world, "k2", uri)
    assert other[0] == 202 and other[1]["jobId"] != first[1]["jobId"]


def test_a_key_is_never_used_for_another_request() -> None:
    world = FakeWorld()
    uri = world.put("captures/a.zip", zip_of(photos(3)))
    started(world, "k", uri)
    status, refused = started(world, "k", uri, quality="high")
    assert status == 422 and refused["errors"][0]["field"] == "Idempotency-Key"
    assert started(world, "x" * 201, uri)[0] == 422


@pytest.mark.parametrize(
    "form",
    [
        "s3://{b}/{s}",
        "https://{b}.s3.amazonaws.com/{q}",
        "https://{b}.s3.eu-central-1.amazonaws.com/{q}",
        "https://{b}.s3.dualstack.us-west-2.amazonaws.com/{q}",
        "https://s3.amazonaws.com/{b}/{q}",
        "https://s3.us-west-2.amazonaws.com/{b}/{q}",
        "https://s3.dualstack.eu-central-1.amazonaws.com/{b}/{q}",
        "https://{b}.s3.eu-central-1.amazonaws.com/{p}",
        "s3://{b}/{q}",
    ],
)
@pytest.mark.parametrize("key", ["captures/plain.zip", "captures/Über ü+1 (a).zip"])
def test_every_form_of_an_address_finds_its_object(form: str, key: str) -> None:
    world = FakeWorld()
    world.put(key, zip_of(photos(3)))
    quoted, plus = quote(key), quote_plus(key, safe="/")
    url = form.format(b=BUCKET, s=key, q=quoted, p=plus)
    assert start(world, url)[0] == 202
