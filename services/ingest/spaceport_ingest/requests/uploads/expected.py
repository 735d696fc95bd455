"""What an uploader announces, checked file by file before a byte is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath

from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.names import SafeKeys, leaves_its_folder
from spaceport_ingest.inspect.sorting import REASONS
from spaceport_ingest.rejection import shown
from spaceport_ingest.settings import Limits
from spaceport_ingest.upload import ALONE, UploadFile
from spaceport_runtime.http.problems import FieldError, Problem

MAX_NAME_CHARACTERS = 500
MOST_TOLD = 1000
ANY_TYPE = "application/octet-stream"
ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/x-zip", ANY_TYPE)
PLY_TYPES = (ANY_TYPE, "application/ply", "model/ply")
PHOTO_TYPES = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi"),
    "image/png": (".png",),
    "image/tiff": (".tif", ".tiff"),
    "image/heic": (".heic", ".hif"),
    "image/heif": (".heif",),
    "image/mpo": (".mpo",),
}
TYPE_OF_SUFFIX = {suffix: kind for kind, suffixes in PHOTO_TYPES.items() for suffix in suffixes}


@dataclass(frozen=True)
class Announced:
    """A file as its uploader announces it."""

    name: str
    bytes: int
    media_type: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class _Fault:
    field: str
    message: str
    remedy: str


def expected_files(files: Sequence[Announced], limits: Limits) -> tuple[UploadFile, ...]:
    """Every file with its number, its key and its type; raises Problem (422) naming each file
    that cannot be taken, and what helps."""
    faults = [
        FieldError(field=f"files.{place}.{fault.field}", message=fault.message, remedy=fault.remedy)
        for place, file in enumerate(files)
        for fault in _faults(file, len(files), limits)
    ]
    faults += _doubles(files)
    if faults:
        raise _refused(faults)
    _check_total(files, limits)
    keys = SafeKeys()
    return tuple(
        UploadFile(
            number=number,
            name=file.name,
            key=keys.key_for(f"{number:05d}-{PurePosixPath(file.name).name}"),
            bytes=file.bytes,
            media_type=file.media_type or _type_of(file.name),
            sha256=file.sha256,
        )
        for number, file in enumerate(files, start=1)
    )


def _faults(file: Announced, files: int, limits: Limits) -> Iterator[_Fault]:
    name, suffix = file.name, _suffix(file.name)
    if _is_no_name(name):
        yield _Fault(
            "name",
            f"{shown(name)} is not a file name that can be taken.",
            f"Give its path below the folder, at most {MAX_NAME_CHARACTERS} characters, without "
            "'..' and control characters.",
        )
        return
    if suffix in ALONE:
        if files > 1:
            yield _Fault(
                "name",
                f"{shown(name)} is among other files.",
                f"Upload a {suffix[1:]} alone, or the photos without it.",
            )
        yield from _size_faults(file, limits.max_capture_bytes)
        yield from _type_faults(file, ZIP_TYPES if suffix == ".zip" else PLY_TYPES)
        return
    reason = _kind_fault(file)
    if reason:
        yield _Fault("name", f"{shown(name)} cannot be taken.", reason)
        return
    yield from _size_faults(file, limits.max_photo_bytes)
    yield from _type_faults(file, (*PHOTO_TYPES, ANY_TYPE))


def _is_no_name(name: str) -> bool:
    last = name.rpartition("/")[2]
    return (
        len(name) > MAX_NAME_CHARACTERS
        or not last.strip(" .")
        or leaves_its_folder(name)
        or not name.isprintable()
    )


def _kind_fault(file: Announced) -> str:
    """What to do with a file that is no photo by its name; one of an unknown ending may be one
    when its type says so."""
    kind = file_kind(file.name)
    if kind is FileKind.PHOTO or (kind is FileKind.OTHER and file.media_type in PHOTO_TYPES):
        return ""
    if kind in (FileKind.JUNK, FileKind.OTHER):
        return "This is no photo; leave it out."
    return REASONS[kind]


def _size_faults(file: Announced, limit_bytes: int) -> Iterator[_Fault]:
    if file.bytes < 1:
        yield _Fault(
            "sizeBytes",
            f"{shown(file.name)} is empty.",
            "Copy it from the card again or leave it out.",
        )
    elif file.bytes > limit_bytes:
        yield _Fault(
            "sizeBytes",
            f"{shown(file.name)} has {file.bytes / 1e6:.0f} MB, more than the "
            f"{limit_bytes / 1e6:.0f} MB that it may have.",
            "Export it smaller." if limit_bytes < 1e9 else "Split it into smaller areas.",
        )


def _type_faults(file: Announced, allowed: Sequence[str]) -> Iterator[_Fault]:
    if file.media_type and file.media_type not in allowed:
        yield _Fault(
            "contentType",
            f"{shown(file.media_type)} is not what {shown(file.name)} can be.",
            f"Leave the type out, or give one of {', '.join(allowed)}.",
        )


def _doubles(files: Sequence[Announced]) -> list[FieldError]:
    first: dict[str, int] = {}
    return [
        FieldError(
            field=f"files.{place}.name",
            message=f"{shown(file.name)} is listed twice.",
            remedy="List every file once, with its folders.",
        )
        for place, file in enumerate(files)
        if first.setdefault(file.name, place) != place
    ]


def _check_total(files: Sequence[Announced], limits: Limits) -> None:
    total = sum(file.bytes for file in files)
    if total > limits.max_capture_bytes:
        message = (
            f"The files have {total / 1e9:.1f} GB, more than {limits.max_capture_bytes / 1e9:.1f}."
        )
        remedy = "Split the capture into smaller areas and upload each one for itself."
        error = FieldError(field="files", message=message, remedy=remedy)
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{message} {remedy}", (error,))


def _refused(faults: Sequence[FieldError]) -> Problem:
    first = faults[0]
    more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
    detail = f"{first.message} {first.remedy}{more}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, tuple(faults[:MOST_TOLD]))


def _suffix(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _type_of(name: str) -> str:
    return TYPE_OF_SUFFIX.get(_suffix(name), ANY_TYPE)
