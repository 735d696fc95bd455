"""Upload a folder or a zip so that it starts a job, and tell it from every other upload.

The same photos with the same wishes are the same bytes under the same keys, so they are the same
job: running a command again goes on instead of starting over.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.header import Header
from pathlib import Path
from typing import Any

from spaceport_cli.photos.find import FoundPhotos
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import (
    MANIFEST_NAME,
    PHOTOS_FOLDER,
    UPLOADS_PREFIX,
    UploadedPhoto,
    UploadManifest,
)

CHUNK_BYTES = 1 << 20
CONTENT_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Wishes:
    """What the user wants of the job."""

    quality: Quality
    email: str | None
    title: str
    plan: Path | None = None
    """The plan.json that the photos were flown by."""

    def metadata(self) -> dict[str, str]:
        """As object metadata of a zip; S3 carries other letters than ASCII as RFC 2047 words."""
        title = self.title
        if not (title.isascii() and title.isprintable()):
            title = Header(title, "utf-8").encode(maxlinelen=0)
        email = {"email": self.email} if self.email else {}
        return {"quality": self.quality.value, "title": title, **email}


@dataclass(frozen=True)
class UploadFile:
    """One object of an upload. A body in memory, or a path to read it from."""

    key: str
    source: Path | bytes
    bytes: int
    sha256: str
    md5: str
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Upload:
    """Everything to put, and the last object, which starts the job."""

    photos_digest: str
    photos: int
    files: tuple[UploadFile, ...]
    trigger: UploadFile

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in (*self.files, self.trigger))

    @property
    def name(self) -> str:
        """Tells this upload from every other: the same photos and wishes have the same."""
        return f"{self.trigger.key}#{self.trigger.md5}"

    def request(self, bucket: str) -> dict[str, str]:
        """What asks for the id of its job. S3's ETag of a single put is its MD5."""
        return {"s3Url": f"s3://{bucket}/{self.trigger.key}", "etag": self.trigger.md5}


def folder_upload(found: FoundPhotos, wishes: Wishes) -> Upload:
    """The upload of a folder: photos under safe keys, then the manifest."""
    hashed = [(photo.name, photo.key, photo.path, *hash_file(photo.path)) for photo in found.photos]
    digest = digest_of((sha256, name) for name, _, _, sha256, _ in hashed)
    prefix = f"{UPLOADS_PREFIX}{digest[:16]}/"
    plan = _plan(prefix, wishes)
    files = [
        UploadFile(prefix + PHOTOS_FOLDER + key, path, path.stat().st_size, sha256, md5)
        for _, key, path, sha256, md5 in hashed
    ]
    manifest = UploadManifest(
        title=wishes.title,
        email=wishes.email,
        quality=wishes.quality,
        plan=plan[0].key if plan else "",
        photos=tuple(
            UploadedPhoto(name=name, key=key, bytes=file.bytes, sha256=sha256)
            for (name, key, _, sha256, _), file in zip(hashed, files, strict=True)
        ),
    )
    body = manifest.model_dump_json().encode()
    trigger = _in_memory(prefix + MANIFEST_NAME, body)
    return Upload(digest, len(hashed), (*files, *plan), trigger)


def zip_upload(path: Path, wishes: Wishes) -> Upload:
    """The upload of a zip as it is; its key holds the wishes too: other wishes, another job."""
    sha256, md5 = hash_file(path)
    prefix = f"{UPLOADS_PREFIX}{sha256[:16]}/"
    plan = _plan(prefix, wishes)
    named = {"plan": plan[0].key} if plan else {}
    metadata = tuple(sorted((wishes.metadata() | named).items()))
    wished = _digest(f"{name}={value}" for name, value in metadata)
    key = f"{prefix}{wished[:8]}.zip"
    trigger = UploadFile(key, path, path.stat().st_size, sha256, md5, metadata)
    return Upload(sha256, 0, plan, trigger)


def _plan(prefix: str, wishes: Wishes) -> tuple[UploadFile, ...]:
    """The plan beside the photos, under a name of its content; nothing where there is none."""
    if wishes.plan is None:
        return ()
    sha256, md5 = hash_file(wishes.plan)
    key = f"{prefix}plan-{sha256[:8]}.json"
    return (UploadFile(key, wishes.plan, wishes.plan.stat().st_size, sha256, md5),)


def send(upload: Upload, client: Any, bucket: str, told: Told) -> None:
    """Put what the bucket does not hold yet; the trigger last, and always.

    Putting the trigger again is harmless (same job) and heals an upload whose event was lost.
    """
    held = _held(client, bucket, upload.trigger.key.rpartition("/")[0] + "/")
    for number, file in enumerate(upload.files, start=1):
        if held.get(file.key) != file.md5:
            _put(client, bucket, file)
        told(number, len(upload.files))
    _put(client, bucket, upload.trigger)


def _held(client: Any, bucket: str, prefix: str) -> dict[str, str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {
        entry["Key"]: entry["ETag"].strip('"')
        for page in pages
        for entry in page.get("Contents", ())
    }


def _put(client: Any, bucket: str, file: UploadFile) -> None:
    suffix = Path(file.key).suffix
    details = {
        "Bucket": bucket,
        "Key": file.key,
        "ContentType": CONTENT_TYPES.get(suffix, "application/octet-stream"),
        "Metadata": dict(file.metadata),
    }
    if isinstance(file.source, bytes):
        client.put_object(Body=file.source, **details)
        return
    with file.source.open("rb") as stream:
        client.put_object(Body=stream, **details)


def hash_file(path: Path) -> tuple[str, str]:
    """SHA-256 and MD5 of a file, in one pass. MD5 because S3's ETag is one, not for safety."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            sha256.update(chunk)
            md5.update(chunk)
    return sha256.hexdigest(), md5.hexdigest()


def _in_memory(key: str, body: bytes) -> UploadFile:
    sha256 = hashlib.sha256(body).hexdigest()
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return UploadFile(key, body, len(body), sha256, md5)


def digest_of(photos: Iterable[tuple[str, str]]) -> str:
    """Tells a set of photos from every other, by the hash and the name of each."""
    return _digest(f"{sha256} {name}" for sha256, name in photos)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
