"""What ingest asks of the outside world beyond the runtime's `Platform`."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from spaceport_ingest.estimates.fleet import FleetSettings
from spaceport_ingest.settings import Limits
from spaceport_runtime.errors import UserError
from spaceport_runtime.ports import Platform, Queue

# 128 bits, so that nobody guesses one; `{stage}-{id}-{attempt}` stays within 63 characters.
JOB_ID_BYTES = 16


class ObjectChanged(UserError):
    """The object was replaced while it was being read."""

    def __init__(self) -> None:
        super().__init__(
            "The upload was replaced while it was being inspected.",
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

        Raises ObjectChanged when it has another one by now.
        """

    def copy(self, source_uri: str, target_uri: str) -> None:
        """Copy inside S3, whatever the size; doing it again is harmless."""


@dataclass(frozen=True)
class Kit:
    """Everything that ingest works with, passed to the core as one value."""

    platform: Platform
    objects: Objects
    queue: Queue
    bucket: str
    limits: Limits
    fleet: FleetSettings = field(default_factory=FleetSettings)
    new_job_id: Callable[[], str] = lambda: secrets.token_hex(JOB_ID_BYTES)


GetKit = Callable[[], Kit]
