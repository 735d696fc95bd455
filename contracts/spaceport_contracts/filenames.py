"""What a file is, judged by its name: the one list for the command and for ingest."""

from enum import StrEnum
from pathlib import PurePosixPath

# Ingest looks into all of these and tells by their content what they are.
PHOTO_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".mpo", ".png"}
    | {".tif", ".tiff", ".heic", ".heif", ".hif"}
)
OTHER_IMAGE_SUFFIXES = frozenset({".avif", ".webp", ".bmp", ".gif", ".jp2", ".jxl", ".insp"})
RAW_SUFFIXES = frozenset(
    {".dng", ".raw", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".sr2", ".orf", ".rw2"}
    | {".raf", ".pef", ".srw", ".3fr", ".iiq", ".x3f", ".gpr"}
)
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".mkv", ".m4v", ".mts", ".insv", ".lrv"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", "manifest.json"})
JUNK_FOLDERS = frozenset({"__macosx", "@eadir", "$recycle.bin"})


class FileKind(StrEnum):
    """What to do with a file of an upload."""

    PHOTO = "photo"
    JUNK = "junk"
    OTHER_IMAGE = "other image"
    RAW = "raw"
    VIDEO = "video"
    ARCHIVE = "archive"
    OTHER = "other"


def file_kind(name: str) -> FileKind:
    """The kind of a file by its path, `/` between folders; systems' litter and hidden files are
    junk."""
    path = PurePosixPath(name.lower().rstrip())
    if path.name in JUNK_NAMES or any(_is_junk(part) for part in path.parts):
        return FileKind.JUNK
    for suffixes, kind in (
        (PHOTO_SUFFIXES, FileKind.PHOTO),
        (OTHER_IMAGE_SUFFIXES, FileKind.OTHER_IMAGE),
        (RAW_SUFFIXES, FileKind.RAW),
        (VIDEO_SUFFIXES, FileKind.VIDEO),
        (ARCHIVE_SUFFIXES, FileKind.ARCHIVE),
    ):
        if path.suffix in suffixes:
            return kind
    return FileKind.OTHER


def _is_junk(part: str) -> bool:
    return part in JUNK_FOLDERS or (part.startswith(".") and part not in (".", ".."))
