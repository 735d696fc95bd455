"""Captures and what is on the way expire after their time; results, webhooks and plans stay."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.s3.expiry import EVERY_S, Expiry
from spaceport_local.sagemaker.runner import FunctionRunner
from spaceport_topology.wiring import EXPIRING
from tests.infra.clouds import Program, wait_for

BUCKET = "spaceport"
OF_CAPTURES = ("uploads/a/photos/1.jpg", "captures/b.zip")
ON_THE_WAY = ("work/0123/ingest/capture/capture.json",)
KEPT = ("jobs/0123/compress/01/output/scene.sog", "hooks/0123.json", "plans/0123/plan.json")
DAYS = {"captures": 30, "work": 7}


class Sweeper:
    """The sweeper over a bucket with one object of each kind; `days` is how old they are."""

    def __init__(self, s3: Any) -> None:
        self.s3, self.days = s3, 0.0
        s3.create_bucket(Bucket=BUCKET)
        for key in (*OF_CAPTURES, *ON_THE_WAY, *KEPT):
            s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
        self.expiry = Expiry(EXPIRING, DAYS, BUCKET, s3, self._now)

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def left_after(self, days: float) -> set[str]:
        self.days = days
        self.expiry._next_s = 0.0  # an hour has passed
        self.expiry.on_sweep()
        return {found["Key"] for found in self.s3.list_objects_v2(Bucket=BUCKET)["Contents"]}


@pytest.fixture
def sweeper(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Sweeper(boto3.client("s3", region_name="us-east-1"))


def test_each_kind_goes_after_its_own_time_and_results_never(sweeper: Sweeper) -> None:
    everything = {*OF_CAPTURES, *ON_THE_WAY, *KEPT}
    assert sweeper.left_after(6.9) == everything
    assert sweeper.left_after(7.1) == everything - {*ON_THE_WAY}
    assert sweeper.left_after(29.9) == {*OF_CAPTURES, *KEPT}
    assert sweeper.left_after(30.1) == {*KEPT}
    assert sweeper.left_after(10_000) == {*KEPT}


def test_the_bucket_is_looked_at_once_an_hour(sweeper: Sweeper) -> None:
    sweeper.left_after(1)
    sweeper.days = 31
    sweeper.expiry.on_sweep()
    assert len(sweeper.s3.list_objects_v2(Bucket=BUCKET)["Contents"]) == 6
    assert EVERY_S == 3600


def test_what_a_deployment_chooses_counts_and_the_sweeper_is_swept(tmp_path: Path) -> None:
    def keys(cloud: LocalCloud) -> set[str]:
        found = cloud.client("s3").list_objects_v2(Bucket=cloud.bucket).get("Contents", ())
        return {each["Key"] for each in found}

    def options(days: int) -> CloudOptions:
        keep = {"captures": days, "work": days}
        return CloudOptions(tmp_path, runner=FunctionRunner(Program()), keep_days=keep)

    with LocalCloud(options(1)) as cloud:
        for key in ("captures/old.zip", "jobs/0123/report/01/report.html"):
            cloud.client("s3").put_object(Bucket=cloud.bucket, Key=key, Body=b"x")
    with LocalCloud(options(0)) as cloud:
        wait_for(lambda: keys(cloud) == {"jobs/0123/report/01/report.html"})
