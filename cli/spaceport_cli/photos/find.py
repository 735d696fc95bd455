"""Find the photos in a folder, and give each a key that is safe in S3, URLs and file systems."""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.photos.magic import HEAD_BYTES, known_format

# What ingest looks into, to say of each whether it can be used.
SENT = (FileKind.PHOTO, FileKind.OTHER_IMAGE)
SLUG_CHARACTERS = 48


@dataclass(frozen=True)
class SourcePhoto:
    """A photo on disk: the name that the user knows, and its key below the upload's photos."""

    path: Path
    name: str
    key: str


@dataclass(frozen=True)
class FoundPhotos:
    """What a folder holds; `left_out` are files that are no photos by their name."""

    photos: tuple[SourcePhoto, ...]
    left_out: tuple[str, ...]


def find_photos(folder: Path, skip: Path | None = None) -> FoundPhotos:
    """Walk `folder`, subfolders included; `skip` is a folder that is not looked into.

    Hidden files and operating systems' litter are passed over in silence. The order, and so every
    key, depends on the names only.
    """
    photos: list[tuple[str, Path]] = []
    left_out: list[str] = []
    for path in _walk(folder, skip):
        name = display_name(path.relative_to(folder))
        if is_sent(name, path):
            photos.append((name, path))
        else:
            left_out.append(name)
    photos.sort()
    keyed = tuple(
        SourcePhoto(path, name, photo_key(number, name))
        for number, (name, path) in enumerate(photos, start=1)
    )
    return FoundPhotos(keyed, tuple(sorted(left_out)))


def is_sent(name: str, path: Path) -> bool:
    """By its name, or by its first bytes where the name says nothing."""
    kind = file_kind(name)
    if kind is not FileKind.OTHER or not path.is_file():
        return kind in SENT
    with path.open("rb") as stream:
        return known_format(stream.read(HEAD_BYTES)) != ""


def _walk(folder: Path, skip: Path | None) -> Iterator[Path]:
    avoided = skip.resolve() if skip else None
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            name for name in folders if not is_junk(name) and (here / name).resolve() != avoided
        )
        yield from (here / name for name in sorted(files) if not is_junk(name))


def is_junk(name: str) -> bool:
    """Hidden, or litter of an operating system."""
    return file_kind(name) is FileKind.JUNK


def display_name(path: Path) -> str:
    """The path with `/` between folders, in the one Unicode form (NFC) that all systems agree on.

    A name that is not UTF-8 (possible on Linux) keeps its readable part.
    """
    text = os.fsencode(path.as_posix()).decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text)


def photo_key(number: int, name: str) -> str:
    """`7`, `Flug 1/Übersicht.JPG` -> `0007-flug-1-ubersicht.jpg`."""
    stem, dot, suffix = name.rpartition(".")
    return f"{number:04d}-{slug(stem) or 'photo'}{dot}{slug(suffix)}"


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits, hyphens between."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[-SLUG_CHARACTERS:].strip("-")
