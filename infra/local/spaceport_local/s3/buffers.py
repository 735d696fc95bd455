"""Object bytes on disk, where moto would keep a temporary file or the memory."""

from pathlib import Path


class DiskBuffer:
    """Stands in for the temporary file in which moto keeps an object's bytes; holds no handle."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._position = 0

    def seek(self, position: int) -> None:
        """As a file's."""
        self._position = position

    def read(self, size: int = -1) -> bytes:
        """As a file's."""
        with self.path.open("rb") as stream:
            stream.seek(self._position)
            content = stream.read(size)
        self._position += len(content)
        return content

    def close(self) -> None:
        """Nothing is open."""


class PartBuffer(DiskBuffer):
    """A part of a multipart upload, which is worth nothing when moto lets go of it."""

    def close(self) -> None:
        """Give the disk space back."""
        self.path.unlink(missing_ok=True)
