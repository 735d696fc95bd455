"""A zip of photos: its directory is judged, its photos are unpacked from S3 to S3."""

from collections.abc import Mapping
from dataclasses import dataclass

from spaceport_contracts.results import Quality
from spaceport_ingest.inspect.archives.archive import Archive
from spaceport_ingest.inspect.archives.directory import Entry, list_entries
from spaceport_ingest.inspect.archives.metadata import read_metadata
from spaceport_ingest.inspect.archives.nested import open_nested
from spaceport_ingest.inspect.names import SafeKeys
from spaceport_ingest.inspect.photos.candidates import Candidate, inspect_all
from spaceport_ingest.inspect.photos.judge import judge
from spaceport_ingest.inspect.photos.magic import HEAD_BYTES, media_type
from spaceport_ingest.inspect.publish import photos_prefix, publish_capture
from spaceport_ingest.inspect.sorting import sort_files
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused, shown
from spaceport_ingest.submission import Submission


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
        return make_wishes(self.submission, said["email"], quality, said["title"], said["plan"])

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Unpack the usable photos below the job's own prefix."""
        self._check_quality()
        uri = self.submission.uri
        stored = kit.platform.store.head(uri)
        if stored is None:
            raise CaptureRefused(f"The upload {uri} is no longer there.", "Upload it again.")
        outer, links = list_entries(Archive(uri, stored, kit.objects), kit.limits)
        entries, unopened = open_nested(outer, job_id, kit)
        files = sort_files(entries, kit.limits, lambda entry: entry.peek(HEAD_BYTES))
        target, keys = photos_prefix(kit.bucket, job_id), SafeKeys()
        candidates = [
            _candidate(entry, target, keys.key_for(entry.name), kit) for entry in files.photos
        ]
        verdicts = [*inspect_all(candidates, kit.limits), *files.rejected, *unopened, *links]
        capture = judge(target, verdicts, self.wishes.warnings + files.warnings, kit.limits)
        return publish_capture(capture, job_id, kit)

    def _check_quality(self) -> None:
        said = read_metadata(self.metadata)["quality"]
        if said and said not in set(Quality) and self.submission.quality is None:
            raise CaptureRefused(
                f"The quality {shown(said)} is not known.",
                f"Use {', '.join(Quality)} in the metadata of the upload.",
            )


def _candidate(entry: Entry, target: str, key: str, kit: Kit) -> Candidate:
    """The entry as a photo to be inspected."""
    return Candidate(
        name=entry.name,
        key=key,
        size_bytes=entry.bytes,
        fetch=entry.read,
        keep=lambda content: kit.platform.store.write(target + key, content, media_type(content)),
    )
