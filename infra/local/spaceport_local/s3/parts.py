"""Files in parts on disk: what has arrived of an upload is there the next day, as in S3.

moto keeps multipart uploads in memory. Here every part is a file below `objects/` (`arrivals.py`),
and this keeps the index of them: one line per upload, per part and per end. A part stands in it
before its PUT is answered.
"""

import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from moto.s3.models import FakeMultipart, S3Backend, s3_backends
from moto.utilities.utils import CaseInsensitiveDict

from spaceport_local.account import ACCOUNT
from spaceport_local.aws.edge import Call
from spaceport_local.disk.journal import Journal
from spaceport_local.s3.buffers import DiskBuffer, PartBuffer

KEPT_S = 7 * 86_400.0  # the lifecycle rule of the bucket on AWS


class Parts:
    """Observes multipart uploads and keeps them on disk."""

    def __init__(self, folder: Path, index: Path) -> None:
        mend_listing()
        self._folder = folder
        self._index = Journal(index)
        self._lock = threading.RLock()
        self._known: set[str] = set()

    def wants(self, call: Call) -> bool:
        """Whether the call is about parts."""
        if call.target or call.scope not in ("s3", ""):
            return False
        names = parse_qs(call.query, keep_blank_values=True).keys()
        begins = call.method == "POST" and "uploads" in names
        return begins or ("uploadId" in names and call.method in ("PUT", "POST", "DELETE"))

    def lock(self) -> AbstractContextManager[Any] | None:
        """moto orders the writes of one upload itself."""
        return None

    def seen(self, call: Call) -> None:
        """Keep what began and what arrived, forget what ended."""
        bucket, key = call.place
        query = parse_qs(call.query, keep_blank_values=True)
        with self._lock:
            if "uploadId" not in query:
                self._note_begun(bucket, key)
            elif call.method == "PUT":
                self._note_part(bucket, query["uploadId"][0], int(query["partNumber"][0]))
            else:
                self._note_end(query["uploadId"][0])

    def restore(self, bucket: str) -> set[str]:
        """Give the uploads of the last run back to moto; returns the names of their files."""
        uploads = [upload for upload in self._uploads() if upload["bucket"] == bucket]
        fresh = [upload for upload in uploads if upload["begun"] > time.time() - KEPT_S]
        for upload in fresh:
            self._give_back(upload)
        self._known = {upload["upload"] for upload in fresh}
        self._index.rewrite(line for upload in fresh for line in _lines(upload))
        return {part["file"] for upload in fresh for part in upload["parts"].values()}

    def let_go(self) -> None:
        """Before moto forgets everything, files and all: the files stay."""
        for bucket in list(s3_backends[ACCOUNT]["aws"].buckets.values()):
            for upload in list(bucket.multiparts.values()):
                parts: list[Any] = list(upload.parts.values())
                for part in parts:
                    if isinstance(part._value_buffer, PartBuffer):
                        part._value_buffer = DiskBuffer(part._value_buffer.path)

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def _note_begun(self, bucket: str, key: str) -> None:
        """The answer has the id, but not the request: it is the one that is not known yet."""
        for upload_id, upload in list(_bucket(bucket).multiparts.items()):
            if upload.key_name == key and upload_id not in self._known:
                self._index.append(
                    {
                        "upload": upload_id,
                        "bucket": bucket,
                        "key": key,
                        "begun": time.time(),
                        "metadata": dict(upload.metadata),
                    }
                )
                self._known.add(upload_id)

    def _note_part(self, bucket: str, upload_id: str, number: int) -> None:
        upload = _bucket(bucket).multiparts.get(upload_id)
        part = upload.parts.get(number) if upload else None
        if part is None or not isinstance(part._value_buffer, PartBuffer):
            return  # put together or dropped meanwhile
        self._index.append(
            {
                "upload": upload_id,
                "part": number,
                "file": part._value_buffer.path.name,
                "etag": part.etag.strip('"'),
                "bytes": part.size,
            }
        )

    def _note_end(self, upload_id: str) -> None:
        if upload_id in self._known:
            self._known.discard(upload_id)
            self._index.append({"upload": upload_id, "ended": True})

    def _uploads(self) -> list[dict[str, Any]]:
        """What was begun and has not ended, with the parts whose files are there."""
        uploads: dict[str, dict[str, Any]] = {}
        for line in self._index.read():
            if "begun" in line:
                uploads[line["upload"]] = {**line, "parts": {}}
            elif "ended" in line:
                uploads.pop(line["upload"], None)
            elif line["upload"] in uploads and (self._folder / line["file"]).exists():
                uploads[line["upload"]]["parts"][line["part"]] = line
        return list(uploads.values())

    def _give_back(self, entry: dict[str, Any]) -> None:
        bucket = _bucket(entry["bucket"])
        upload = FakeMultipart(
            entry["key"], CaseInsensitiveDict(entry["metadata"]), ACCOUNT, bucket.region_name
        )
        upload.id = entry["upload"]
        for number, line in sorted(entry["parts"].items()):
            part: Any = upload.set_part(number, b"")
            part._value_buffer.close()
            part._value_buffer = PartBuffer(self._folder / line["file"])
            part.contentsize, part._etag = line["bytes"], line["etag"]
        bucket.multiparts[upload.id] = upload


def mend_listing() -> None:
    """ListParts goes on behind a part's number; moto takes it for a place in the list."""
    multipart: Any = FakeMultipart
    backend: Any = S3Backend
    multipart.list_parts = _list_parts
    backend.is_truncated = _is_truncated


def _list_parts(upload: Any, part_number_marker: int, max_parts: int) -> Iterable[Any]:
    numbers = [number for number in list(upload.partlist) if number > part_number_marker]
    return [upload.parts[number] for number in numbers[:max_parts]]


def _is_truncated(backend: Any, bucket_name: str, multipart_id: str, marker: int) -> bool:
    upload = backend.get_bucket(bucket_name).multiparts[multipart_id]
    return any(number > marker for number in list(upload.partlist))


def _bucket(name: str) -> Any:
    return s3_backends[ACCOUNT]["aws"].get_bucket(name)


def _lines(upload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield {name: value for name, value in upload.items() if name != "parts"}
    yield from upload["parts"].values()
