"""S3's and DynamoDB's part in uploads, in memory: signed links, parts, the register."""

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from spaceport_ingest.ports import Link, Part
from spaceport_ingest.upload import Upload, UploadFile, UploadState
from tests.choreography.fakes import FakeStore


@dataclass
class FakeDeposits:
    """Keeps what was sent to links; `send` is what a stranger with a link does."""

    store: FakeStore
    open_parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    ids: Iterable[int] = field(default_factory=itertools.count)

    def link(self, uri: str, file: UploadFile, seconds: int) -> Link:
        headers = {"Content-Type": file.media_type}
        if file.sha256:
            headers["x-amz-checksum-sha256"] = file.sha256
        return Link(f"https://signed/{uri}?size={file.bytes}&for={seconds}", headers)

    def part_link(self, uri: str, parts_id: str, number: int, size: int, seconds: int) -> Link:
        return Link(f"https://signed/{uri}?{parts_id}&part={number}&size={size}", {})

    def begin_parts(self, uri: str, media_type: str) -> str:
        parts_id = f"parts-{next(iter(self.ids))}"
        self.open_parts[parts_id] = {}
        return parts_id

    def parts(self, uri: str, parts_id: str) -> tuple[Part, ...] | None:
        sent = self.open_parts.get(parts_id)
        if sent is None:
            return None
        return tuple(
            Part(number, len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())
            for number, content in sorted(sent.items())
        )

    def put_together(self, uri: str, parts_id: str, parts: Iterable[Part]) -> None:
        sent = self.open_parts.pop(parts_id, None)
        if sent is not None:
            self.store.objects[uri] = b"".join(sent[part.number] for part in parts)

    def abort_parts(self, uri: str, parts_id: str) -> None:
        self.open_parts.pop(parts_id, None)

    def delete(self, uris: Iterable[str]) -> None:
        for uri in list(uris):
            self.store.objects.pop(uri, None)


@dataclass
class FakeRegister:
    """The table of uploads, on dicts."""

    uploads: dict[str, Upload] = field(default_factory=dict)
    named: dict[tuple[str, int], str] = field(default_factory=dict)
    noted: dict[tuple[str, int], str] = field(default_factory=dict)

    def begin(self, upload: Upload) -> Upload:
        return self.uploads.setdefault(upload.upload_id, upload)

    def find(self, upload_id: str) -> Upload | None:
        return self.uploads.get(upload_id)

    def complete(self, upload_id: str, job_id: str) -> None:
        upload = self.uploads.get(upload_id)
        if upload is not None and upload.state is UploadState.OPEN:
            done = {"state": UploadState.COMPLETED, "job_id": job_id}
            self.uploads[upload_id] = upload.model_copy(update=done)

    def begun_before(self, instant: datetime) -> list[tuple[str, datetime]]:
        begun = [
            (upload.created_at, upload.upload_id)
            for upload in self.uploads.values()
            if upload.created_at < instant and upload.state is UploadState.OPEN
        ]
        return [(upload_id, created_at) for created_at, upload_id in sorted(begun)]

    def name_parts(self, upload_id: str, number: int, parts_id: str) -> str:
        return self.named.setdefault((upload_id, number), parts_id)

    def rename_parts(self, upload_id: str, number: int, parts_id: str) -> None:
        self.named[upload_id, number] = parts_id

    def parts_ids(self, upload_id: str) -> dict[int, str]:
        return {n: parts_id for (of, n), parts_id in self.named.items() if of == upload_id}

    def note(self, upload_id: str, number: int, finding: str) -> None:
        self.noted[upload_id, number] = finding

    def finding(self, upload_id: str, number: int) -> str:
        return self.noted.get((upload_id, number), "")

    def findings(self, upload_id: str) -> dict[int, str]:
        return {n: finding for (of, n), finding in self.noted.items() if of == upload_id}

    def forget(self, upload_id: str, created_at: datetime) -> None:
        self.uploads.pop(upload_id, None)
        for kept in (self.named, self.noted):
            for place in [place for place in kept if place[0] == upload_id]:
                del kept[place]
