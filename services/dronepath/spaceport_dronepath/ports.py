"""What dronepath asks of the outside world."""

from dataclasses import dataclass
from typing import Protocol

from spaceport_dronepath.settings import Settings
from spaceport_runtime.ports import Bus, Clock, Store


class Shelf(Protocol):
    """The parts of S3 that only dronepath needs, by URI."""

    def read_range(self, uri: str, etag: str, start: int, length: int) -> bytes:
        """Bytes [start, start + length) of the object as long as it has this ETag."""

    def temporary_link(self, uri: str, content_type: str, seconds: int) -> str:
        """A URL that anybody may open for so long."""


@dataclass(frozen=True)
class Kit:
    """Everything that dronepath works with, passed to the core as one value."""

    store: Store
    shelf: Shelf
    bus: Bus
    clock: Clock
    bucket: str
    settings: Settings
