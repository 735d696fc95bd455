"""What is left after a stop, and after a kill."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spaceport_local.aws.archive import unfinished
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.disk.journal import Journal
from spaceport_local.disk.state import StateDir
from spaceport_local.sagemaker.lifecycle import MACHINE_STOPPED
from spaceport_local.sagemaker.runner import Task
from spaceport_runtime.errors import UserError
from tests.infra.clouds import (
    NOTHING,
    Events,
    Program,
    publish,
    request_event,
    stages_cloud,
    wait_for,
)

JOB = "aaaabbbbcccc"


def bare(state_dir: Path) -> LocalCloud:
    return LocalCloud(CloudOptions(state_dir, topology=NOTHING))


def ledger_item(name: str, **fields: str) -> dict[str, dict[str, str]]:
    return {"id": {"S": name}} | {key: {"S": value} for key, value in fields.items()}


def job_record(state_dir: Path, name: str) -> dict[str, Any]:
    stored = json.loads((state_dir / "sagemaker" / name / "job.json").read_text())
    document: dict[str, Any] = stored["document"]
    return document


def test_objects_come_back_with_all_that_belongs_to_them(tmp_path: Path) -> None:
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        for key in ("uploads/é x.zip", "gone", "changed"):
            s3.put_object(
                Bucket=cloud.bucket,
                Key=key,
                Body=b"first",
                Metadata={"email": "a@b.c"},
                ContentType="application/zip",
            )
        s3.put_object(Bucket=cloud.bucket, Key="changed", Body=b"second")
        s3.delete_object(Bucket=cloud.bucket, Key="gone")
        before = s3.head_object(Bucket=cloud.bucket, Key="uploads/é x.zip")
    with bare(tmp_path) as cloud:
        s3 = cloud.client("s3")
        after = s3.head_object(Bucket=cloud.bucket, Key="uploads/é x.zip")
        for field in ("ETag", "Metadata", "ContentType", "ContentLength", "LastModified"):
            assert after[field] == before[field], field
        changed = s3.get_object(Bucket=cloud.bucket, Key="changed")["Body"].read()
        listed = [e["Key"] for e in s3.list_objects_v2(Bucket=cloud.bucket)["Contents"]]
    assert changed == b"second"
    assert listed == ["changed", "uploads/é x.zip"]
    assert len(list((tmp_path / "objects").iterdir())) == 3


def test_tables_come_back_with_every_accepted_write_and_no_other(tmp_path: Path) -> None:
    with bare(tmp_path) as cloud:
        dynamodb = cloud.client("dynamodb")
        new = {"TableName": "spaceport-ledger", "ConditionExpression": "attribute_not_exists(id)"}
        dynamodb.put_item(Item=ledger_item("a", state="one"), **new)
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.put_item(Item=ledger_item("a", state="two"), **new)
        dynamodb.update_item(
            TableName="spaceport-ledger",
            Key=ledger_item("n"),
            UpdateExpression="ADD attempts :one",
            ExpressionAttributeValues={":one": {"N": "2"}},
        )
        row = ledger_item("t", open_stage="sfm", arrived_at="1")
        put = {"Put": {"TableName": "spaceport-ledger", "Item": row}}
        dynamodb.transact_write_items(TransactItems=[put])
        dynamodb.put_item(Item=ledger_item("d"), TableName="spaceport-ledger")
        dynamodb.delete_item(Key=ledger_item("d"), TableName="spaceport-ledger")
    for _ in range(2):
        with bare(tmp_path) as cloud:
            dynamodb = cloud.client("dynamodb")
            found = dynamodb.scan(TableName="spaceport-ledger")["Items"]
            by_id = {item["id"]["S"]: item for item in found}
            assert by_id.keys() == {"a", "n", "t"}
            assert by_id["a"]["state"] == {"S": "one"}
            assert by_id["n"]["attempts"] == {"N": "2"}
            waiting = dynamodb.query(
                TableName="spaceport-ledger",
                IndexName="open",
                KeyConditionExpression="open_stage = :stage",
                ExpressionAttributeValues={":stage": {"S": "sfm"}},
            )
            assert waiting["Count"] == 1


def test_a_torn_line_is_what_never_happened(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"a": 1}\n{"b": 2}\n{"c"')
    journal = Journal(path)
    journal.append({"d": 4})
    assert journal.read() == [{"a": 1}, {"b": 2}, {"d": 4}]
    journal.close()


def test_a_stop_in_training_costs_one_attempt_of_training(tmp_path: Path) -> None:
    program = Program()
    program.hold = {"train"}
    with stages_cloud(tmp_path, program) as cloud:
        publish(cloud, request_event(JOB, cloud))
        wait_for(lambda: f"train-{JOB}-01" in program.started)
    stopped = job_record(tmp_path, f"train-{JOB}-01")
    assert (stopped["TrainingJobStatus"], stopped["FailureReason"]) == ("Failed", MACHINE_STOPPED)

    again = Program()
    found: list[str] = []

    def training(task: Task) -> int:
        if task.name.startswith("train"):
            found.append((task.root / "checkpoints" / "step.txt").read_text())
        return again(task)

    cloud = stages_cloud(tmp_path, training)
    events = Events(cloud)
    with cloud:
        done = events.wait("SplatCompressed")
    assert done[0]["job_id"] == JOB
    assert again.started == [f"train-{JOB}-02", f"compress-{JOB}-02"]
    assert found == ["2"]


def test_a_kill_in_training_costs_one_attempt_of_training(tmp_path: Path) -> None:
    doomed = subprocess.Popen(
        [sys.executable, "-m", "tests.infra.doomed", str(tmp_path), JOB],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "training\n"
    doomed.kill()
    doomed.wait()
    doomed.stdout.close()
    with (tmp_path / "events.jsonl").open("a") as stream:
        stream.write('{"torn')

    program = Program()
    cloud = stages_cloud(tmp_path, program)
    events = Events(cloud)
    with cloud:
        events.wait("SplatCompressed")
        bucket = cloud.client("s3")
        checkpoint = bucket.get_object(
            Bucket=cloud.bucket, Key=f"work/{JOB}/train/checkpoints/draft/step.txt"
        )
        assert checkpoint["Body"].read() == b"41"
    assert program.started == [f"train-{JOB}-02", f"compress-{JOB}-02"]
    names = [json.loads(line)["detail-type"] for line in (tmp_path / "events.jsonl").open()]
    assert names.count("SparseModelBuilt") == 1
    assert names.count("SplatCompressed") == 1


def test_events_that_nobody_heard_are_sent_again(tmp_path: Path) -> None:
    with bare(tmp_path) as cloud:
        publish(cloud, request_event(JOB, cloud))
    program = Program()
    cloud = stages_cloud(tmp_path, program)
    events = Events(cloud)
    with cloud:
        events.wait("SplatCompressed")
    assert len(program.started) == 3
    with stages_cloud(tmp_path, program):
        pass
    assert len(program.started) == 3


def test_a_job_that_was_being_stopped_is_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "sagemaker" / "train-x-01"
    folder.mkdir(parents=True)
    document = {
        "TrainingJobStatus": "Stopping",
        "TrainingJobArn": "arn",
        "SecondaryStatusTransitions": [],
        "CreationTime": 1.0,
    }
    stored = {"kind": "Training", "request": {"TrainingJobName": "train-x-01"}}
    (folder / "job.json").write_text(json.dumps({**stored, "document": document}))
    with bare(tmp_path) as cloud:
        job = cloud.client("sagemaker").describe_training_job(TrainingJobName="train-x-01")
    assert job["TrainingJobStatus"] == "Stopped"


def test_a_state_folder_serves_one_process(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.acquire()
    with pytest.raises(UserError, match="in use by another Spaceport"):
        StateDir(tmp_path).acquire()
    state.release()
    with bare(tmp_path):
        pass


def test_a_busy_port_is_named(tmp_path: Path) -> None:
    with bare(tmp_path / "a") as cloud:
        port = int(cloud.api_url.rsplit(":", 1)[1])
        state = StateDir(tmp_path / "b")
        options = CloudOptions(tmp_path / "b", topology=NOTHING, api_port=port)
        LocalCloud._process.release()
        try:
            with pytest.raises(UserError, match=f"Port {port} .* in use"):
                LocalCloud(options).start()
        finally:
            LocalCloud._process.acquire(blocking=False)
        state.acquire()
        state.release()


def envelope(name: str, job_id: str, attempt: int = 1) -> dict[str, Any]:
    return {"detail-type": name, "detail": {"job_id": job_id, "attempt": attempt}}


def test_what_is_sent_again() -> None:
    log = [
        envelope("ReconstructionRequested", "done"),
        envelope("StageProgressed", "open"),
        envelope("ReconstructionRequested", "open"),
        envelope("SplatCompressed", "done"),
        envelope("StageFailed", "tried"),
        envelope("ReconstructionRequested", "tried", 2),
        envelope("CaptureRejected", "refused"),
        {"detail-type": "Nonsense", "detail": {}},
    ]
    again = [(e["detail-type"], e["detail"].get("job_id")) for e in unfinished(log)]
    assert again == [
        ("ReconstructionRequested", "open"),
        ("SplatCompressed", "done"),
        ("StageFailed", "tried"),
        ("ReconstructionRequested", "tried"),
        ("CaptureRejected", "refused"),
        ("Nonsense", None),
    ]


def test_a_full_disk_leaves_no_half_a_line(tmp_path: Path, monkeypatch: Any) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"a": 1})

    def full(stream: Any, content: bytes) -> None:
        stream.write(content[:4])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("spaceport_local.disk.journal._write_all", full)
        with pytest.raises(OSError, match="No space"):
            journal.append({"b": 2})
    journal.append({"c": 3})
    assert journal.read() == [{"a": 1}, {"c": 3}]
    journal.close()


def test_the_state_folder_is_its_owners_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    state = StateDir(tmp_path)
    state.acquire()
    state.release()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
