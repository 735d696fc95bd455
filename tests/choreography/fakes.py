"""The outside world in memory: the ports' semantics, without their latency."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from spaceport_runtime.errors import NoCapacity
from spaceport_runtime.ports import (
    End,
    JobStatus,
    Run,
    RunKey,
    RunState,
    StoredObject,
)
from spaceport_runtime.service import JobKind
from tests.choreography.lag import Index

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
WAITS = {RunState.WAITING, RunState.LAUNCHING}


class FakeLedger:
    """The ledger's conditional writes, on a dict; its indices may lag, as DynamoDB's do."""

    def __init__(self, index: Index | None = None) -> None:
        self.index = index or Index()
        self.runs: dict[RunKey, Run] = {}
        self.ends: dict[tuple[str, int], End] = {}
        self.jobs: dict[str, tuple[str, int]] = {}
        self.names: dict[str, str] = {}
        self.deleted: dict[str, tuple[str, int]] = {}
        self.users: dict[str, set[str]] = {}

    @property
    def open(self) -> list[RunKey]:
        return [key for key, run in self.runs.items() if run.is_open]

    def put(self, run: Run) -> None:
        self.runs[run.key] = run
        self.index.wrote(run)

    def admit(self, run: Run) -> bool:
        if run.key in self.runs:
            return False
        self.put(run)
        return True

    def get(self, key: RunKey) -> Run | None:
        return self.runs.get(RunKey(key.stage, key.job_id, key.attempt))

    def open_runs(self, stage: str) -> list[Run]:
        return self.index.shown([run for run in self.runs.values() if run.is_open], stage)

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        waiting = [run for run in self.open_runs(stage) if run.is_waiting]
        return sorted(waiting, key=lambda run: run.turn)[:limit]

    def count_waiting(self, stage: str) -> int:
        return len(self.waiting_runs(stage, len(self.runs)))

    def last_lap(self, tenant: str, stage: str) -> int | None:
        waiting = self.waiting_runs(stage, len(self.runs))
        return max((run.lap for run in waiting if run.tenant == tenant), default=None)

    def _move(self, key: RunKey, allowed: set[RunState], **changes: Any) -> bool:
        run = self.runs.get(key)
        if run is None or run.state not in allowed:
            return False
        self.put(replace(run, **changes))
        return True

    def begin_launch(self, key: RunKey, at: str) -> bool:
        return self._move(key, WAITS, state=RunState.LAUNCHING, launched_at=at)

    def mark_running(self, key: RunKey, at: str) -> None:
        self._move(key, WAITS, state=RunState.RUNNING, launched_at=at)

    def rewind(self, run: Run) -> None:
        self._move(run.key, {RunState.RUNNING}, state=RunState.WAITING, launched_at=None)

    def remember_place(self, key: RunKey, place: int) -> None:
        self._move(key, WAITS, place=place)

    def remember_vain(self, key: RunKey, since: str | None) -> None:
        self._move(key, WAITS, vain_since=since)

    def withdraw(self, key: RunKey) -> bool:
        changes = {"state": RunState.FINISHED, "outcome": "[]", "is_open": False}
        return self._move(key, {RunState.WAITING}, **changes)

    def finish(self, key: RunKey, outcome: str) -> bool:
        return self._move(key, {*WAITS, RunState.RUNNING}, state=RunState.FINISHED, outcome=outcome)

    def close(self, key: RunKey) -> None:
        self._move(key, {RunState.FINISHED}, is_open=False)

    def claim_end(self, job_id: str, attempt: int, end: End) -> End:
        return self.ends.setdefault((job_id, attempt), end)

    def end_of(self, job_id: str, attempt: int) -> End | None:
        return self.ends.get((job_id, attempt))

    def name_job(self, request: str, job_id: str, asked_at: str) -> str:
        known = self.names.setdefault(request, job_id)
        if known in self.deleted and asked_at > self.deleted[known][0]:
            self.names[request] = job_id
        return self.names[request]

    def register_job(self, job_id: str, record: str) -> bool:
        if job_id in self.jobs or job_id in self.deleted:
            return False
        self.jobs[job_id] = (record, 1)
        return True

    def job_record(self, job_id: str) -> tuple[str, int] | None:
        return self.jobs.get(job_id)

    def use(self, uri: str, job_id: str) -> None:
        self.users.setdefault(uri, set()).add(job_id)

    def release(self, uri: str, job_id: str) -> bool:
        self.users.setdefault(uri, set()).discard(job_id)
        return not self.users[uri]

    def close_job(self, job_id: str, at: str) -> int:
        attempts = self.jobs.pop(job_id, ("", 1))[1]
        return self.deleted.setdefault(job_id, (at, attempts))[1]

    def erase(self, key: RunKey) -> None:
        self.put(Run(key, "", "", "", RunState.FINISHED, outcome="[]", is_open=False))

    def next_attempt(self, job_id: str) -> int | None:
        if job_id in self.deleted:
            return None
        record, attempts = self.jobs[job_id]
        self.jobs[job_id] = (record, attempts + 1)
        return attempts + 1


class FakeStore:
    """S3 on a dict."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.written_at: dict[str, datetime] = {}

    def head(self, uri: str) -> StoredObject | None:
        content = self.objects.get(uri)
        if content is None:
            return None
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return StoredObject(len(content), etag, self.written_at.get(uri, LONG_AGO))

    def read(self, uri: str) -> bytes:
        return self.objects[uri]

    def sha256(self, uri: str) -> str:
        return hashlib.sha256(self.objects[uri]).hexdigest()

    def write(self, uri: str, content: bytes, content_type: str) -> None:
        self.objects[uri] = content

    def remove(self, uri: str) -> None:
        below = [each for each in self.objects if uri.endswith("/") and each.startswith(uri)]
        for each in (uri, *below):
            self.objects.pop(each, None)


class Luck(StrEnum):
    """What becomes of a launch; LOST: SageMaker says yes and never hears of it again."""

    GOOD = "good"
    HANGS = "hangs"
    LOST = "lost"


@dataclass
class FakeJob:
    """One SageMaker job."""

    kind: JobKind
    name: str
    instance_type: str
    order: int
    output_prefix: str
    key: RunKey
    hangs: bool = False
    stop_requested: bool = False
    retries_worth: int = 0
    status: JobStatus = field(default_factory=lambda: JobStatus("InProgress"))


class FakeJobs:
    """SageMaker: names are unique, quotas are small."""

    def __init__(self, quotas: Mapping[str, int]) -> None:
        self.quotas = quotas
        self.jobs: dict[str, FakeJob] = {}
        self.launches: list[RunKey] = []
        self.on_launch: Callable[[RunKey], Luck] = lambda key: Luck.GOOD
        self.on_describe: Callable[[str], None] = lambda name: None

    def running(self) -> list[FakeJob]:
        return [job for job in self.jobs.values() if not job.status.is_over]

    def create(self, kind: JobKind, request: Mapping[str, Any]) -> None:
        name = request[f"{kind.capitalize()}JobName"]
        instance_type = _instance_type(kind, request)
        if not self.is_free(instance_type):  # which of the two AWS looks at first is not said
            raise NoCapacity(f"ResourceLimitExceeded: {instance_type}")
        if name in self.jobs:
            return
        environment = request["Environment"]
        stage = name.split("-")[0]
        attempt = int(environment["SPACEPORT_ATTEMPT"])
        key = RunKey(stage, environment["SPACEPORT_JOB_ID"], attempt)
        luck = self.on_launch(key)
        if luck is Luck.LOST:
            return
        self.launches.append(key)
        prefix, hangs = _output_prefix(kind, request), luck is Luck.HANGS
        self.jobs[name] = FakeJob(kind, name, instance_type, len(self.jobs), prefix, key, hangs)

    def is_free(self, instance_type: str) -> bool:
        in_use = sum(job.instance_type == instance_type for job in self.running())
        return in_use < self.quotas[instance_type]

    def describe(self, kind: JobKind, name: str) -> JobStatus | None:
        self.on_describe(name)
        job = self.jobs.get(name)
        return job.status if job else None

    def stop(self, kind: JobKind, name: str) -> None:
        job = self.jobs.get(name)
        if job and not job.status.is_over:
            job.stop_requested = True


def _instance_type(kind: JobKind, request: Mapping[str, Any]) -> str:
    if kind == "processing":
        return str(request["ProcessingResources"]["ClusterConfig"]["InstanceType"])
    return str(request["ResourceConfig"]["InstanceType"])


def _output_prefix(kind: JobKind, request: Mapping[str, Any]) -> str:
    if kind == "processing":
        return str(request["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"])
    base = request["OutputDataConfig"]["S3OutputPath"]
    return f"{base}{request['TrainingJobName']}/output/model/"


class FakeEvents:
    """boto3's EventBridge client, as far as a publisher sees it."""

    def __init__(self, deliver: Callable[[dict[str, Any]], None], refuse: Callable[[], bool]):
        self._deliver = deliver
        self._refuse = refuse

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        results = []
        for entry in Entries:
            if self._refuse():
                results.append({"ErrorCode": "InternalFailure", "ErrorMessage": "not now"})
                continue
            self._deliver(
                {
                    "source": entry["Source"],
                    "detail-type": entry["DetailType"],
                    "detail": json.loads(entry["Detail"]),
                }
            )
            results.append({"EventId": "changes-every-time"})
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedEntryCount": failed, "Entries": results}
