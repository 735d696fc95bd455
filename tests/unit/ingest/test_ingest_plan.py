"""A job that names the plan that its photos were flown by."""

import json
from typing import Any

import pytest
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.photos_ingest import created, photos, put_folder, put_zip
from tests.unit.ingest.test_ingest_api import drain, start
from tests.unit.ingest.test_ingest_upload_routes import MAIL, PHOTOS, ask, begin, send

from spaceport_contracts.events import CaptureRejected, ReconstructionRequested
from spaceport_contracts.flight import PHOTO_COLUMNS, PlannedFlight
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.inspect.publish import ingest_prefix

PLAN = "0123456789abcdef0123"
DOCUMENT: dict[str, Any] = {
    "version": 1,
    "request": {"pattern": "splat"},
    "photo_columns": PHOTO_COLUMNS,
    "photos": [[[8.0, 50.0, 45.0, 90.0, -60.0]]],
}


@pytest.fixture
def planned() -> FakeWorld:
    world = FakeWorld()
    world.put(f"plans/{PLAN}/plan.json", json.dumps(DOCUMENT).encode())
    return world


def requested(world: FakeWorld) -> ReconstructionRequested:
    (event,) = [e for e in world.bus.events if isinstance(e, ReconstructionRequested)]
    return event


@pytest.mark.parametrize("named", [PLAN, f"s3://{BUCKET}/plans/{PLAN}/plan.json"])
def test_the_plan_is_kept_with_the_job(planned: FakeWorld, named: str) -> None:
    put_zip(planned, photos(3))
    status, body = start(planned, f"s3://{BUCKET}/uploads/trip.zip", plan=named)
    assert status == 202, body
    drain(planned)
    kept = requested(planned).plan
    assert kept is not None
    assert kept.uri == ingest_prefix(BUCKET, body["jobId"]) + "plan.json"
    content = planned.store.read(kept.uri)
    assert PlannedFlight.model_validate_json(content).photos[0][0][2] == 45.0


def test_another_plan_is_another_job(planned: FakeWorld) -> None:
    put_zip(planned, photos(3))
    url = f"s3://{BUCKET}/uploads/trip.zip"
    assert start(planned, url)[1] != start(planned, url, plan=PLAN)[1]


@pytest.mark.parametrize(
    "named",
    [
        "f" * 20,
        "s3://elsewhere/plans/a/plan.json",
        f"s3://{BUCKET}/jobs/abcdefgh/report/01/report.json",
        f"s3://{BUCKET}/plans/../jobs/x.json",
        f"s3://{BUCKET}/uploads/trip.zip",
        f"s3://{BUCKET}/uploads/no.json",
        f"s3://{BUCKET}/uploads/half.json",
        f"s3://{BUCKET}/uploads/empty.json",
        "https://example.org/plan.json",
        "\0",
    ],
)
def test_what_is_no_plan_is_refused_before_anything_begins(planned: FakeWorld, named: str) -> None:
    planned.put("uploads/no.json", b"[1, 2")
    half = {**DOCUMENT, "photos": [[[8.0, 50.0]]]}
    planned.put("uploads/half.json", json.dumps(half).encode())
    planned.put("uploads/empty.json", json.dumps({**DOCUMENT, "photos": [[]]}).encode())
    put_zip(planned, photos(3))
    status, body = start(planned, f"s3://{BUCKET}/uploads/trip.zip", plan=named)
    assert status == 422
    assert body["errors"][0]["field"] == "plan"
    assert not planned.queue.sent


def test_a_plan_goes_with_photos(planned: FakeWorld) -> None:
    planned.put("captures/s/scene.ply", b"ply")
    url = f"s3://{BUCKET}/captures/s/scene.ply"
    status, body = start(planned, url, "compression", plan=PLAN)
    assert (status, body["errors"][0]["field"]) == (422, "plan")


def test_a_folder_and_a_zip_may_say_it_themselves(planned: FakeWorld) -> None:
    on_upload(created(put_folder(planned, photos(3), plan=PLAN)), planned.kit)
    assert requested(planned).plan is not None
    planned.bus.events.clear()
    on_upload(created(put_zip(planned, photos(3), plan=PLAN)), planned.kit)
    assert requested(planned).plan is not None


def test_an_upload_with_a_plan_that_is_not_there_says_so(planned: FakeWorld) -> None:
    on_upload(created(put_folder(planned, photos(3), plan="nothing")), planned.kit)
    (event,) = [e for e in planned.bus.events if isinstance(e, CaptureRejected)]
    assert "no plan nothing" in event.reason
    assert "planId" in event.remedy


def test_a_plan_may_come_with_an_upload_and_goes_with_it(planned: FakeWorld) -> None:
    upload = begin(planned, PHOTOS)
    send(planned, upload, PHOTOS)
    path = f"/uploads/{upload['uploadId']}"
    bad = {**DOCUMENT, "photos": [[[8.0, 50.0, 45.0, 90.0, "down"]]]}
    status, refused = ask(planned, "POST", f"{path}/complete", {**MAIL, "plan": bad})
    assert status == 422 and refused["errors"][0]["field"] == "plan.photos.0.0.4"
    begun = [ask(planned, "POST", f"{path}/complete", {**MAIL, "plan": DOCUMENT}) for _ in range(2)]
    assert begun[0] == begun[1] and begun[0][0] == 202
    on_upload(created(f"{path[1:]}/manifest.json"), planned.kit)
    kept = requested(planned).plan
    assert kept is not None and "/ingest/" in kept.uri
    assert PlannedFlight.model_validate_json(planned.store.read(kept.uri)).photos[0][0][2] == 45.0
    assert f"s3://{BUCKET}{path}/plan.json" in planned.store.objects


def test_a_plan_that_comes_with_a_splat_is_refused(planned: FakeWorld) -> None:
    upload = begin(planned, PHOTOS)
    send(planned, upload, PHOTOS)
    wanted = {**MAIL, "plan": DOCUMENT, "pipelineStep": "compression"}
    status, _ = ask(planned, "POST", f"/uploads/{upload['uploadId']}/complete", wanted)
    assert status == 422 and not planned.bus.events
