"""`spaceport run --endpoint` and `spaceport up`, each a process of its own, as on two machines."""

import json
from pathlib import Path

import pytest

from spaceport_contracts.flight import PHOTO_COLUMNS, PlannedFlight
from tests.infra.served import served
from tests.journey.spaceport import assert_refused, noise_photo, spaceport

pytestmark = pytest.mark.slow


def test_a_capture_that_shows_nothing_is_told_from_afar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for seed in range(4):
        noise_photo(photos / f"{seed}.jpg", seed)
    plan = tmp_path / "plan.json"
    flight = PlannedFlight(version=1, photo_columns=PHOTO_COLUMNS, photos=(((8, 50, 40, 0, -90),),))
    plan.write_text(flight.model_dump_json())
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with served(tmp_path / "state") as deployed:
        monkeypatch.setenv("SPACEPORT_TOKEN", deployed.cloud.token)
        api = deployed.cloud.api_url
        wanted = ("run", photos, "--out", out, "--quality", "draft", "--plan", plan)
        told = spaceport(*wanted, "--endpoint", api)
        kept = deployed.client("s3").list_objects_v2(Bucket=deployed.cloud.bucket, Prefix="work/")
        keys = [item["Key"] for item in kept["Contents"]]
    assert told.code == 1, told
    assert_refused(told, out)
    events = [json.loads(line) for line in (out / "events.jsonl").read_bytes().splitlines()]
    assert events[-1]["detail-type"] in ("StageFailed", "CaptureRejected")
    assert "uploading 4/4" in told.out
    assert sum(key.endswith("/plan.json") for key in keys) == 1
    after = spaceport("run", photos, "--out", out, "--quality", "draft", "--endpoint", api)
    assert_refused(after, out, "does not answer")


def test_without_a_sign_in_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    noise_photo(photos / "1.jpg", 1)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SPACEPORT_TOKEN", raising=False)
    told = spaceport("run", photos, "--out", tmp_path / "out", "--cloud")
    assert_refused(told, tmp_path / "out", "No deployment is known here", "spaceport login")
