"""A full disk: one sentence, nothing torn, and all goes on when there is room."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from spaceport_local.aws.sessions import CLIENT_CONFIG
from spaceport_local.cloud import CloudOptions, LocalCloud
from spaceport_local.disk import journal
from spaceport_local.s3 import arrivals, objects
from spaceport_local.sagemaker import lifecycle
from spaceport_local.sagemaker.runner import FunctionRunner, Task
from tests.infra.asked import post
from tests.infra.clouds import NOTHING, Events, Program, publish, wait_for
from tests.infra.uploads import mails, status_of, upload

PART = b"x" * (5 << 20)
DRILL = {"EventBusName": "spaceport", "Source": "s", "DetailType": "Drill", "Detail": "{}"}


class Disk:
    """Full on demand: then files and journals are written to /dev/full, which the kernel refuses.

    Half of what is written still goes through, as on a disk that fills up in the middle.
    """

    def __init__(self) -> None:
        self.is_full = False
        self._open, self._write_all = arrivals.open_new, journal._write_all

    def open_new(self, path: Path) -> Any:
        if not self.is_full:
            return self._open(path)
        path.write_bytes(b"half of it")
        return Path("/dev/full").open("wb")

    def write_all(self, stream: Any, content: bytes) -> None:
        if self.is_full and content:
            stream.write(content[: len(content) // 2])
            with Path("/dev/full").open("wb", buffering=0) as full:
                full.write(content)
        self._write_all(stream, content)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    for module in (arrivals, objects):
        monkeypatch.setattr(module, "open_new", disk.open_new)
    monkeypatch.setattr(journal, "_write_all", disk.write_all)
    once = CLIENT_CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
    monkeypatch.setattr("spaceport_local.aws.sessions.CLIENT_CONFIG", once)
    return disk


def bare(state_dir: Path) -> LocalCloud:
    return LocalCloud(CloudOptions(state_dir, topology=NOTHING))


def files(cloud: LocalCloud) -> int:
    return sum(1 for _ in (cloud.outbox.parent / "objects").iterdir()) - 1


def refused(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError, match="The disk is full") as caught:
        call(**arguments)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


NO_ROOM = (507, "InsufficientStorage")


@pytest.fixture
def cloud(tmp_path: Path, disk: Disk) -> Iterator[LocalCloud]:
    with bare(tmp_path) as cloud:
        yield cloud


def test_a_torn_object_goes_and_the_one_before_it_stays(
    cloud: LocalCloud, disk: Disk, tmp_path: Path
) -> None:
    s3, place = cloud.client("s3"), {"Bucket": cloud.bucket, "Key": "there"}
    s3.put_object(**place, Body=b"before")
    disk.is_full = True
    assert refused(s3.put_object, **place, Body=b"after") == NO_ROOM
    assert refused(s3.put_object, Bucket=cloud.bucket, Key="new", Body=b"x") == NO_ROOM
    listed = s3.list_objects_v2(Bucket=cloud.bucket)["Contents"]
    assert [(entry["Key"], entry["Size"]) for entry in listed] == [("there", 6)]
    assert s3.get_object(**place)["Body"].read() == b"before"
    assert files(cloud) == 1
    disk.is_full = False
    s3.put_object(**place, Body=b"after")
    assert s3.get_object(**place)["Body"].read() == b"after"
    cloud.stop()
    with bare(tmp_path) as again:
        assert again.client("s3").get_object(**place)["Body"].read() == b"after"


def test_an_index_that_cannot_be_written_takes_the_object_back(
    cloud: LocalCloud, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes found room, the line about them did not."""
    s3, place = cloud.client("s3"), {"Bucket": cloud.bucket, "Key": "there"}
    s3.put_object(**place, Body=b"before", Metadata={"title": "x"})
    for module in (arrivals, objects):
        monkeypatch.setattr(module, "open_new", disk._open)
    disk.is_full = True
    for key in ("there", "new"):
        assert refused(s3.put_object, Bucket=cloud.bucket, Key=key, Body=b"after") == NO_ROOM
    source = {"Bucket": cloud.bucket, "Key": "there"}
    assert refused(s3.copy_object, Bucket=cloud.bucket, Key="c", CopySource=source) == NO_ROOM
    disk.is_full = False
    got = s3.get_object(**place)
    assert (got["Body"].read(), got["Metadata"]) == (b"before", {"title": "x"})
    assert [e["Key"] for e in s3.list_objects_v2(Bucket=cloud.bucket)["Contents"]] == ["there"]
    assert files(cloud) == 1


def test_a_multipart_upload_ends_when_there_is_room(cloud: LocalCloud, disk: Disk) -> None:
    s3, place = cloud.client("s3"), {"Bucket": cloud.bucket, "Key": "large"}
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    part = {**place, "UploadId": upload_id, "PartNumber": 1}
    disk.is_full = True
    assert refused(s3.upload_part, **part, Body=PART) == NO_ROOM
    disk.is_full = False
    etag = s3.upload_part(**part, Body=PART)["ETag"]
    whole = {
        **place,
        "UploadId": upload_id,
        "MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": etag}]},
    }
    disk.is_full = True
    assert refused(s3.complete_multipart_upload, **whole) == NO_ROOM
    disk.is_full = False
    s3.complete_multipart_upload(**whole)
    assert s3.head_object(**place)["ContentLength"] == len(PART)
    assert files(cloud) == 1


def test_little_room_is_kept_for_what_must_be_noted(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Objects stop before the journals do."""
    monkeypatch.setattr(arrivals, "RESERVE_BYTES", 1 << 60)
    place = {"Bucket": cloud.bucket, "Key": "new"}
    assert refused(cloud.client("s3").put_object, **place, Body=b"x") == NO_ROOM
    publish(cloud, DRILL)


def test_what_a_full_disk_did_not_take_is_written_later(
    cloud: LocalCloud, disk: Disk, tmp_path: Path
) -> None:
    """The caller is told to try again; the write itself has happened and is owed to the disk."""
    table = NOTHING.tables[0].name
    dynamodb, events = cloud.client("dynamodb"), cloud.client("events")

    def note(name: str) -> None:
        dynamodb.put_item(TableName=table, Item={"id": {"S": name}})

    note("before")
    disk.is_full = True
    for call, arguments in (
        (note, {"name": "during"}),
        (events.put_events, {"Entries": [DRILL]}),
    ):
        assert refused(call, **arguments) == (500, "InternalServerError")
    disk.is_full = False
    note("after")
    publish(cloud, DRILL)
    cloud.stop()
    with bare(tmp_path) as again:
        items = again.client("dynamodb").scan(TableName=table)["Items"]
    assert {item["id"]["S"] for item in items} == {"before", "during", "after"}
    assert len(journal.read_journal(tmp_path / "events.jsonl")) == 2


class Breaks:
    """A program that a full disk breaks in its own way, until there is room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.program = Program()
        self.is_full = True
        monkeypatch.setattr(lifecycle, "is_full", lambda _folder: self.is_full)

    def __call__(self, task: Task) -> int:
        if not self.is_full:
            return self.program(task)
        told = '{"class": "internal", "reason": "EngineDied: SIGABRT", "remedy": "Report it."}'
        (task.root / "output" / "message").parent.mkdir(exist_ok=True)
        (task.root / "output" / "message").write_text(told)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_run_that_the_disk_ended_says_so_and_goes_on_with_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Breaks(monkeypatch)
    cloud = LocalCloud(CloudOptions(tmp_path, runner=FunctionRunner(program)))
    events = Events(cloud)
    with cloud:
        job_id = upload(cloud, "tight")
        failed = events.wait("StageFailed")[0]
        assert failed["reason"] == "The disk of this machine is full."
        assert "Free some space" in failed["remedy"]
        wait_for(lambda: status_of(cloud, job_id)["status"] == "failed")
        program.is_full = False
        replay(cloud, job_id)
        wait_for(lambda: status_of(cloud, job_id)["status"] == "delivered")
        wait_for(lambda: len(mails(cloud, "tight")) >= 2)


def replay(cloud: LocalCloud, job_id: str) -> None:
    post(cloud, f"/jobs/{job_id}/replay", {"from": "sfm"})
