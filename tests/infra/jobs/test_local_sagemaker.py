"""SageMaker's contract, asked with a plain boto3 client."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from tests.infra.clouds import NOTHING, wait_for

ROLE = "arn:aws:iam::123456789012:role/spaceport-job"
PROCESSING_TYPE, TRAINING_TYPE = "ml.c6i.4xlarge", "ml.g4dn.xlarge"
Work = Callable[[Task], int]


class Workshop:
    """Runs the function that a test gave for a job's name."""

    def __init__(self) -> None:
        self.work: dict[str, Work] = {}

    def __call__(self, task: Task) -> int:
        work = self.work.get(task.name)
        return work(task) if work else 0


WORKSHOP = Workshop()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    options = CloudOptions(
        tmp_path_factory.mktemp("sagemaker"),
        topology=NOTHING,
        runner=FunctionRunner(WORKSHOP),
        checkpoint_interval_s=0.05,
        job_stop_grace_s=0.3,
    )
    with LocalCloud(options) as cloud:
        sqs, events = cloud.client("sqs"), cloud.client("events")
        sqs.create_queue(QueueName="changes")
        events.put_rule(Name="changes", EventPattern='{"source": ["aws.sagemaker"]}')
        target = {"Id": "1", "Arn": "arn:aws:sqs:us-east-1:123456789012:changes"}
        events.put_targets(Rule="changes", Targets=[target])
        cloud.client("s3").put_object(Bucket=cloud.bucket, Key="in/a/b.txt", Body=b"b")
        cloud.client("s3").put_object(Bucket=cloud.bucket, Key="in/c.txt", Body=b"c")
        yield cloud


@pytest.fixture(scope="module")
def sagemaker(cloud: LocalCloud) -> Any:
    return cloud.client("sagemaker")


def processing(name: str, **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": "any", "ContainerEntrypoint": ["python", "-m", "any"]},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": PROCESSING_TYPE,
                "VolumeSizeInGB": 1,
            }
        },
        "ProcessingInputs": [
            {
                "InputName": "folder",
                "S3Input": {
                    **source,
                    "S3Uri": "s3://spaceport/in/",
                    "LocalPath": "/opt/ml/processing/input/folder",
                },
            },
            {
                "InputName": "file",
                "S3Input": {
                    **source,
                    "S3Uri": "s3://spaceport/in/c.txt",
                    "LocalPath": "/opt/ml/processing/input/file",
                },
            },
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "output",
                    "S3Output": {
                        "S3Uri": f"s3://spaceport/out/{name}/",
                        "LocalPath": "/opt/ml/processing/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "Tags": [{"Key": "spaceport:job", "Value": "1"}],
        **changes,
    }


def training(name: str, **changes: Any) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://spaceport/in/"}
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingImage": "any", "TrainingInputMode": "File"},
        "InputDataConfig": [{"ChannelName": "scene", "DataSource": {"S3DataSource": source}}],
        "OutputDataConfig": {"S3OutputPath": "s3://spaceport/out/", "CompressionType": "NONE"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": TRAINING_TYPE,
            "VolumeSizeInGB": 1,
        },
        "CheckpointConfig": {"S3Uri": f"s3://spaceport/checkpoints/{name}/"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 200},
        "EnableManagedSpotTraining": True,
        **changes,
    }


def end_of(sagemaker: Any, name: str) -> dict[str, Any]:
    """The job's description when it is over."""

    def ended() -> dict[str, Any] | None:
        if name.startswith("t"):
            job: dict[str, Any] = sagemaker.describe_training_job(TrainingJobName=name)
            return job if job["TrainingJobStatus"] in ("Completed", "Failed", "Stopped") else None
        job = sagemaker.describe_processing_job(ProcessingJobName=name)
        return job if job["ProcessingJobStatus"] in ("Completed", "Failed", "Stopped") else None

    return wait_for(ended)


def keys(cloud: LocalCloud, prefix: str) -> list[str]:
    answer = cloud.client("s3").list_objects_v2(Bucket=cloud.bucket, Prefix=prefix)
    return [entry["Key"].removeprefix(prefix) for entry in answer.get("Contents", [])]


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


class Gate:
    """A job that runs until it is let go or told to stop."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()

    def __call__(self, task: Task) -> int:
        self.entered.set()
        while not (self.open.wait(0.02) or task.stopping.is_set()):
            pass
        return 0


def test_a_processing_job_turns_inputs_into_outputs(cloud: LocalCloud, sagemaker: Any) -> None:
    seen: dict[str, bytes] = {}

    def work(task: Task) -> int:
        folder = task.root / "processing" / "input"
        for path in folder.rglob("*.txt"):
            seen[path.relative_to(folder).as_posix()] = path.read_bytes()
        (task.root / "processing" / "output" / "sub").mkdir()
        (task.root / "processing" / "output" / "sub" / "x").write_bytes(b"x")
        (task.root / "output" / "message").write_text("well done")
        assert task.environment["SPACEPORT_ML_ROOT"] == str(task.root)
        assert task.environment["AWS_ENDPOINT_URL"] == cloud.endpoint_url
        assert "OMP_NUM_THREADS" not in task.environment
        return 0

    WORKSHOP.work["p-good"] = work
    arn = sagemaker.create_processing_job(**processing("p-good"))["ProcessingJobArn"]
    job = end_of(sagemaker, "p-good")
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:processing-job/p-good"
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ExitMessage"] == "well done"
    assert job["ProcessingEndTime"] >= job["ProcessingStartTime"] >= job["CreationTime"]
    assert seen == {"folder/a/b.txt": b"b", "folder/c.txt": b"c", "file/c.txt": b"c"}
    assert keys(cloud, "out/p-good/") == ["sub/x"]


def test_a_training_job_goes_through_its_phases(cloud: LocalCloud, sagemaker: Any) -> None:
    def work(task: Task) -> int:
        assert (task.root / "input/data/scene/a/b.txt").read_bytes() == b"b"
        config = json.loads((task.root / "input/config/resourceconfig.json").read_text())
        assert config["current_instance_type"] == TRAINING_TYPE
        (task.root / "model" / "scene.ply").write_bytes(b"ply")
        (task.root / "checkpoints" / "1").write_bytes(b"1")
        return 0

    WORKSHOP.work["t-good"] = work
    sagemaker.create_training_job(**training("t-good"))
    job = end_of(sagemaker, "t-good")
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert steps == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == "s3://spaceport/out/t-good/output/model/"
    assert keys(cloud, "out/t-good/output/") == ["model/scene.ply"]
    assert keys(cloud, "checkpoints/t-good/") == ["1"]


def test_a_model_is_packed_unless_told_otherwise(cloud: LocalCloud, sagemaker: Any) -> None:
    output = {"S3OutputPath": "s3://spaceport/out"}
    sagemaker.create_training_job(**training("t-packed", OutputDataConfig=output))
    end_of(sagemaker, "t-packed")
    assert keys(cloud, "out/t-packed/output/") == ["model.tar.gz"]


def test_state_changes_come_in_aws_form(cloud: LocalCloud, sagemaker: Any) -> None:
    sagemaker.create_processing_job(**processing("p-told"))
    sagemaker.create_training_job(**training("t-told"))
    end_of(sagemaker, "p-told")
    end_of(sagemaker, "t-told")
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="changes")["QueueUrl"]
    events: dict[str, dict[str, Any]] = {}

    def both() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            event = json.loads(message["Body"])
            detail = event["detail"]
            if detail.get("ProcessingJobStatus", detail.get("TrainingJobStatus")) == "Completed":
                name = detail.get("ProcessingJobName") or detail["TrainingJobName"]
                events[name] = event
        return {"p-told", "t-told"} <= events.keys()

    wait_for(both)
    one, other = events["p-told"], events["t-told"]
    assert one["detail-type"] == "SageMaker Processing Job State Change"
    assert other["detail-type"] == "SageMaker Training Job State Change"
    assert one["resources"] == [one["detail"]["ProcessingJobArn"]]
    assert one["detail"]["Tags"] == {"spaceport:job": "1"}
    assert isinstance(one["detail"]["ProcessingEndTime"], int)
    assert other["detail"]["TrainingEndTime"].isdigit()
    assert other["detail"]["SecondaryStatusTransitions"][0]["StartTime"].isdigit()


def test_a_name_is_given_once(sagemaker: Any) -> None:
    sagemaker.create_processing_job(**processing("p-once"))
    code, message = refusal(lambda: sagemaker.create_processing_job(**processing("p-once")))
    assert code == "ResourceInUse"
    assert "p-once" in message
    end_of(sagemaker, "p-once")


@pytest.mark.parametrize(
    "request_",
    [
        processing("p_underscore"),
        processing("-p"),
        processing("p" * 64),
        training("t-no-wait", StoppingCondition={"MaxRuntimeInSeconds": 100}),
        training("t-no-spot", EnableManagedSpotTraining=False),
        training("t-type", ResourceConfig={"InstanceCount": 1, "InstanceType": "ml.no"}),
    ],
    ids=lambda request: str(request.get("ProcessingJobName") or request.get("TrainingJobName")),
)
def test_what_the_api_does_not_take_is_refused(sagemaker: Any, request_: dict[str, Any]) -> None:
    is_training = "TrainingJobName" in request_
    create = sagemaker.create_training_job if is_training else sagemaker.create_processing_job
    assert refusal(lambda: create(**request_))[0] == "ValidationException"


def test_unknown_jobs(sagemaker: Any) -> None:
    code, _ = refusal(lambda: sagemaker.describe_processing_job(ProcessingJobName="none"))
    assert code == "ResourceNotFound"
    code, message = refusal(lambda: sagemaker.describe_training_job(TrainingJobName="none"))
    assert (code, message) == ("ValidationException", "Requested resource not found.")


def test_quotas_hold_per_instance_type_and_are_given_back(sagemaker: Any) -> None:
    gate = Gate()
    WORKSHOP.work |= {"p-one": gate, "p-two": gate}
    sagemaker.create_processing_job(**processing("p-one"))
    sagemaker.create_processing_job(**processing("p-two"))
    code, message = refusal(lambda: sagemaker.create_processing_job(**processing("p-three")))
    assert code == "ResourceLimitExceeded"
    assert message.startswith(
        "The account-level service limit 'ml.c6i.4xlarge for processing job usage' is 2 "
        "Instances, with current utilization of 2 Instances and a request delta of 1 Instances."
    )
    refused = refusal(lambda: sagemaker.describe_processing_job(ProcessingJobName="p-three"))
    assert refused[0] == "ResourceNotFound"
    gate.open.set()
    end_of(sagemaker, "p-one")
    end_of(sagemaker, "p-two")
    sagemaker.create_processing_job(**processing("p-three"))
    assert end_of(sagemaker, "p-three")["ProcessingJobStatus"] == "Completed"


def test_a_failure_carries_what_the_program_said(cloud: LocalCloud, sagemaker: Any) -> None:
    def work(task: Task) -> int:
        for name in ("failure", "message"):
            (task.root / "output" / name).write_text("Too few photos.")
        return 1

    WORKSHOP.work |= {"p-bad": work, "t-bad": work}
    sagemaker.create_processing_job(**processing("p-bad"))
    sagemaker.create_training_job(**training("t-bad"))
    one, other = end_of(sagemaker, "p-bad"), end_of(sagemaker, "t-bad")
    assert (one["ProcessingJobStatus"], one["ExitMessage"]) == ("Failed", "Too few photos.")
    assert other["TrainingJobStatus"] == other["SecondaryStatus"] == "Failed"
    assert other["FailureReason"] == "AlgorithmError: Too few photos., exit code: 1"
    assert keys(cloud, "out/p-bad/") == keys(cloud, "out/t-bad/") == []


def test_missing_input_is_the_clients_error(sagemaker: Any) -> None:
    channel = {"S3DataType": "S3Prefix", "S3Uri": "s3://spaceport/nothing/"}
    data = [{"ChannelName": "scene", "DataSource": {"S3DataSource": channel}}]
    sagemaker.create_training_job(**training("t-empty", InputDataConfig=data))
    reason = end_of(sagemaker, "t-empty")["FailureReason"]
    assert reason.startswith("ClientError: Data download failed:No S3 objects found")


def test_a_stopped_training_job_keeps_its_model(cloud: LocalCloud, sagemaker: Any) -> None:
    gate = Gate()

    def work(task: Task) -> int:
        gate(task)
        (task.root / "model" / "partial.ply").write_bytes(b"half")
        return 0

    WORKSHOP.work["t-stop"] = work
    sagemaker.create_training_job(**training("t-stop"))
    gate.entered.wait(60)
    sagemaker.stop_training_job(TrainingJobName="t-stop")
    job = end_of(sagemaker, "t-stop")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert keys(cloud, "out/t-stop/output/") == ["model/partial.ply"]
    code, message = refusal(lambda: sagemaker.stop_training_job(TrainingJobName="t-stop"))
    assert code == "ValidationException"
    assert "Stopped" in message


def test_who_does_not_stop_is_killed(sagemaker: Any) -> None:
    entered, released = threading.Event(), threading.Event()

    def work(_task: Task) -> int:
        entered.set()
        released.wait(60)
        return 0

    WORKSHOP.work["p-deaf"] = work
    sagemaker.create_processing_job(**processing("p-deaf"))
    entered.wait(60)
    sagemaker.stop_processing_job(ProcessingJobName="p-deaf")
    assert end_of(sagemaker, "p-deaf")["ProcessingJobStatus"] == "Stopped"
    released.set()


def test_a_job_may_not_run_for_ever(sagemaker: Any) -> None:
    WORKSHOP.work |= {"p-long": Gate(), "t-long": Gate()}
    limits = {"MaxRuntimeInSeconds": 1}
    sagemaker.create_processing_job(**processing("p-long", StoppingCondition=limits))
    wait = {"StoppingCondition": {**limits, "MaxWaitTimeInSeconds": 2}}
    sagemaker.create_training_job(**training("t-long", **wait))
    assert "MaxRuntime" in end_of(sagemaker, "p-long")["FailureReason"]
    job = end_of(sagemaker, "t-long")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_an_interrupted_spot_job_goes_on_from_its_checkpoint(
    cloud: LocalCloud, sagemaker: Any
) -> None:
    found: list[str] = []
    running = threading.Event()

    def work(task: Task) -> int:
        checkpoint = task.root / "checkpoints" / "step"
        found.append(checkpoint.read_text() if checkpoint.exists() else "none")
        if len(found) == 1:
            running.set()
            task.stopping.wait(60)
            checkpoint.write_text("7")
        return 0

    WORKSHOP.work["t-spot"] = work
    sagemaker.create_training_job(**training("t-spot"))
    running.wait(60)
    cloud.sagemaker.interrupt("t-spot")
    job = end_of(sagemaker, "t-spot")
    assert job["TrainingJobStatus"] == "Completed"
    assert found == ["none", "7"]
    assert "Interrupted" in [step["Status"] for step in job["SecondaryStatusTransitions"]]


def test_checkpoints_reach_s3_while_the_job_runs(cloud: LocalCloud, sagemaker: Any) -> None:
    gate = Gate()

    def work(task: Task) -> int:
        (task.root / "checkpoints" / "early").write_bytes(b"1")
        return gate(task)

    WORKSHOP.work["t-sync"] = work
    sagemaker.create_training_job(**training("t-sync"))
    wait_for(lambda: keys(cloud, "checkpoints/t-sync/"))
    gate.open.set()
    end_of(sagemaker, "t-sync")


def test_a_checkpoint_that_is_being_written_comes_in_the_next_round(
    cloud: LocalCloud, sagemaker: Any
) -> None:
    size_bytes = 4 << 20

    def work(task: Task) -> int:
        with (task.root / "checkpoints" / "large").open("wb", buffering=0) as stream:
            for number in range(500):
                stream.seek(0)
                stream.write(bytes([number % 7]) * size_bytes)
        return 0

    WORKSHOP.work["t-torn"] = work
    sagemaker.create_training_job(**training("t-torn"))
    job = end_of(sagemaker, "t-torn")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    kept = cloud.client("s3").get_object(Bucket=cloud.bucket, Key="checkpoints/t-torn/large")
    assert kept["Body"].read() == bytes([499 % 7]) * size_bytes


def test_a_program_does_not_outlive_a_job_that_broke(cloud: LocalCloud, sagemaker: Any) -> None:
    ended, s3 = threading.Event(), cloud.client("s3")
    s3.create_bucket(Bucket="for-a-while")

    def work(task: Task) -> int:
        s3.delete_bucket(Bucket="for-a-while")
        (task.root / "checkpoints" / "early").write_bytes(b"1")
        task.stopping.wait(60)
        ended.set()
        return 0

    WORKSHOP.work["t-broke"] = work
    there = {"S3Uri": "s3://for-a-while/checkpoints/"}
    sagemaker.create_training_job(**training("t-broke", CheckpointConfig=there))
    job = end_of(sagemaker, "t-broke")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("InternalServerError")
    assert ended.wait(20)


def test_jobs_are_listed_newest_first_page_by_page(sagemaker: Any) -> None:
    for name in ("p-list-1", "p-list-2", "p-list-3"):
        sagemaker.create_processing_job(**processing(name))
        end_of(sagemaker, name)
    pages = sagemaker.get_paginator("list_processing_jobs").paginate(
        NameContains="p-list", StatusEquals="Completed", MaxResults=2
    )
    names = [[job["ProcessingJobName"] for job in page["ProcessingJobSummaries"]] for page in pages]
    assert names == [["p-list-3", "p-list-2"], ["p-list-1"]]


def test_disk_space_is_given_back(cloud: LocalCloud, sagemaker: Any, tmp_path: Path) -> None:
    folders: list[Path] = []

    def work(task: Task) -> int:
        folders.append(task.folder)
        return 0

    WORKSHOP.work["p-clean"] = work
    sagemaker.create_processing_job(**processing("p-clean"))
    end_of(sagemaker, "p-clean")
    wait_for(lambda: not (folders[0] / "opt").exists())
    assert (folders[0] / "job.json").exists()
