"""Split the files of an upload into photos, refused photos and what is left aside."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Generic, Protocol, TypeVar

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.photos.magic import known_format
from spaceport_ingest.rejection import CaptureRefused, count, some
from spaceport_ingest.settings import Limits

MIN_PHOTO_BYTES = 1024
REASONS = {
    FileKind.OTHER_IMAGE: "This format cannot be used; export the photo as JPEG.",
    FileKind.RAW: "This is a raw file of the camera; export the photo as JPEG.",
    FileKind.VIDEO: "This is a video; export still photos from it as JPEG.",
    FileKind.ARCHIVE: "This is an archive inside the upload; unpack it and upload its photos.",
}
# What is no photo of the total where there are photos: how it is counted, and left out.
ASIDE = {
    FileKind.RAW: ("raw file", "beside a photo"),
    FileKind.VIDEO: ("video", ""),
    FileKind.ARCHIVE: ("archive", "inside the upload"),
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
    """Files by what is to be done with them; `aside` and `others` are no photos of the total."""

    photos: list[File] = field(default_factory=list)
    rejected: list[RejectedPhoto] = field(default_factory=list)
    aside: dict[FileKind, list[str]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was left aside, for the report."""
        said = []
        for kind, names in self.aside.items():
            noun, where = ASIDE[kind]
            verb = "was" if len(names) == 1 else "were"
            what = " ".join((count(len(names), noun), where)).rstrip()
            said.append(f"{what} {verb} left out: {some(names)}.")
        if self.others:
            what = count(len(self.others), "file")
            verb = "is no photo and was" if len(self.others) == 1 else "are no photos and were"
            said.append(f"{what} {verb} left out: {some(self.others)}.")
        return tuple(said)


def sort_files(
    files: Iterable[File], limits: Limits, peek: Callable[[File], bytes]
) -> Sorted[File]:
    """By name, and by their first bytes (`peek`) where the name says nothing: programs give JPEGs
    many endings.

    Raises CaptureRefused when there are more photos or bytes than can be worked on.
    """
    found: Sorted[File] = Sorted()
    others: list[tuple[FileKind, str]] = []
    peeks = limits.max_photos
    for file in files:
        kind = file_kind(file.name)
        if kind is FileKind.OTHER and peeks > 0 and file.bytes >= MIN_PHOTO_BYTES:
            peeks -= 1
            kind = FileKind.PHOTO if known_format(peek(file)) else kind
        if kind is FileKind.PHOTO:
            found.photos.append(file)
        elif kind is FileKind.OTHER:
            found.others.append(file.name)
        elif kind is not FileKind.JUNK:
            others.append((kind, file.name))
    _put_aside(found, others)
    _check_limits(found.photos, limits)
    return found


def _put_aside(found: Sorted[File], others: list[tuple[FileKind, str]]) -> None:
    """A raw file beside its photo, a video or an archive among photos is left aside; where it is
    all that there is, the user reads why it does not do."""
    photos = {_stem(photo.name) for photo in found.photos}
    for kind, name in others:
        is_beside = _stem(name) in photos if kind is FileKind.RAW else bool(photos)
        if kind in ASIDE and is_beside:
            found.aside.setdefault(kind, []).append(name)
        else:
            found.rejected.append(RejectedPhoto(name=name, reason=REASONS[kind]))


def _stem(name: str) -> str:
    """`DCIM/DJI_0001.DNG` and `DCIM/DJI_0001.JPG` are one shot."""
    return str(PurePosixPath(name.lower()).with_suffix("")) if name.strip("./") else name


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
