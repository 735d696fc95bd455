"""Ingest's outside world in memory."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import cast

from spaceport_contracts.events import Event
from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.ports import Kit, Listed, ObjectChanged
from spaceport_ingest.settings import Limits
from spaceport_runtime.errors import Retryable
from spaceport_runtime.ports import Jobs, Platform
from tests.choreography.fakes import FakeLedger, FakeStore
from tests.fakes_uploads import FakeDeposits, FakeRegister

BUCKET = "spaceport"


class FakeObjects:
    """`Objects` over the same dict as the fake store."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.meta: dict[str, Mapping[str, str]] = {}
        self.ranges_read: list[tuple[int, int]] = []

    def under(self, prefix_uri: str) -> Iterator[Listed]:
        for uri in sorted(self._store.objects):
            if uri.startswith(prefix_uri):
                content = self._store.objects[uri]
                yield Listed(uri, len(content), etag_of(content))

    def metadata(self, uri: str) -> Mapping[str, str]:
        return self.meta.get(uri, {})

    def read_range(self, uri: str, etag: str, start: int, length: int) -> bytes:
        content = self._store.objects.get(uri)
        if content is None or etag_of(content) != etag:
            raise ObjectChanged
        self.ranges_read.append((start, length))
        return content[start : start + length]

    def copy(self, source_uri: str, target_uri: str) -> None:
        self._store.objects[target_uri] = self._store.objects[source_uri]


@lru_cache(maxsize=256)
def etag_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@dataclass
class FakeBus:
    """Keeps what was published; can refuse a while."""

    events: list[Event] = field(default_factory=list)
    refusals: int = 0

    def publish(self, *events: Event) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Retryable("not now")
        self.events += events


@dataclass
class FakeQueue:
    """Keeps what was sent."""

    sent: list[str] = field(default_factory=list)
    dead: list[tuple[str, str]] = field(default_factory=list)

    def send_later(self, body: str, delay_s: int, tries: int) -> None:
        self.sent.append(body)

    def dead_letter(self, body: str, reason: str) -> None:
        self.dead.append((body, reason))


class FakeWorld:
    """A kit and everything behind it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.now = datetime(2026, 6, 1, 12, tzinfo=UTC)
        self.ledger, self.store, self.bus = FakeLedger(), FakeStore(), FakeBus()
        self.queue, self.objects = FakeQueue(), FakeObjects(self.store)
        self.deposits, self.register = FakeDeposits(self.store), FakeRegister()
        self.kit = Kit(
            platform=Platform(
                ledger=self.ledger,
                store=self.store,
                jobs=cast("Jobs", None),  # ingest launches nothing
                bus=self.bus,
                clock=lambda: self.now,
            ),
            objects=self.objects,
            deposits=self.deposits,
            register=self.register,
            queue=self.queue,
            bucket=BUCKET,
            limits=limits or Limits(workers=1),
        )

    def job_of(self, key: str) -> str:
        """The id of the job that the object at this key is, now."""
        uri = f"s3://{BUCKET}/{key}"
        return job_of(self.kit, uri, etag_of(self.store.objects[uri]))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def put(self, key: str, content: bytes) -> str:
        """Store an object; returns its URI."""
        uri = f"s3://{BUCKET}/{key}"
        self.store.objects[uri] = content
        return uri
