"""Test code: clouds that run quick jobs, and patience."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3

from spaceport_local.account import REGION
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from spaceport_runtime.aws.ledger import DynamoLedger
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import LEDGER_TABLE, build_topology
from tests.infra.outputs import write_outputs

T = TypeVar("T")
PATIENCE_S = 60.0  # for a machine that is busy with other things
NOTHING = build_topology(())
STAGES = build_topology(tuple(service for service in SERVICES if service.job))


def wait_for(found: Callable[[], T | None], timeout_s: float = PATIENCE_S) -> T:
    """Ask until there is an answer."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        answer = found()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"nothing within {timeout_s} s")


class Program:
    """A job's program as a function; by default it does what a good job does, in no time."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.hold: set[str] = set()
        self.go_on = threading.Event()

    def __call__(self, task: Task) -> int:
        self.started.append(task.name)
        stage = task.name.split("-")[0]
        if stage in self.hold:
            while not (task.stopping.wait(0.02) or self.go_on.is_set()):
                pass
        if task.stopping.is_set():
            (task.root / "checkpoints" / "step.txt").write_text(str(len(self.started)))
            return 0
        write_outputs(task.root, stage)
        return 0


def stages_cloud(state_dir: Path, program: Callable[[Task], int]) -> LocalCloud:
    """sfm, train and compress; no ingest, no notify."""
    options = CloudOptions(state_dir, runner=FunctionRunner(program), topology=STAGES)
    return LocalCloud(options)


def request_event(job_id: str, cloud: LocalCloud) -> dict[str, Any]:
    """A PutEvents entry that asks for a whole reconstruction, its inputs in the bucket."""
    s3 = cloud.client("s3")
    photos = f"uploads/{job_id}/photos/"
    index = f"work/{job_id}/ingest/capture/capture.json"
    s3.put_object(Bucket=cloud.bucket, Key=photos + "a.jpg", Body=b"photo")
    s3.put_object(Bucket=cloud.bucket, Key=index, Body=b"{}")
    ledger_of(cloud).register_job(job_id, "{}")
    artifact = {"uri": f"s3://{cloud.bucket}/{index}", "bytes": 2, "sha256": "0" * 64}
    detail = {
        "event_id": f"request-{job_id}",
        "job_id": job_id,
        "correlation_id": job_id,
        "causation_id": job_id,
        "occurred_at": "2026-01-01T00:00:00Z",
        "attempt": 1,
        "start_at": "sfm",
        "quality": "draft",
        "email": None,
        "title": "",
        "inputs": {"prefix": f"s3://{cloud.bucket}/{photos}", "index": artifact},
    }
    return {
        "EventBusName": "spaceport",
        "Source": "spaceport.ingest",
        "DetailType": "ReconstructionRequested",
        "Detail": json.dumps(detail),
    }


def ledger_of(cloud: LocalCloud) -> DynamoLedger:
    """The ledger, which ingest would have told of the job."""
    resource = boto3.resource(
        "dynamodb",
        endpoint_url=cloud.endpoint_url,
        region_name=REGION,
        aws_access_key_id=cloud.keys.access_key,
        aws_secret_access_key=cloud.keys.secret_key,
    )
    return DynamoLedger(resource.Table(LEDGER_TABLE))


def publish(cloud: LocalCloud, *entries: dict[str, Any]) -> None:
    answer = cloud.client("events").put_events(Entries=list(entries))
    assert answer["FailedEntryCount"] == 0


class Events:
    """Everything on the bus, by type."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.envelopes: list[dict[str, Any]] = []
        cloud.watch(self.envelopes.append)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [e["detail"] for e in list(self.envelopes) if e["detail-type"] == name]

    def wait(
        self, name: str, count: int = 1, timeout_s: float = PATIENCE_S
    ) -> list[dict[str, Any]]:
        return wait_for(
            lambda: self.named(name) if len(self.named(name)) >= count else None, timeout_s
        )
