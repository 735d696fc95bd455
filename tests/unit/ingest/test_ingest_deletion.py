"""DELETE /jobs/{id}: what runs is stopped, then nothing is left, and nothing comes back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.http_requests import http, post
from tests.photos_ingest import created, photos, put_folder, zip_of

from spaceport_contracts.events import JobDeleted, ReconstructionRequested
from spaceport_ingest.admission.deletion import deletion_of, on_deleted, sweep_deletions
from spaceport_ingest.admission.runs import ingest_run, work
from spaceport_ingest.admission.uploads import on_upload
from spaceport_ingest.handler import sweep_all
from spaceport_ingest.requests.api import make_api
from spaceport_runtime.errors import Retryable
from spaceport_runtime.ports import EndKind, Run, RunKey

MAIL = "ada@example.org"


def ask(world: FakeWorld, event: Any) -> tuple[int, dict[str, Any]]:
    answer = make_api(lambda: world.kit).resolve(event, None)
    return answer["statusCode"], json.loads(answer["body"])


def delete(world: FakeWorld, job_id: str) -> int:
    return ask(world, http("DELETE", f"/jobs/{job_id}"))[0]


def start(world: FakeWorld, key: str, **more: Any) -> str:
    body = {"s3Url": f"s3://{BUCKET}/{key}", "email": MAIL, "pipelineStep": "sfm", **more}
    job_id: str = ask(world, post("/start-job", body))[1]["jobId"]
    work(ingest_run(job_id), world.kit)
    return job_id


def told(world: FakeWorld) -> JobDeleted:
    (event,) = (each for each in world.bus.events if isinstance(each, JobDeleted))
    return event


def left(world: FakeWorld, job_id: str) -> list[str]:
    return [uri for uri in world.store.objects if job_id in uri]


def test_all_of_a_job_and_its_upload_goes() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(4), email=MAIL)
    on_upload(created(key), world.kit)
    job_id = world.job_of(key)
    world.put(f"work/{job_id}/sfm/01/output/result.json", b"{}")
    assert left(world, job_id)
    assert delete(world, job_id) == 202
    on_deleted(told(world), world.kit)
    assert world.store.objects == {}
    assert MAIL not in repr((world.ledger.runs, world.ledger.jobs, world.ledger.names))
    assert deletion_of(job_id) not in world.ledger.open
    assert delete(world, job_id) == 404
    for path in ("cancel", "replay"):
        assert ask(world, post(f"/jobs/{job_id}/{path}", {"from": "sfm"}))[0] in (404, 415)


def test_a_webhook_of_the_jobs_own_goes_with_it() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    hook = {"url": "https://hooks.example.org/", "secret": "sixteen-and-more"}
    job_id = start(world, "captures/a.zip", webhook=hook)
    assert any("hooks/" in uri for uri in left(world, job_id))
    assert delete(world, job_id) == 202
    on_deleted(told(world), world.kit)
    assert left(world, job_id) == []


def test_files_stay_until_what_runs_has_stopped() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    job_id = start(world, "captures/a.zip")
    running = RunKey("train", job_id, 1)
    world.ledger.admit(Run(running, world.now.isoformat(), "SparseModelBuilt", "{}"))
    assert delete(world, job_id) == 202
    end = world.ledger.end_of(job_id, 1)
    assert end is not None and end.kind is EndKind.CANCELLED
    with pytest.raises(Retryable, match="still being stopped"):
        on_deleted(told(world), world.kit)
    assert left(world, job_id)
    world.ledger.finish(running, "[]")
    world.ledger.close(running)
    sweep_all(world.kit)
    assert left(world, job_id) == []


def test_old_messages_begin_nothing_and_the_same_upload_anew_is_a_new_job() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(4))
    on_upload(created(key), world.kit)
    first = world.job_of(key)
    delete(world, first)
    on_deleted(told(world), world.kit)
    put_folder(world, photos(4))
    on_upload(created(key), world.kit)  # as old as the upload that was deleted
    assert world.job_of(key) == first
    assert len(world.bus.events) == 2
    uri = f"s3://{BUCKET}/{key}"
    world.store.written_at[uri] = world.now + timedelta(seconds=1)
    on_upload(created(key), world.kit)
    event = world.bus.events[-1]
    assert isinstance(event, ReconstructionRequested) and event.job_id != first


def test_asking_again_after_a_deletion_starts_anew() -> None:
    world = FakeWorld()
    content = zip_of(photos(3))
    world.put("captures/a.zip", content)
    first = start(world, "captures/a.zip")
    delete(world, first)
    on_deleted(told(world), world.kit)
    world.put("captures/a.zip", content)
    world.wait(1)
    assert start(world, "captures/a.zip") != first


def test_an_upload_that_another_job_was_made_from_stays() -> None:
    world = FakeWorld()
    uri = world.put("captures/a.zip", zip_of(photos(3)))
    draft = start(world, "captures/a.zip", quality="draft")
    high = start(world, "captures/a.zip", quality="high")
    assert draft != high
    delete(world, draft)
    on_deleted(told(world), world.kit)
    assert left(world, draft) == [] and left(world, high)
    assert uri in world.store.objects
    world.bus.events.clear()
    delete(world, high)
    on_deleted(told(world), world.kit)
    assert world.store.objects == {}


def test_a_deletion_whose_word_did_not_get_out_is_swept() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    job_id = start(world, "captures/a.zip")
    world.bus.refusals = 1
    assert delete(world, job_id) == 503
    sweep_all(world.kit)
    assert told(world).job_id == job_id
    assert world.store.objects == {}


def test_one_deletion_that_breaks_keeps_no_other_waiting_and_is_said() -> None:
    world = FakeWorld()
    jobs: list[str] = []
    for name in ("a", "b"):
        world.put(f"captures/{name}.zip", zip_of(photos(3 + len(jobs))))
        jobs.append(start(world, f"captures/{name}.zip"))
        assert delete(world, jobs[-1]) == 202
    remove = world.store.remove

    def breaks(prefix: str) -> None:
        if jobs[0] in prefix:
            raise ValueError("S3 says something new")
        remove(prefix)

    world.store.remove = breaks  # type: ignore[assignment]
    with pytest.raises(ExceptionGroup, match="not finished"):
        sweep_deletions(world.kit)
    assert left(world, jobs[1]) == [] and left(world, jobs[0])
    world.store.remove = remove  # type: ignore[method-assign]
    sweep_deletions(world.kit)
    assert left(world, jobs[0]) == []


def test_a_deletion_that_is_done_says_nothing_again() -> None:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(3)))
    job_id = start(world, "captures/a.zip")
    delete(world, job_id)
    event = told(world)
    on_deleted(event, world.kit)
    on_deleted(event, world.kit)
    assert told(world) == event


def test_a_folder_goes_with_its_photos_and_nothing_beside_it() -> None:
    world = FakeWorld()
    key = put_folder(world, photos(4))
    beside = world.put(f"{key.rpartition('/')[0]}-other/manifest.json", b"{}")
    zipped = world.put("captures/photos/one.jpg", b"x")
    world.put("captures/a.zip", zip_of(photos(3)))
    on_upload(created(key), world.kit)
    for job_id in (world.job_of(key), start(world, "captures/a.zip")):
        world.bus.events.clear()
        delete(world, job_id)
        on_deleted(told(world), world.kit)
    assert set(world.store.objects) == {beside, zipped}


def test_an_unknown_job_is_not_deleted() -> None:
    assert delete(FakeWorld(), "0" * 32) == 404
