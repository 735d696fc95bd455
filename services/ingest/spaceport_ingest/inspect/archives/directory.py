"""What a zip says that it holds, judged before any of it is read."""

import io
import struct
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile, ZipInfo

from spaceport_contracts.capture import RejectedPhoto
from spaceport_ingest.inspect.archives.archive import Archive
from spaceport_ingest.inspect.archives.check import check_directory, entry_name, is_link
from spaceport_ingest.inspect.archives.rangefile import BUFFER_BYTES, RangeFile
from spaceport_ingest.rejection import CaptureRefused, shown
from spaceport_ingest.settings import Limits

LINK_REASON = "It is a link and not a photo; put the photo itself into the zip."
# What Python's zip reader raises on a directory that somebody else wrote.
DIRECTORY_ERRORS = (
    BadZipFile,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True)
class Entry:
    """A file inside a zip."""

    name: str
    info: ZipInfo
    archive: Archive

    def read(self) -> bytes:
        """The unpacked file; raises PhotoRefused for a damaged one."""
        return self.archive.read(self.info)

    def peek(self, length: int) -> bytes:
        """Its beginning."""
        return self.archive.peek(self.info, length)

    @property
    def bytes(self) -> int:
        """Its size unpacked."""
        return self.info.file_size


def list_entries(
    archive: Archive, limits: Limits, prefix: str = ""
) -> tuple[list[Entry], list[RejectedPhoto]]:
    """The files in a zip, and its links, which are refused; raises CaptureRefused."""
    # Old packers on Windows end a folder with a backslash.
    infos = [i for i in _directory(archive, limits) if not entry_name(i).endswith("/")]
    check_directory(infos, archive.stored.bytes, limits)
    links = [
        RejectedPhoto(name=prefix + entry_name(info), reason=LINK_REASON)
        for info in infos
        if is_link(info)
    ]
    files = [Entry(prefix + entry_name(info), info, archive) for info in infos if not is_link(info)]
    return files, links


def _directory(archive: Archive, limits: Limits) -> list[ZipInfo]:
    raw = RangeFile(archive.objects, archive.uri, archive.stored, limits.max_zip_directory_bytes)
    try:
        with ZipFile(io.BufferedReader(raw, BUFFER_BYTES)) as unpacked:
            return unpacked.infolist()
    except UnicodeDecodeError as error:
        raise CaptureRefused(
            "The zip holds a file name that is no text.",
            "Make a new zip of the photos with your system's own tool and upload that.",
        ) from error
    except DIRECTORY_ERRORS as error:
        said = shown(str(error)).rstrip(".") or "it is damaged"
        raise CaptureRefused(
            f"The zip cannot be read: {said}.",
            "Upload it again; if that does not help, make the zip again.",
        ) from error
