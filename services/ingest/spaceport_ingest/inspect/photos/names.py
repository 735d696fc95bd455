"""File names: which are junk, which could be photos, and how each becomes a safe S3 key."""

import hashlib
import re
import unicodedata
from enum import Enum
from pathlib import PurePosixPath

TRUTH_NAME = "truth.json"
PHOTO_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png"})
OTHER_PHOTO_SUFFIXES = frozenset(
    {".tif", ".tiff", ".heic", ".heif", ".avif", ".webp", ".bmp", ".gif"}
    | {".dng", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2"}
)
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".avi", ".mkv", ".m4v"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz"})
JUNK_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store", "manifest.json"})
JUNK_FOLDERS = frozenset({"__macosx", "@eadir", ".thumbnails"})
SEGMENT_CHARACTERS = 80


class Kind(Enum):
    """What a file is, judged by its name."""

    PHOTO = "photo"
    TRUTH = "truth"
    JUNK = "junk"
    OTHER_PHOTO = "other photo"
    VIDEO = "video"
    ARCHIVE = "archive"
    OTHER = "other"


def kind_of(name: str) -> Kind:
    """What to do with a file of this name."""
    path = PurePosixPath(name.lower())
    if path.name in JUNK_NAMES or path.name.startswith("._") or JUNK_FOLDERS & set(path.parts):
        return Kind.JUNK
    if path.name == TRUTH_NAME:
        return Kind.TRUTH
    for suffixes, kind in (
        (PHOTO_SUFFIXES, Kind.PHOTO),
        (OTHER_PHOTO_SUFFIXES, Kind.OTHER_PHOTO),
        (VIDEO_SUFFIXES, Kind.VIDEO),
        (ARCHIVE_SUFFIXES, Kind.ARCHIVE),
    ):
        if path.suffix in suffixes:
            return kind
    return Kind.OTHER


REASONS = {
    Kind.OTHER_PHOTO: "This format cannot be used; export the photo as JPEG.",
    Kind.VIDEO: "This is a video; export still photos from it as JPEG.",
    Kind.ARCHIVE: "This is an archive inside the upload; unpack it and upload its photos.",
}


def leaves_its_folder(name: str) -> bool:
    """Absolute, with a drive letter, or climbing out through `..`."""
    path = name.replace("\\", "/")
    is_absolute = path.startswith("/") or re.match(r"^[A-Za-z]:", path) is not None
    return is_absolute or ".." in path.split("/") or "\0" in path


class SafeKeys:
    """Gives every name a key of URL-safe characters, no two alike even where case is ignored."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def key_for(self, name: str) -> str:
        """`Flug über München/DJI 1.JPG` -> `Flug_uber_Munchen/DJI_1.JPG`, once."""
        parts = [
            _safe(part) for part in name.replace("\\", "/").split("/") if part not in ("", ".")
        ]
        key = "/".join(parts)
        if key.lower() in self._taken:
            path = PurePosixPath(key)
            tag = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            key = str(path.with_name(f"{path.stem}-{tag}{path.suffix}"))
        self._taken.add(key.lower())
        return key


def _safe(part: str) -> str:
    plain = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode()
    has_lost = len(plain) < len(unicodedata.normalize("NFC", part))
    stem, dot, suffix = plain.rpartition(".")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", stem if dot else suffix)[:SEGMENT_CHARACTERS]
    suffix = re.sub(r"[^A-Za-z0-9]+", "", suffix)[:16] if dot else ""
    if has_lost or not stem:
        stem += "-" + hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{stem}.{suffix}" if suffix else stem
