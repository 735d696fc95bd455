"""Uploads through the API: begun, sent in pieces, looked at, completed, dropped, swept."""

import json
from typing import Any

import pytest
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.http_requests import http
from tests.photos_ingest import created, photos, zip_of

from spaceport_contracts.events import ReconstructionRequested
from spaceport_ingest.admission.begun import sweep_uploads
from spaceport_ingest.admission.deletion import sweep_deletions
from spaceport_ingest.admission.runs import ingest_run, sweep, work
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.requests.api import make_api
from spaceport_ingest.settings import Limits
from spaceport_ingest.upload import PART_BYTES

MAIL = {"email": "ada@example.org"}
PHOTOS = photos(4)
DAY_S = 86_400


def ask(
    world: FakeWorld,
    method: str,
    path: str,
    body: Any = None,
    who: str = "",
    **headers: str,
) -> tuple[int, Any]:
    event = http(method, path, None if body is None else json.dumps(body), "application/json")
    event["headers"] |= {name.replace("_", "-").lower(): value for name, value in headers.items()}
    if who:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": {"sub": who}}}
    if "?" in path:
        event["rawPath"], _, query = path.partition("?")
        event["queryStringParameters"] = dict(pair.split("=") for pair in query.split("&"))
    answer = make_api(lambda: world.kit).resolve(event, None)
    assert answer["statusCode"] < 500, answer
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


def announced(files: dict[str, bytes]) -> list[dict[str, Any]]:
    return [{"name": name, "sizeBytes": len(content)} for name, content in files.items()]


def begin(world: FakeWorld, files: dict[str, bytes], **more: Any) -> dict[str, Any]:
    status, body = ask(world, "POST", "/uploads", {"files": announced(files)}, **more)
    assert status == 201
    return dict(body)


def send(world: FakeWorld, upload: dict[str, Any], files: dict[str, bytes]) -> None:
    keys = {file["name"]: file["key"] for file in upload["files"]}
    for name, content in files.items():
        world.put(f"uploads/{upload['uploadId']}/photos/{keys[name]}", content)


def named(errors: list[dict[str, str]]) -> list[str]:
    return [error["field"] for error in errors]


def test_photos_are_sent_in_two_sittings_and_become_one_job() -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS)
    path = f"/uploads/{upload['uploadId']}"
    assert upload["s3Url"] == f"s3://{BUCKET}{path}/"
    assert [link["name"] for link in upload["links"]] == list(PHOTOS)
    first, rest = dict(list(PHOTOS.items())[:3]), dict(list(PHOTOS.items())[3:])
    send(world, upload, first)
    _, standing = ask(world, "GET", path)
    assert [file["state"] for file in standing["files"]] == ["arrived"] * 3 + ["missing"]
    assert (standing["arrived"], standing["total"], standing["state"]) == (3, 4, "open")
    status, refused = ask(world, "POST", f"{path}/complete", MAIL)
    assert status == 409 and named(refused["errors"]) == ["files.3"]
    assert "DJI_0003.JPG" in refused["detail"]
    world.wait(DAY_S)
    send(world, upload, rest)
    jobs = [ask(world, "POST", f"{path}/complete", MAIL) for _ in range(2)]
    assert [status for status, _ in jobs] == [202, 202] and jobs[0][1] == jobs[1][1]
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    world.wait(120)
    sweep(world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested)
    assert (
        event.job_id == jobs[0][1]["jobId"] and event.photos == 4 and event.email == MAIL["email"]
    )
    _, standing = ask(world, "GET", path)
    assert standing["state"] == "completed" and standing["jobId"] == event.job_id


def test_who_dies_after_the_manifest_was_written_has_begun_the_job() -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS, who="ann")
    send(world, upload, PHOTOS)
    written = world.store.write

    def crash(uri: str, content: bytes, content_type: str) -> None:
        written(uri, content, content_type)
        raise KeyboardInterrupt

    world.store.write = crash  # type: ignore[method-assign]
    path = f"/uploads/{upload['uploadId']}/complete"
    with pytest.raises(KeyboardInterrupt):
        ask(world, "POST", path, MAIL, who="ann")
    world.store.write = written  # type: ignore[method-assign]
    on_upload(created(f"uploads/{upload['uploadId']}/manifest.json"), world.kit)
    (event,) = world.bus.events
    assert isinstance(event, ReconstructionRequested) and event.owner == "ann"
    status, body = ask(world, "POST", path, MAIL, who="ann")
    assert status == 202 and body["jobId"] == event.job_id


def test_a_file_in_parts_goes_on_where_it_stopped_and_is_put_together() -> None:
    world = FakeWorld()
    content = zip_of(PHOTOS).ljust(2 * PART_BYTES + 1, b"\0")
    upload = begin(world, {"photos.zip": content})
    path = f"/uploads/{upload['uploadId']}"
    assert upload["files"][0]["parts"] == 3 and upload["partBytes"] == PART_BYTES
    wanted = {"files": [{"name": "photos.zip", "parts": [1, 2, 3]}]}
    for _ in range(2):
        _, links = ask(world, "POST", f"{path}/links", wanted)
    assert [link["part"] for link in links["links"]] == [1, 2, 3]
    ((parts_id, sent),) = world.deposits.open_parts.items()
    assert all(parts_id in link["url"] for link in links["links"])
    sent[1], sent[3] = content[:PART_BYTES], content[2 * PART_BYTES :]
    _, standing = ask(world, "GET", path)
    (file,) = standing["files"]
    assert (file["state"], file["partsArrived"]) == ("partial", [1, 3])
    assert ask(world, "POST", f"{path}/complete", MAIL)[0] == 409
    sent[2] = content[PART_BYTES : 2 * PART_BYTES]
    _, settled = ask(world, "POST", f"{path}/parts", {"files": ["photos.zip"]})
    assert settled["files"][0]["state"] == "arrived"
    uri = upload["s3Url"] + "photos/" + upload["files"][0]["key"]
    assert world.store.objects[uri] == content
    on_upload(created(uri.partition(f"{BUCKET}/")[2]), world.kit)
    assert not world.bus.events, "only its completion starts a job"


def test_parts_that_s3_has_forgotten_begin_anew() -> None:
    world = FakeWorld()
    upload = begin(world, {"photos.zip": bytes(PART_BYTES + 1)})
    path = f"/uploads/{upload['uploadId']}/links"
    wanted = {"files": [{"name": "photos.zip", "parts": [1]}]}
    ask(world, "POST", path, wanted)
    world.deposits.open_parts.clear()
    _, links = ask(world, "POST", path, wanted)
    (parts_id,) = world.deposits.open_parts
    assert parts_id in links["links"][0]["url"]


@pytest.mark.parametrize(
    ("file", "field", "helps"),
    [
        ({"name": "../../etc/passwd.jpg"}, "name", ".."),
        ({"name": "C:\\photos\\a.jpg"}, "name", "path"),
        ({"name": "a\nb.jpg"}, "name", "control"),
        ({"name": "x" * 600 + ".jpg"}, "name", "500"),
        ({"name": "DJI_0001.DNG"}, "name", "JPEG"),
        ({"name": "DJI_0001.MP4"}, "name", "JPEG"),
        ({"name": "notes.txt"}, "name", "leave it out"),
        ({"name": "notes.txt", "contentType": "text/html"}, "name", "leave it out"),
        ({"name": ".DS_Store"}, "name", "leave it out"),
        ({"name": "photos.zip"}, "name", "alone"),
        ({"name": "a.jpg", "sizeBytes": 0}, "sizeBytes", "card"),
        ({"name": "a.jpg", "sizeBytes": 10**9}, "sizeBytes", "smaller"),
        ({"name": "a.jpg", "contentType": "text/html"}, "contentType", "image/jpeg"),
        ({"name": "ok.jpg"}, "name", "once"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_before_a_byte_is_sent(
    file: dict[str, Any], field: str, helps: str
) -> None:
    world = FakeWorld()
    good = {"name": "ok.jpg", "sizeBytes": 1000}
    body = {"files": [good, {"sizeBytes": 1000, **file}]}
    status, refused = ask(world, "POST", "/uploads", body)
    assert status == 422 and named(refused["errors"]) == [f"files.1.{field}"]
    assert helps in refused["errors"][0]["remedy"]
    assert not world.store.objects and not world.register.uploads


def test_all_bad_files_are_told_at_once() -> None:
    files = [{"name": f"{n}.mov", "sizeBytes": 1} for n in range(30)]
    status, refused = ask(FakeWorld(), "POST", "/uploads", {"files": files})
    assert status == 422 and len(refused["errors"]) == 30 and "And 29 more" in refused["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": []}, "files"),
        ({"files": [{"name": "a.jpg"}]}, "files.0.sizeBytes"),
        ({"files": [{"name": "a.jpg", "sizeBytes": "many"}]}, "files.0.sizeBytes"),
        ({"files": [{"name": "a.jpg", "sizeBytes": -1}]}, "files.0.sizeBytes"),
        ({"files": [{"name": "a.jpg", "sizeBytes": 1, "sha256": "abc"}]}, "files.0.sha256"),
        ({"files": [{"name": "a.jpg", "sizeBytes": 1}], "titel": "x"}, "titel"),
    ],
)
def test_what_cannot_be_understood_names_the_field(body: Any, field: str) -> None:
    status, refused = ask(FakeWorld(), "POST", "/uploads", body)
    assert status == 422 and named(refused["errors"]) == [field]
    assert all(error["remedy"] for error in refused["errors"])


def test_as_many_files_as_are_allowed_and_one_more() -> None:
    world = FakeWorld()
    files = [{"name": f"{n}.jpg", "sizeBytes": 1000} for n in range(10_001)]
    assert ask(world, "POST", "/uploads", {"files": files})[0] == 422
    status, upload = ask(world, "POST", "/uploads", {"files": files[:10_000]})
    assert status == 201 and len({file["key"] for file in upload["files"]}) == 10_000
    path, seen = f"/uploads/{upload['uploadId']}", []
    page: Any = {"after": 0}
    while page["after"] is not None:
        _, page = ask(world, "GET", f"{path}?after={page['after']}")
        seen += [file["name"] for file in page["files"]]
    assert seen == [file["name"] for file in files[:10_000]]


def test_the_same_key_is_the_same_upload_and_never_another_one() -> None:
    world = FakeWorld()
    again = [begin(world, PHOTOS, Idempotency_Key="k")["uploadId"] for _ in range(2)]
    assert again[0] == again[1]
    body = {"files": announced(photos(2))}
    status, refused = ask(world, "POST", "/uploads", body, Idempotency_Key="k")
    assert status == 422 and named(refused["errors"]) == ["Idempotency-Key"]
    assert begin(world, PHOTOS, who="ann", Idempotency_Key="k")["uploadId"] != again[0]


@pytest.mark.parametrize(
    ("method", "below", "body"),
    [
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/links", {"files": [{"name": "DJI_0000.JPG"}]}),
        ("POST", "/parts", {"files": ["DJI_0000.JPG"]}),
        ("POST", "/complete", MAIL),
    ],
)
def test_somebody_elses_upload_is_none(method: str, below: str, body: Any) -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS, who="ann")
    path = f"/uploads/{upload['uploadId']}{below}"
    assert ask(world, method, path, body, who="bob")[0] == 404
    assert ask(world, method, "/uploads/up-1" + below, body, who="ann")[0] == 404
    assert ask(world, method, path, body, who="ann")[0] != 404


def test_links_are_refused_for_what_is_not_there() -> None:
    world = FakeWorld()
    upload = begin(world, PHOTOS)
    path = f"/uploads/{upload['uploadId']}/links"
    assert ask(world, "POST", path, {"files": [{"name": "other.jpg"}]})[0] == 404
    status, refused = ask(world, "POST", path, {"files": [{"name": "DJI_0000.JPG", "parts": [2]}]})
    assert status == 422 and "from 1 to 1" in refused["errors"][0]["remedy"]
    many = [{"name": "DJI_0000.JPG", "parts": list(range(1, 51))}] * 2
    assert ask(world, "POST", path, {"files": many})[0] == 422


def test_a_dropped_upload_leaves_nothing() -> None:
    world = FakeWorld()
    upload = begin(world, {"photos.zip": bytes(PART_BYTES + 1)})
    path = f"/uploads/{upload['uploadId']}"
    ask(world, "POST", f"{path}/links", {"files": [{"name": "photos.zip", "parts": [1]}]})
    assert ask(world, "DELETE", path) == (204, None)
    assert not world.store.objects and not world.deposits.open_parts
    assert ask(world, "GET", path)[0] == ask(world, "DELETE", path)[0] == 404


def test_an_abandoned_upload_is_swept_after_a_week_and_a_complete_one_never() -> None:
    world = FakeWorld(Limits(workers=1))
    done, left = begin(world, PHOTOS), begin(world, PHOTOS)
    send(world, done, PHOTOS)
    send(world, left, PHOTOS)
    ask(world, "POST", f"/uploads/{done['uploadId']}/complete", MAIL)
    world.wait(6.9 * DAY_S)
    sweep_uploads(world.kit)
    assert ask(world, "GET", f"/uploads/{left['uploadId']}")[0] == 200
    world.wait(0.2 * DAY_S)
    sweep_uploads(world.kit)
    assert ask(world, "GET", f"/uploads/{left['uploadId']}")[0] == 404
    assert not any(left["uploadId"] in uri for uri in world.store.objects)
    assert sum(done["uploadId"] in uri for uri in world.store.objects) == 4 + 2


def test_an_upload_goes_with_the_job_that_it_became_and_no_other_upload() -> None:
    world = FakeWorld()
    kept = begin(world, PHOTOS)
    gone = begin(world, photos(5))
    send(world, gone, photos(5))
    _, job = ask(world, "POST", f"/uploads/{gone['uploadId']}/complete", MAIL)
    work(ingest_run(job["jobId"]), world.kit)
    assert ask(world, "DELETE", f"/jobs/{job['jobId']}")[0] == 202
    sweep_deletions(world.kit)
    assert [uri for uri in world.store.objects if gone["uploadId"] in uri] == []
    assert ask(world, "GET", f"/uploads/{gone['uploadId']}")[0] == 404
    assert ask(world, "GET", f"/uploads/{kept['uploadId']}")[0] == 200
