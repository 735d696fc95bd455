"""What ingest asks of the outside world beyond the runtime's `Platform`."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from spaceport_ingest.estimates.fleet import FleetSettings
from spaceport_ingest.settings import Limits
from spaceport_ingest.upload import Upload, UploadFile
from spaceport_runtime.errors import UserError
from spaceport_runtime.ports import Platform, Queue

# 128 bits, so that nobody guesses one; `{stage}-{id}-{attempt}` stays within 63 characters.
JOB_ID_BYTES = 16


class ObjectChanged(UserError):
    """The object was replaced or removed while it was being read."""

    def __init__(self) -> None:
        super().__init__(
            "The upload was replaced or removed while it was being inspected.",
            "Upload it again, under a new name, and leave it alone until it is done.",
        )


@dataclass(frozen=True)
class Listed:
    """One object below a prefix."""

    uri: str
    bytes: int
    etag: str = ""


class Objects(Protocol):
    """The parts of S3 that only ingest needs, by URI."""

    def under(self, prefix_uri: str) -> Iterator[Listed]:
        """Every object below the prefix, in the order of its key."""

    def metadata(self, uri: str) -> Mapping[str, str]:
        """The object's own metadata (`x-amz-meta-*`), names in lower case."""

    def read_range(self, uri: str, etag: str, start: int, length: int) -> bytes:
        """Bytes [start, start + length) of the object as long as it has this ETag.

        Raises ObjectChanged when it has another one by now, or is gone.
        """

    def copy(self, source_uri: str, target_uri: str) -> None:
        """Copy inside S3, whatever the size; doing it again is harmless."""


@dataclass(frozen=True)
class Link:
    """A signed address to PUT to, and the headers that the signature holds the sender to."""

    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """A part of a file that has arrived."""

    number: int
    bytes: int
    etag: str


class Deposits(Protocol):
    """How strangers put files into S3: signed addresses, and files in parts, by URI."""

    def link(self, uri: str, file: UploadFile, seconds: int) -> Link:
        """An address for the whole file; size, type and, if announced, SHA-256 are bound to it."""

    def part_link(self, uri: str, parts_id: str, number: int, size: int, seconds: int) -> Link:
        """An address for one part; its size is bound to it."""

    def begin_parts(self, uri: str, media_type: str) -> str:
        """Begin a file in parts; the id under which S3 knows it."""

    def parts(self, uri: str, parts_id: str) -> tuple[Part, ...] | None:
        """What has arrived, by number; None when S3 does not know the id (any more)."""

    def put_together(self, uri: str, parts_id: str, parts: Iterable[Part]) -> None:
        """Make the object of its parts; harmless when somebody else has done so or dropped them."""

    def abort_parts(self, uri: str, parts_id: str) -> None:
        """Throw the parts away; harmless when there are none."""

    def delete(self, uris: Iterable[str]) -> None:
        """Delete objects; harmless for what is not there."""


class Register(Protocol):
    """The table of uploads: conditional writes, read consistently."""

    def begin(self, upload: Upload) -> Upload:
        """Record a new upload; returns what stands under its id."""

    def find(self, upload_id: str) -> Upload | None:
        """The upload."""

    def complete(self, upload_id: str, job_id: str) -> None:
        """Open -> completed, as this job; anything else stays."""

    def begun_before(self, instant: datetime) -> list[tuple[str, datetime]]:
        """Uploads begun before then that are not known to be complete, the oldest first."""

    def name_parts(self, upload_id: str, number: int, parts_id: str) -> str:
        """S3's id of a file in parts: the first one that was given."""

    def rename_parts(self, upload_id: str, number: int, parts_id: str) -> None:
        """Another id, for one that S3 has forgotten."""

    def parts_ids(self, upload_id: str) -> dict[int, str]:
        """S3's ids of the files in parts, by number."""

    def note(self, upload_id: str, number: int, finding: str) -> None:
        """Keep what was found out about a file; the last word counts."""

    def finding(self, upload_id: str, number: int) -> str:
        """What was found out about one file; empty when nothing was."""

    def findings(self, upload_id: str) -> dict[int, str]:
        """What was found out, by number."""

    def forget(self, upload_id: str, created_at: datetime) -> None:
        """Remove everything of the upload; harmless when there is nothing."""


@dataclass(frozen=True)
class Kit:
    """Everything that ingest works with, passed to the core as one value."""

    platform: Platform
    objects: Objects
    deposits: Deposits
    register: Register
    queue: Queue
    bucket: str
    limits: Limits
    uploads_owner: str = ""
    webhooks_to_loopback: bool = False
    fleet: FleetSettings = field(default_factory=FleetSettings)
    new_job_id: Callable[[], str] = lambda: secrets.token_hex(JOB_ID_BYTES)


GetKit = Callable[[], Kit]
