"""Bring a finished job's results into the user's folder: checked first, then all at once."""

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from spaceport_cli.photos.upload import CHUNK_BYTES, hash_file
from spaceport_cli.run.checks import STATE_NAME
from spaceport_cli.show.feed import FEED_NAME
from spaceport_cli.show.stages import ShownJob
from spaceport_contracts.artifacts import Artifact, ArtifactSet, split_uri
from spaceport_contracts.delivery import REPORT_NAMES, delivered_path
from spaceport_contracts.events import Stage
from spaceport_contracts.results import OutputFile, StageResult
from spaceport_runtime.errors import UserError

DELIVERY_NAME = "delivered.json"
REPORT_TIMEOUT_S = 120.0
POLL_S = 0.25
CHANGED_REMEDY = "Run the same command again; if it repeats, delete the folder's .spaceport."


class Delivery(BaseModel):
    """What was left in the user's folder, so that running again can check it by hash."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    attempt: int
    files: tuple[OutputFile, ...]

    def is_whole(self, out: Path) -> bool:
        """Every file is still there, bit for bit."""
        return all(
            (out / file.path).is_file() and hash_file(out / file.path)[0] == file.sha256
            for file in self.files
        )


def read_delivery(out: Path) -> Delivery | None:
    """What an earlier run left in the folder; None when it left nothing readable."""
    path = out / STATE_NAME / DELIVERY_NAME
    try:
        return Delivery.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


@dataclass(frozen=True)
class Wanted:
    """One object to fetch: where it lies, its expected hash if known, its final path."""

    uri: str
    path: str
    sha256: str | None = None


class Collector:
    """Fetches the results of one job into one folder."""

    def __init__(self, client: Any, bucket: str, out: Path) -> None:
        self._client = client
        self._bucket = bucket
        self._out = out
        self._incoming = out / STATE_NAME / "incoming"

    def collect(self, job: ShownJob) -> Delivery:
        """Fetch, check, and only then put everything under its final name.

        Raises UserError when a file is missing or is not what its stage wrote.
        """
        shutil.rmtree(self._incoming, ignore_errors=True)
        wanted = [*self._stage_files(job), *self._report_files(job)]
        files = [self._fetch(item) for item in wanted]
        delivery = Delivery(job_id=job.job_id, attempt=job.attempt, files=tuple(files))
        put_in_place(delivery, self._incoming, self._out)
        return delivery

    def _stage_files(self, job: ShownJob) -> Iterator[Wanted]:
        for stage, outputs in job.outputs.items():
            for file in self._index(outputs).files:
                path = delivered_path(Stage(stage), file.path)
                if path is not None:
                    yield Wanted(outputs.prefix + file.path, path, file.sha256)

    def _index(self, outputs: ArtifactSet) -> StageResult:
        content = self._read(outputs.index)
        return StageResult.model_validate_json(content)

    def _read(self, artifact: Artifact) -> bytes:
        bucket, key = split_uri(artifact.uri)
        content: bytes = self._client.get_object(Bucket=bucket, Key=key)["Body"].read()
        if hashlib.sha256(content).hexdigest() != artifact.sha256:
            raise UserError(f"{artifact.uri} is not what its stage wrote.", CHANGED_REMEDY)
        return content

    def _report_files(self, job: ShownJob) -> Iterator[Wanted]:
        prefix = f"jobs/{job.job_id}/report/{job.attempt:02d}/"
        deadline_s = time.monotonic() + REPORT_TIMEOUT_S
        while not set(REPORT_NAMES) <= self._names(prefix):
            if time.monotonic() > deadline_s:
                raise UserError("The report was not written in time.", CHANGED_REMEDY)
            time.sleep(POLL_S)
        for name in REPORT_NAMES:
            yield Wanted(f"s3://{self._bucket}/{prefix}{name}", name)

    def _names(self, prefix: str) -> set[str]:
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix)
        return {str(entry["Key"]).removeprefix(prefix) for entry in listed.get("Contents", ())}

    def _fetch(self, wanted: Wanted) -> OutputFile:
        target = self._incoming / wanted.path
        target.parent.mkdir(parents=True, exist_ok=True)
        bucket, key = split_uri(wanted.uri)
        answer = self._client.get_object(Bucket=bucket, Key=key)
        with target.open("wb") as stream:
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                stream.write(chunk)
        sha256, md5 = hash_file(target)
        # A report has no hash in any event; it was put in one piece, so its ETag is its MD5.
        is_right = sha256 == wanted.sha256 if wanted.sha256 else md5 == answer["ETag"].strip('"')
        if not is_right:
            raise UserError(f"{wanted.uri} is not what its stage wrote.", CHANGED_REMEDY)
        return OutputFile(path=wanted.path, bytes=target.stat().st_size, sha256=sha256)


def put_in_place(delivery: Delivery, incoming: Path, out: Path) -> None:
    """Give the files that were fetched and checked their final names, and remember them."""
    for file in delivery.files:
        target = out / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        (incoming / file.path).replace(target)
    shutil.rmtree(incoming, ignore_errors=True)
    write_whole(out / STATE_NAME / DELIVERY_NAME, delivery.model_dump_json().encode())


def save_traces(out: Path, state_dir: Path, outbox: Path, job_id: str) -> None:
    """The job's events and the mails that were sent, whatever became of the job."""
    events = state_dir / FEED_NAME
    if events.exists():
        needle = f'"{job_id}"'.encode()
        lines = [line for line in events.read_bytes().splitlines(keepends=True) if needle in line]
        write_whole(out / FEED_NAME, b"".join(lines))
    for mail in sorted(outbox.glob("*.eml")):
        (out / "outbox").mkdir(exist_ok=True)
        write_whole(out / "outbox" / mail.name, mail.read_bytes())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for half of it."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
