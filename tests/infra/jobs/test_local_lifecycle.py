"""A job's life on the whole cloud: estimated, handed in with others, deleted without a trace."""

import io
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spaceport_cli.cloud.access import announced
from spaceport_cli.cloud.batch import batch
from spaceport_cli.photos.upload import Wishes
from spaceport_contracts.results import Quality
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner
from tests.infra.asked import get, signed_in
from tests.infra.clouds import Program, wait_for
from tests.infra.uploads import PHOTOS, all_mails, mails, upload

PROGRAM = Program()


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("lifecycle")
    return folder


@pytest.fixture(scope="module")
def cloud(state_dir: Path) -> Iterator[LocalCloud]:
    options = CloudOptions(
        state_dir=state_dir, runner=FunctionRunner(PROGRAM), sweep_interval_s=0.5
    )
    with LocalCloud(options) as cloud, announced(cloud, state_dir):
        yield cloud


def keys(cloud: LocalCloud) -> list[str]:
    pages = cloud.client("s3").get_paginator("list_objects_v2").paginate(Bucket=cloud.bucket)
    return [found["Key"] for page in pages for found in page.get("Contents", ())]


def items(cloud: LocalCloud) -> list[str]:
    """Every item of every table, as text."""
    dynamodb = cloud.client("dynamodb")
    tables = dynamodb.list_tables()["TableNames"]
    return [json.dumps(i, default=str) for t in tables for i in dynamodb.scan(TableName=t)["Items"]]


def delete(cloud: LocalCloud, job_id: str) -> int:
    try:
        request = signed_in(cloud, f"/jobs/{job_id}", None, "DELETE")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_delivered_job_goes_with_its_upload_its_report_and_its_status(cloud: LocalCloud) -> None:
    job_id = upload(cloud, "gone", address="gone@example.com")
    wait_for(lambda: mails(cloud, "gone"))
    told = get(cloud, f"/jobs/{job_id}")
    assert told["estimated"]["minutes"]["low"] > 0
    assert all(stage["estimated"] and stage["seconds"] is not None for stage in told["stages"])
    assert any(f"jobs/{job_id}/report/" in key for key in keys(cloud))
    assert delete(cloud, job_id) == 202
    wait_for(lambda: not [key for key in keys(cloud) if job_id in key or "uploads/gone/" in key])
    wait_for(lambda: delete(cloud, job_id) == 404)
    wait_for(lambda: not [item for item in items(cloud) if "gone@example.com" in item])
    left = [item for item in items(cloud) if job_id in item]
    assert not [item for item in left if re.search(r"@|s3://|title|\.jpg", item)], left
    assert [job for job in get(cloud, "/jobs")["jobs"] if job["job_id"] == job_id] == []


def test_a_running_job_is_stopped_first(cloud: LocalCloud) -> None:
    PROGRAM.hold.add("train")
    job_id = upload(cloud, "running")
    try:
        wait_for(lambda: [name for name in PROGRAM.started if name == f"train-{job_id}-01"])
        assert delete(cloud, job_id) == 202
        sagemaker = cloud.client("sagemaker")
        name = f"train-{job_id}-01"
        describe = sagemaker.describe_training_job
        wait_for(lambda: describe(TrainingJobName=name)["TrainingJobStatus"] == "Stopped")
        wait_for(lambda: not [key for key in keys(cloud) if job_id in key])
    finally:
        PROGRAM.hold.clear()
    assert not [mail for mail in all_mails(cloud, "running") if "cancelled" in str(mail)]


def test_a_folder_of_captures_is_one_batch_with_one_mail(
    cloud: LocalCloud, state_dir: Path, tmp_path: Path
) -> None:
    for name, first in (("beach", 0), ("hill", 1)):
        (tmp_path / "flights" / name).mkdir(parents=True)
        for number, content in enumerate(PHOTOS[first:]):
            (tmp_path / "flights" / name / f"{number}.jpg").write_bytes(content)
    (tmp_path / "flights" / "empty").mkdir()
    said = io.StringIO()
    wishes = Wishes(Quality.DRAFT, "batch@example.com", "flights")
    status = batch(tmp_path / "flights", wishes, state_dir, Console(file=said, width=200))
    assert status == 1  # one was left out
    (batch_id,) = re.findall(r"/batches/([0-9a-f]+)", said.getvalue())

    def standing() -> dict[str, Any]:
        try:
            told: dict[str, Any] = get(cloud, f"/batches/{batch_id}")
            return told
        except urllib.error.HTTPError:
            return {"over": False}

    wait_for(lambda: standing()["over"])
    assert standing()["counts"] == {"delivered": 2}
    assert {job["title"] for job in standing()["jobs"]} == {"beach", "hill"}
    (mail,) = wait_for(lambda: all_mails(cloud, "flights: 2 of 2"))
    assert mail["X-Spaceport-Kind"] == "batch"
    listed = get(cloud, "/outbox")["mails"]
    about = [each["kind"] for each in listed if each["to"] == "batch@example.com"]
    assert about == ["batch"]
