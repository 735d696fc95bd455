"""An S3 object as a seekable file, read piece by piece."""

import io

from spaceport_ingest.ports import Objects
from spaceport_ingest.rejection import CaptureRefused
from spaceport_runtime.ports import StoredObject

BUFFER_BYTES = 1 << 18


class RangeFile(io.RawIOBase):
    """Ranged GETs behind Python's file interface; reading more than `budget_bytes` is refused,
    so that a forged directory cannot fill the memory."""

    def __init__(self, objects: Objects, uri: str, stored: StoredObject, budget_bytes: int) -> None:
        self._objects = objects
        self._uri = uri
        self._stored = stored
        self._budget_bytes = budget_bytes
        self._position = 0

    def readable(self) -> bool:
        """It can only be read."""
        return True

    def seekable(self) -> bool:
        """Zips are read from their end."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As for any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._stored.bytes}
        position = base[whence] + offset
        if position < 0:
            raise OSError(f"seek to {position}")
        self._position = position
        return position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """One ranged GET per call; io.BufferedReader around this makes the calls few."""
        length = min(len(buffer), self._stored.bytes - self._position)
        if length <= 0:
            return 0
        self._budget_bytes -= length
        if self._budget_bytes < 0:
            raise CaptureRefused(
                "The zip's directory is larger than any zip of photos needs.",
                "Make a new zip of the photos only.",
            )
        content = self._objects.read_range(self._uri, self._stored.etag, self._position, length)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
