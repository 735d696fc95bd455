"""An upload through the API: which files are to come, how far it is, where everything lies."""

import re
from datetime import datetime
from enum import StrEnum

from pydantic import Field, TypeAdapter

from spaceport_contracts.capture import Frozen
from spaceport_contracts.uploads import MANIFEST_NAME, PHOTOS_FOLDER, UPLOADS_PREFIX

PART_BYTES = 16 << 20  # S3's parts are of 5 MiB at least; a lost one costs no more than this
SINGLE_PUT_BYTES = 5 << 30  # S3's limit
FILES_NAME = "files.json"
AREA = UPLOADS_PREFIX + "up-"  # only what was begun through the API lies below such a name
ALONE = (".zip", ".ply")  # a capture or a splat by itself
UPLOAD_ID = re.compile(r"up-[0-9a-f]{32}")
_PHOTO_KEY = re.compile(rf"{UPLOADS_PREFIX}(up-[0-9a-f]{{32}})/{PHOTOS_FOLDER}(\d{{5}})-[^/]+")


class UploadState(StrEnum):
    """Files may still come, or a job was made of them."""

    OPEN = "open"
    COMPLETED = "completed"


class UploadFile(Frozen):
    """A file that is to come: what was announced of it, and the key that we chose."""

    number: int = Field(ge=1, description="its place in the list, from 1")
    name: str
    key: str = Field(description="below the upload's photos/")
    bytes: int = Field(ge=1)
    media_type: str
    sha256: str = Field(default="", description="if it was announced; S3 then holds it to that")

    @property
    def parts(self) -> int:
        """How many parts it has when it is sent in parts."""
        return -(-self.bytes // PART_BYTES)

    def part_bytes(self, number: int) -> int:
        """The size of a part; the last one has what is left."""
        return min(PART_BYTES, self.bytes - (number - 1) * PART_BYTES)


class Upload(Frozen):
    """The register's record; `request` tells one request to begin from another."""

    upload_id: str
    owner: str
    title: str
    request: str
    files: int
    created_at: datetime
    expires_at: datetime
    state: UploadState = UploadState.OPEN
    job_id: str = ""

    def prefix(self, bucket: str) -> str:
        """Everything of the upload lies below this."""
        return upload_prefix(bucket, self.upload_id)


_FILES = TypeAdapter(tuple[UploadFile, ...])


def upload_prefix(bucket: str, upload_id: str) -> str:
    """`s3://bucket/uploads/up-.../`."""
    return f"s3://{bucket}/{UPLOADS_PREFIX}{upload_id}/"


def photos_of(prefix: str) -> str:
    """Where the files go."""
    return prefix + PHOTOS_FOLDER


def files_uri(prefix: str) -> str:
    """Where the list of what is to come lies."""
    return prefix + FILES_NAME


def manifest_uri(prefix: str) -> str:
    """What makes a job of the photos."""
    return prefix + MANIFEST_NAME


def upload_of(key: str) -> str:
    """The id of the upload that a key of the bucket belongs to; empty for everything else."""
    name = key.removeprefix(UPLOADS_PREFIX).partition("/")[0]
    return name if key.startswith(UPLOADS_PREFIX) and UPLOAD_ID.fullmatch(name) else ""


def photo_of(key: str) -> tuple[str, int] | None:
    """The upload and the number of the photo that a key of the bucket is; None for other files."""
    found = _PHOTO_KEY.fullmatch(key)
    return None if found is None or key.lower().endswith(ALONE) else (found[1], int(found[2]))


def as_list(files: tuple[UploadFile, ...]) -> bytes:
    """The files as they are kept."""
    return _FILES.dump_json(files)


def from_list(content: bytes) -> tuple[UploadFile, ...]:
    """The files of `as_list`."""
    return _FILES.validate_json(content)
