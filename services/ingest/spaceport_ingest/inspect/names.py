"""File names: which leave their folder, and how each becomes a safe S3 key."""

import hashlib
import re
import unicodedata
from collections import Counter
from pathlib import PurePosixPath

SEGMENT_CHARACTERS = 80
MAX_SEGMENTS = 8  # S3 keys end at 1,024 bytes


def leaves_its_folder(name: str) -> bool:
    """Absolute, with a drive letter, or climbing out through `..`."""
    path = name.replace("\\", "/")
    is_absolute = path.startswith("/") or re.match(r"^[A-Za-z]:", path) is not None
    return is_absolute or ".." in path.split("/") or "\0" in path


class SafeKeys:
    """Gives every file a key of URL-safe characters.

    No two keys are alike even where case is ignored, and none is a folder of another, so that they
    can lie on any disk.
    """

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._tries: Counter[str] = Counter()

    def key_for(self, name: str) -> str:
        """`Flug über München/DJI 1.JPG` -> `Flug_uber_Munchen/DJI_1.JPG`, once."""
        parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
        key = plain = PurePosixPath(*map(_safe, parts[-MAX_SEGMENTS:] or [name]))
        while not self._is_free(key):  # another name then, in no folder
            tag = _tag(f"{self._tries[name]}#{name}")
            key = PurePosixPath(f"{plain.stem}-{tag}{plain.suffix}")
            self._tries[name] += 1
        self._files.add(_folded(key))
        self._folders.update(map(_folded, key.parents))
        return str(key)

    def _is_free(self, key: PurePosixPath) -> bool:
        folded = _folded(key)
        is_new = folded not in self._files and folded not in self._folders
        return is_new and self._files.isdisjoint(map(_folded, key.parents))


def _folded(path: PurePosixPath) -> str:
    return str(path).lower()


def _tag(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _safe(part: str) -> str:
    plain = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode()
    has_lost = len(plain) < len(unicodedata.normalize("NFC", part))
    stem, dot, suffix = plain.rpartition(".")
    stem = re.sub(r"[^A-Za-z0-9_-]+", "_", stem if dot else suffix)[:SEGMENT_CHARACTERS]
    suffix = re.sub(r"[^A-Za-z0-9]+", "", suffix)[:16] if dot else ""
    if has_lost or not stem:
        stem += "-" + _tag(part)
    return f"{stem}.{suffix}" if suffix else stem
