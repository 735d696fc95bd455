"""POST /start-job with a webhook of the job's own: its secret lies in one file and nowhere else."""

import json
from typing import Any

import pytest
from tests.fakes_ingest import BUCKET, FakeWorld
from tests.photos_ingest import photos, zip_of
from tests.unit.ingest.test_ingest_api import drain, http, requested, send, start

from spaceport_contracts.webhook import JobWebhook, job_webhook_uri

URL = f"s3://{BUCKET}/captures/a.zip"
HOOK = {"url": "https://hooks.example.org/spaceport", "secret": "a-secret-of-the-callers-own"}


def world_with(count: int = 3) -> FakeWorld:
    world = FakeWorld()
    world.put("captures/a.zip", zip_of(photos(count)))
    return world


def begun(world: FakeWorld, **hook: Any) -> str:
    status, body = start(world, URL, webhook={**HOOK, **hook})
    assert status == 202, body
    return str(body["jobId"])


def test_the_secret_lies_in_its_file_and_nowhere_else() -> None:
    world = world_with()
    job_id = begun(world)
    uri = job_webhook_uri(job_id, BUCKET)
    assert JobWebhook.model_validate_json(world.store.read(uri)) == JobWebhook(**HOOK)
    said = [*world.queue.sent, repr(world.ledger.__dict__)]
    drain(world)
    event = requested(world)
    said += [event.model_dump_json(), repr(world.ledger.__dict__), repr(JobWebhook(**HOOK))]
    assert [text for text in said if HOOK["secret"] in text] == []


def test_another_webhook_is_another_job_and_the_same_one_is_the_same() -> None:
    world = world_with()
    first = begun(world)
    assert begun(world) == first
    assert begun(world, secret="another-secret-of-the-caller") != first
    assert start(world, URL)[1]["jobId"] != first


def test_a_key_does_not_hide_that_the_webhook_is_another() -> None:
    world = world_with()

    def keyed(secret: str) -> int:
        hook = {**HOOK, "secret": secret}
        body = {"s3Url": URL, "email": "ada@example.org", "pipelineStep": "sfm", "webhook": hook}
        event = http("/start-job", json.dumps(body))
        event["headers"]["Idempotency-Key"] = "once"
        return send(world, event)[0]

    assert [keyed("x" * 20), keyed("x" * 20), keyed("y" * 20)] == [202, 202, 422]


@pytest.mark.parametrize(
    ("hook", "field"),
    [
        ({"url": "http://hooks.example.org/"}, "webhook.url"),
        ({"url": "ftp://hooks.example.org/"}, "webhook.url"),
        ({"url": "https://ada:pass@hooks.example.org/"}, "webhook.url"),
        ({"url": "https://hooks.example.org/\r\nX: y"}, "webhook.url"),
        ({"secret": "short"}, "webhook.secret"),
        ({"secret": "with spaces and\nlines in it"}, "webhook.secret"),
        ({"secret": "x" * 201}, "webhook.secret"),
    ],
)
def test_what_cannot_be_posted_to_or_signed_with_is_refused(
    hook: dict[str, str], field: str
) -> None:
    world = world_with()
    status, body = start(world, URL, webhook={**HOOK, **hook})
    assert status == 422
    assert [error["field"] for error in body["errors"]] == [field]
    assert not [uri for uri in world.store.objects if "hooks/" in uri]
