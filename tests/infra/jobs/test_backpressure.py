"""Too few machines, machines that are taken away, an API that is too busy: all end well."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.compute import QUOTAS
from spaceport_local.sagemaker.jobs import ApiError
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from spaceport_topology.services import SERVICES
from spaceport_topology.wiring import LEDGER_TABLE
from tests.infra.clouds import Events, Program, wait_for
from tests.infra.uploads import mails, status_of, upload

CAPTURES = 50
PATIENCE_S = 900.0
QUICK_RETRIES = {"SPACEPORT_RETRY_BASE_S": "1", "SPACEPORT_RETRY_MAX_S": "2"}


def dead_letters(cloud: LocalCloud) -> int:
    sqs = cloud.client("sqs")
    urls = sqs.list_queues(QueueNamePrefix="spaceport-")["QueueUrls"]
    names = ["ApproximateNumberOfMessages"]
    counts = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        for url in urls
        if url.endswith("-dlq")
    ]
    assert len(counts) == sum(service.listens for service in SERVICES)
    return sum(int(count["ApproximateNumberOfMessages"]) for count in counts)


def arrivals(cloud: LocalCloud, stage: str) -> list[str]:
    """The names of a stage's jobs in the order in which the ledger admitted them."""
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=LEDGER_TABLE)
    items = [item for page in pages for item in page["Items"]]
    runs = [item for item in items if item["id"]["S"].startswith(f"run#{stage}#")]
    runs.sort(key=lambda item: item["arrived_at"]["S"])
    return ["-".join(item["id"]["S"].split("#")[1:]) for item in runs]


def places_by_run(events: Events) -> dict[tuple[str, str], list[int]]:
    """What each run was told, in order; an event that comes twice is one event."""
    told = {event["event_id"]: event for event in events.named("StageWaiting")}
    places = defaultdict(list)
    for event in sorted(told.values(), key=lambda event: str(event["occurred_at"])):
        places[event["stage"], event["job_id"]].append(event["place"])
    return places


@pytest.mark.slow
def test_fifty_captures_at_once_are_all_delivered_in_order_of_arrival(tmp_path: Path) -> None:
    program = Program()
    program.hold = {"sfm"}  # until all have arrived
    cloud = LocalCloud(CloudOptions(tmp_path, quotas=QUOTAS, runner=FunctionRunner(program)))
    events = Events(cloud)
    with cloud:
        job_ids = [upload(cloud, f"capture-{n:02d}") for n in range(CAPTURES)]
        machines = QUOTAS["ml.c6i.4xlarge"]
        wait_for(lambda: len(places_by_run(events)) == CAPTURES - machines, PATIENCE_S)
        assert len(program.started) == machines
        program.go_on.set()
        events.wait("SplatCompressed", CAPTURES, PATIENCE_S)
        wait_for(lambda: len(mails(cloud, "capture-")) >= CAPTURES, PATIENCE_S)
        assert not events.named("StageFailed")
        assert {status_of(cloud, job_id)["status"] for job_id in job_ids} == {"delivered"}
        assert [len(mails(cloud, f"capture-{n:02d}")) for n in range(CAPTURES)] == [1] * CAPTURES
        launched = cloud.sagemaker.names()
        assert len(launched) == 3 * CAPTURES
        for stage in ("sfm", "train", "compress"):
            names = [name for name in launched if name.startswith(stage)]
            assert names == arrivals(cloud, stage)
        assert dead_letters(cloud) == 0
    places = places_by_run(events)
    rising = {run: told for run, told in places.items() if told != sorted(told, reverse=True)}
    assert rising == {}
    told_at_first = [told[0] for (stage, _), told in places.items() if stage == "sfm"]
    assert sorted(told_at_first) == list(range(1, CAPTURES - machines + 1))
    assert all(told[-1] <= 5 for (stage, _), told in places.items() if stage == "sfm")


class Training:
    """Trains until its machine is taken away, and goes on where it was."""

    def __init__(self) -> None:
        self.program = Program()
        self.is_long = True
        self.steps_found: list[str] = []

    def __call__(self, task: Task) -> int:
        checkpoint = task.root / "checkpoints" / "step.txt"
        if not (self.is_long and task.name.startswith("train")):
            return self.program(task)
        self.steps_found.append(checkpoint.read_text() if checkpoint.exists() else "")
        if self.steps_found[-1]:
            return self.program(task)
        task.stopping.wait(PATIENCE_S)
        checkpoint.write_text("41")
        return 0


@pytest.fixture(scope="module")
def training() -> Training:
    return Training()


@pytest.fixture(scope="module")
def cloud(training: Training, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    runner = FunctionRunner(training)
    folder = tmp_path_factory.mktemp("pressure")
    with LocalCloud(CloudOptions(folder, runner=runner, variables=QUICK_RETRIES)) as cloud:
        yield cloud


def test_a_spot_interruption_costs_no_attempt(cloud: LocalCloud, training: Training) -> None:
    job_id = upload(cloud, "spot")
    name = f"train-{job_id}-01"
    wait_for(lambda: training.steps_found)
    cloud.sagemaker.interrupt(name)
    wait_for(lambda: mails(cloud, "spot"))
    assert training.steps_found == ["", "41"]
    assert [found for found in cloud.sagemaker.names() if job_id in found] == [
        f"sfm-{job_id}-01",
        name,
        f"compress-{job_id}-01",
    ]
    described = cloud.client("sagemaker").describe_training_job(TrainingJobName=name)
    phases = [step["Status"] for step in described["SecondaryStatusTransitions"]]
    assert phases.count("Interrupted") == 1
    assert described["TrainingJobStatus"] == "Completed"
    status = status_of(cloud, job_id)
    assert (status["status"], status["attempt"]) == ("delivered", 1)


class Throttle:
    """Refuses the first calls of each operation, more often than boto3 tries by itself."""

    def __init__(self, call: Callable[[str, dict[str, Any]], dict[str, Any]], times: int) -> None:
        self._call = call
        self._times = times
        self.refused: dict[str, int] = defaultdict(int)

    def __call__(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        if self.refused[operation] < self._times:
            self.refused[operation] += 1
            raise ApiError("ThrottlingException", "Rate exceeded")
        return self._call(operation, request)


@pytest.mark.slow
def test_a_throttled_sagemaker_is_asked_again_later(
    cloud: LocalCloud, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttle = Throttle(cloud.sagemaker.call, times=5)
    monkeypatch.setattr(cloud.sagemaker, "call", throttle)
    monkeypatch.setattr(training, "is_long", False)
    job_id = upload(cloud, "busy")
    wait_for(lambda: mails(cloud, "busy"), PATIENCE_S)
    assert throttle.refused["CreateProcessingJob"] == 5
    assert throttle.refused["CreateTrainingJob"] == 5
    assert status_of(cloud, job_id)["status"] == "delivered"
    assert len([name for name in cloud.sagemaker.names() if job_id in name]) == 3
    assert len(mails(cloud, "busy")) == 1
    assert dead_letters(cloud) == 0
