"""S3 objects on disk: moto forgets, and keeps what it knows in memory.

Every object is one file below `objects/`, and one line in an index that is only added to. It is on
disk before the caller's PUT is answered. S3's events are made here, too: moto's carry a constant
id and sequencer, misspell the ETag and come twice for a multipart upload.
"""

import shutil
import threading
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from moto.s3.models import FakeKey, s3_backends

from spaceport_local.account import ACCOUNT
from spaceport_local.aws.edge import Call
from spaceport_local.disk.journal import Journal
from spaceport_local.s3.arrivals import open_new
from spaceport_local.s3.buffers import DiskBuffer
from spaceport_local.s3.events import publish_created

SUBRESOURCES = {"acl", "tagging", "uploads", "partNumber", "retention", "legal-hold", "versioning"}
SUBRESOURCES |= {"notification", "cors", "policy", "lifecycle", "encryption", "publicAccessBlock"}


def _locked_etag(key: Any) -> str:
    """moto's ETag, under the key's lock.

    moto hashes the object's bytes at the first question for the ETag, and every listing asks.
    Without the lock it moves the position in the very file that a read or our copy goes through:
    the object would be cut off, or its ETag wrong.
    """
    with key.lock:
        return str(_UNLOCKED_ETAG(key))


_UNLOCKED_ETAG: Callable[[Any], str] = vars(FakeKey)["etag"].fget
setattr(FakeKey, "etag", property(_locked_etag))  # noqa: B010 - a type checker forbids the plain way


@dataclass(frozen=True)
class Change:
    """What a request did to the bucket."""

    bucket: str
    key: str
    reason: str


class Objects:
    """Observes S3's writes, keeps the objects on disk and announces them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = Journal(folder / "index.jsonl")
        self._lock = threading.RLock()
        self._files: dict[tuple[str, str], str] = {}

    def wants(self, call: Call) -> bool:
        """Whether the call writes to S3."""
        return (
            not call.target
            and call.scope in ("s3", "")
            and call.method in ("PUT", "POST", "DELETE")
        )

    def lock(self) -> AbstractContextManager[Any] | None:
        """moto orders the writes of one key itself."""
        return None

    def seen(self, call: Call) -> None:
        """Keep what was written, forget what was deleted, announce what is new."""
        change = _change(call)
        if change is None:
            return
        if not change.key:
            self._compare(change)
        elif call.method == "DELETE":
            self._forget(change.bucket, change.key)
        else:
            self._keep(change)

    def restore(self, bucket: str, kept: Collection[str] = ()) -> int:
        """Give the objects of the last run back to moto; returns their number.

        `kept` are files that are no objects (yet); every other one is swept.
        """
        whole = {
            place: entry
            for place, entry in self._entries().items()
            if place[0] == bucket and (self._folder / entry["file"]).exists()
        }
        for (_, key), entry in whole.items():
            self._give_back(bucket, key, entry)
        self._files = {place: entry["file"] for place, entry in whole.items()}
        self._index.rewrite(whole.values())
        self._sweep_orphans(kept)
        return len(whole)

    def announce(self, bucket: str, key: str, reason: str = "PutObject") -> None:
        """Publish `Object Created` for an object, in AWS's form."""
        stored = _backend().get_bucket(bucket).keys.get(key)
        if stored is None:
            return
        publish_created(bucket, key, stored, reason)

    def stored(self, bucket: str, key: str) -> Any:
        """moto's record of an object whose bytes lie on disk; None when there is no such."""
        found = _backend().buckets.get(bucket)
        stored = found.keys.get(key) if found else None
        return stored if stored and isinstance(stored._value_buffer, DiskBuffer) else None

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def _keep(self, change: Change) -> None:
        place = (change.bucket, change.key)
        with self._lock:
            stored = _backend().get_bucket(change.bucket).keys.get(change.key)
            if stored is None:
                return
            try:
                if not isinstance(stored._value_buffer, DiskBuffer):
                    self._move_to_disk(stored)
                self._note(place, stored)
            except OSError:
                self._take_back(place, stored)
                raise
        self.announce(change.bucket, change.key, change.reason)

    def _move_to_disk(self, stored: Any) -> None:
        """For what did not arrive in the body of a PUT: copies and forms."""
        path = self._folder / uuid.uuid4().hex
        with stored.lock:
            stored._value_buffer.seek(0)
            try:
                with open_new(path) as stream:
                    shutil.copyfileobj(stored._value_buffer, stream, 1 << 20)
            except OSError:
                path.unlink(missing_ok=True)
                raise
            if path.stat().st_size != stored.size:
                raise RuntimeError(f"{stored.name} was not kept whole")  # a 500: it comes again
            stored._value_buffer.close()
            stored._value_buffer = DiskBuffer(path)

    def _note(self, place: tuple[str, str], stored: Any) -> None:
        """An object is there when it stands in the index."""
        name = stored._value_buffer.path.name
        if self._files.get(place) == name:
            return
        entry = {"bucket": place[0], "key": place[1], "file": name}
        entry |= {"etag": stored.etag.strip('"'), "bytes": stored.size}
        entry |= {"modified": stored.last_modified.timestamp(), "metadata": dict(stored.metadata)}
        self._index.append(entry)
        self._drop_file(self._files.get(place))
        self._files[place] = name
        if stored.multipart:
            stored.multipart.dispose()
            stored.multipart = None

    def _take_back(self, place: tuple[str, str], stored: Any) -> None:
        """The disk is full: nothing of the new object stays, and the one before it does."""
        if isinstance(stored._value_buffer, DiskBuffer):
            self._drop_file(stored._value_buffer.path.name)
        _backend().get_bucket(place[0]).keys.pop(place[1])
        before = self._entries().get(place)
        if before:
            self._give_back(*place, before)

    def _entries(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The index's last word on every object."""
        entries: dict[tuple[str, str], dict[str, Any]] = {}
        for entry in self._index.read():
            place = (entry["bucket"], entry["key"])
            if "file" in entry:
                entries[place] = entry
            else:
                entries.pop(place, None)
        return entries

    def _forget(self, bucket: str, key: str) -> None:
        with self._lock:
            name = self._files.pop((bucket, key), None)
            if name:
                self._index.append({"bucket": bucket, "key": key})
                self._drop_file(name)

    def _compare(self, change: Change) -> None:
        """A form upload or a bulk delete does not say in its address what it changes."""
        keys = _backend().get_bucket(change.bucket).keys
        with self._lock:
            known = {key for bucket, key in self._files if bucket == change.bucket}
            for key in known - set(keys):
                self._forget(change.bucket, key)
        for key in list(keys):
            if not isinstance(keys[key]._value_buffer, DiskBuffer):
                self._keep(Change(change.bucket, key, change.reason))

    def _give_back(self, bucket: str, key: str, entry: dict[str, Any]) -> None:
        stored = _backend().put_object(
            bucket, key, b"", etag=entry["etag"], disable_notification=True
        )
        stored._value_buffer.close()
        stored._value_buffer = DiskBuffer(self._folder / entry["file"])
        stored.contentsize = entry["bytes"]
        stored.last_modified = datetime.fromtimestamp(entry["modified"], UTC).replace(tzinfo=None)
        stored.set_metadata(dict(entry["metadata"]))

    def _sweep_orphans(self, kept: Collection[str]) -> None:
        known = {*self._files.values(), "index.jsonl", *kept}
        for path in self._folder.iterdir():
            if path.name not in known:
                path.unlink()

    def _drop_file(self, name: str | None) -> None:
        if name:
            (self._folder / name).unlink(missing_ok=True)


def _backend() -> Any:
    return s3_backends[ACCOUNT]["aws"]


def _change(call: Call) -> Change | None:
    query = parse_qs(call.query, keep_blank_values=True)
    bucket, key = call.place
    if call.method == "POST" and "uploadId" in query:
        return Change(bucket, key, "CompleteMultipartUpload")
    if "uploadId" in query or SUBRESOURCES & query.keys():
        return None
    if call.method == "POST":
        return Change(bucket, "", "PostObject")
    return Change(bucket, key, "PutObject") if key else None
