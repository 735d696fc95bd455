"""A folder of photos that lies in the bucket, without a manifest."""

from collections.abc import Callable
from dataclasses import dataclass

from spaceport_ingest.inspect.names import SafeKeys
from spaceport_ingest.inspect.photos.candidates import Candidate, inspect_all
from spaceport_ingest.inspect.photos.judge import judge
from spaceport_ingest.inspect.photos.magic import HEAD_BYTES
from spaceport_ingest.inspect.publish import photos_prefix, publish_capture
from spaceport_ingest.inspect.sorting import sort_files
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit
from spaceport_ingest.submission import Submission


@dataclass(frozen=True)
class FolderPhoto:
    """A file below the folder."""

    name: str
    bytes: int
    uri: str
    etag: str


@dataclass(frozen=True)
class FolderUpload:
    """Photos under any names; usable ones are copied under safe keys, so that a replay finds
    them even when the folder is changed."""

    submission: Submission

    @property
    def wishes(self) -> Wishes:
        """Only the request says what is wanted."""
        return make_wishes(self.submission)

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Everything below the folder is looked at."""
        folder = self.submission.uri
        files = [
            FolderPhoto(item.uri.removeprefix(folder), item.bytes, item.uri, item.etag)
            for item in kit.objects.under(folder)
            if not item.uri.endswith("/")
        ]
        sorted_files = sort_files(files, kit.limits, lambda file: _peek(file, kit))
        target, keys = photos_prefix(kit.bucket, job_id), SafeKeys()
        candidates = [
            Candidate(
                name=file.name,
                key=key,
                size_bytes=file.bytes,
                fetch=_reader(file, kit),
                keep=_copier(file, target + key, kit),
            )
            for file in sorted_files.photos
            for key in [keys.key_for(file.name)]
        ]
        verdicts = [*inspect_all(candidates, kit.limits), *sorted_files.rejected]
        warnings = self.wishes.warnings + sorted_files.warnings
        capture = judge(target, verdicts, warnings, kit.limits)
        return publish_capture(capture, job_id, kit)


def _peek(file: FolderPhoto, kit: Kit) -> bytes:
    return kit.objects.read_range(file.uri, file.etag, 0, min(HEAD_BYTES, file.bytes))


def _reader(file: FolderPhoto, kit: Kit) -> Callable[[], bytes]:
    return lambda: kit.platform.store.read(file.uri)


def _copier(file: FolderPhoto, target_uri: str, kit: Kit) -> Callable[[bytes], None]:
    return lambda _content: kit.objects.copy(file.uri, target_uri)
