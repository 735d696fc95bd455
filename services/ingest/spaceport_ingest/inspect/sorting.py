"""Split the files of an upload into photos, refused photos and what is left aside."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.rejection import CaptureRefused, count, some
from spaceport_ingest.settings import Limits

REASONS = {
    FileKind.OTHER_IMAGE: "This format cannot be used; export the photo as JPEG.",
    FileKind.RAW: "This is a raw file of the camera; export the photo as JPEG.",
    FileKind.VIDEO: "This is a video; export still photos from it as JPEG.",
    FileKind.ARCHIVE: "This is an archive inside the upload; unpack it and upload its photos.",
}


class Named(Protocol):
    """A file of an upload."""

    @property
    def name(self) -> str:
        """The name that the user knows."""

    @property
    def bytes(self) -> int:
        """Its size."""


File = TypeVar("File", bound=Named)


@dataclass
class Sorted(Generic[File]):
    """Files by what is to be done with them."""

    photos: list[File] = field(default_factory=list)
    rejected: list[RejectedPhoto] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left aside, for the report."""
        if not self.others:
            return ()
        what = count(len(self.others), "file")
        verb = "is no photo and was" if len(self.others) == 1 else "are no photos and were"
        return (f"{what} {verb} left out: {some(self.others)}.",)


def sort_files(files: Iterable[File], limits: Limits) -> Sorted[File]:
    """Raises CaptureRefused when there are more photos or bytes than can be worked on."""
    sorted_files: Sorted[File] = Sorted()
    for file in files:
        kind = file_kind(file.name)
        if kind is FileKind.PHOTO:
            sorted_files.photos.append(file)
        elif kind in REASONS:
            sorted_files.rejected.append(RejectedPhoto(name=file.name, reason=REASONS[kind]))
        elif kind is FileKind.OTHER:
            sorted_files.others.append(file.name)
    _check_limits(sorted_files.photos, limits)
    return sorted_files


def _check_limits(photos: list[File], limits: Limits) -> None:
    if len(photos) > limits.max_photos:
        raise CaptureRefused(
            f"The upload holds {len(photos)} photos, more than {limits.max_photos}.",
            "Split it into smaller areas and upload each one for itself.",
        )
    total = sum(photo.bytes for photo in photos)
    if total > limits.max_capture_bytes:
        raise CaptureRefused(
            f"The photos have {total / 1e9:.1f} GB, more than "
            f"{limits.max_capture_bytes / 1e9:.1f} GB.",
            "Split the capture into smaller areas or export the photos smaller.",
        )
