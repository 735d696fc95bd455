"""A zip of photos: its directory is judged, its photos are unpacked from S3 to S3."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile, ZipInfo

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.results import Quality
from spaceport_ingest.inspect.archives.check import check_directory, entry_name, is_link
from spaceport_ingest.inspect.archives.entry import read_entry
from spaceport_ingest.inspect.archives.metadata import read_metadata
from spaceport_ingest.inspect.archives.rangefile import BUFFER_BYTES, RangeFile
from spaceport_ingest.inspect.names import SafeKeys
from spaceport_ingest.inspect.photos.candidates import Candidate, inspect_all
from spaceport_ingest.inspect.photos.judge import judge
from spaceport_ingest.inspect.publish import photos_prefix, publish_capture
from spaceport_ingest.inspect.sorting import sort_files
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused, shown
from spaceport_ingest.submission import Submission
from spaceport_runtime.ports import StoredObject

LINK_REASON = "It is a link and not a photo; put the photo itself into the zip."
# What Python's zip reader raises on a directory that somebody else wrote.
DIRECTORY_ERRORS = (
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True)
class Entry:
    """A file inside the zip."""

    name: str
    info: ZipInfo

    @property
    def bytes(self) -> int:
        """Its size unpacked."""
        return self.info.file_size


@dataclass(frozen=True)
class ZipUpload:
    """One zip; what is wanted of it may stand in the object's metadata."""

    submission: Submission
    metadata: Mapping[str, str]

    @property
    def wishes(self) -> Wishes:
        """The request's, else the metadata's."""
        said = read_metadata(self.metadata)
        known = said["quality"] in set(Quality)
        quality = Quality(said["quality"]) if known else None
        return make_wishes(self.submission, said["email"], quality, said["title"])

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Unpack the usable photos below the job's own prefix."""
        self._check_quality()
        uri = self.submission.uri
        archive = kit.platform.store.head(uri)
        if archive is None:
            raise CaptureRefused(f"The upload {uri} is no longer there.", "Upload it again.")
        entries = [
            info for info in _directory(uri, archive, kit) if not info.filename.endswith("/")
        ]
        check_directory(entries, archive.bytes, kit.limits)
        links = [
            RejectedPhoto(name=entry_name(info), reason=LINK_REASON)
            for info in entries
            if is_link(info)
        ]
        files = [Entry(entry_name(info), info) for info in entries if not is_link(info)]
        sorted_files = sort_files(files, kit.limits)
        target, keys = photos_prefix(kit.bucket, job_id), SafeKeys()
        unpacker = _Unpacker(uri, archive, target, kit)
        candidates = [
            unpacker.candidate(entry, keys.key_for(entry.name)) for entry in sorted_files.photos
        ]
        verdicts = [*inspect_all(candidates, kit.limits), *sorted_files.rejected, *links]
        warnings = self.wishes.warnings + sorted_files.warnings
        capture = judge(target, verdicts, warnings, kit.limits)
        return publish_capture(capture, job_id, kit)

    def _check_quality(self) -> None:
        said = read_metadata(self.metadata)["quality"]
        if said and said not in set(Quality) and self.submission.quality is None:
            raise CaptureRefused(
                f"The quality {shown(said)} is not known.",
                f"Use {', '.join(Quality)} in the metadata of the upload.",
            )


def _directory(uri: str, archive: StoredObject, kit: Kit) -> list[ZipInfo]:
    raw = RangeFile(kit.objects, uri, archive, kit.limits.max_zip_directory_bytes)
    try:
        with ZipFile(io.BufferedReader(raw, BUFFER_BYTES)) as unpacked:
            return unpacked.infolist()
    except (BadZipFile, *DIRECTORY_ERRORS) as error:
        raise CaptureRefused(
            f"The zip cannot be read: {str(error).rstrip('.') or 'it is damaged'}.",
            "Upload it again; if that does not help, make the zip again.",
        ) from error


@dataclass(frozen=True)
class _Unpacker:
    """Takes entries out of one zip and puts them below one prefix."""

    uri: str
    archive: StoredObject
    target: str
    kit: Kit

    def candidate(self, entry: Entry, key: str) -> Candidate:
        """The entry as a photo to be inspected."""
        return Candidate(
            name=entry.name,
            key=key,
            size_bytes=entry.bytes,
            fetch=lambda: self._read(entry),
            keep=lambda content: self._write(key, content, _media_type(key)),
        )

    def _read(self, entry: Entry) -> bytes:
        return read_entry(self.kit.objects, self.uri, self.archive, entry.info)

    def _write(self, key: str, content: bytes, media_type: str) -> None:
        self.kit.platform.store.write(self.target + key, content, media_type)


def _media_type(key: str) -> str:
    return "image/png" if key.lower().endswith(".png") else "image/jpeg"
