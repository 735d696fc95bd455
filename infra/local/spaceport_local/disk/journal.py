"""Append-only files of JSON lines that survive a kill at any byte."""

import json
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from io import RawIOBase
from pathlib import Path
from typing import Any


class Journal:
    """One JSON object per line; a torn last line is what never happened.

    A journal that `owes` remembers what a full disk did not take, and writes it before anything
    else: what it keeps has happened already, and cannot be taken back.
    """

    def __init__(self, path: Path, owes: bool = False) -> None:
        self._path = path
        self._owes = owes
        self._owed = b""
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        _cut_torn_line(path)
        self._stream = path.open("ab", buffering=0)

    def append(self, *entries: Any) -> None:
        """Add entries, all or none; on return they are with the operating system.

        Raises OSError when they are not, a full disk for example.
        """
        lines = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
        with self._lock:
            self._write(self._owed + lines.encode())

    def _write(self, content: bytes) -> None:
        before = os.fstat(self._stream.fileno()).st_size
        try:
            _write_all(self._stream, content)
            self._owed = b""
        except OSError:
            self._stream.truncate(before)  # half a line would spoil the next one
            self._owed = content if self._owes else b""
            raise

    def read(self) -> list[Any]:
        """All entries so far, oldest first."""
        return read_journal(self._path)

    def rewrite(self, entries: Iterable[Any]) -> None:
        """Replace everything at once."""
        temporary = self._path.with_suffix(".tmp")
        with self._lock:
            with temporary.open("wb") as stream:
                for entry in entries:
                    stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(self._path)
            self._stream.close()
            self._stream = self._path.open("ab", buffering=0)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, suppress(OSError):
            self._write(self._owed)
        self._stream.close()


def _write_all(stream: RawIOBase, content: bytes) -> None:
    """An unbuffered stream may take less than it is given, as when the disk is full."""
    written = 0
    while written < len(content):
        written += stream.write(content[written:]) or 0


def read_journal(path: Path) -> list[Any]:
    """The entries of a journal that this process may not write to."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.endswith("\n")]


def write_json(path: Path, value: Any) -> None:
    """Write a whole file or nothing."""
    temporary = path.with_name(f".{path.name}.{threading.get_ident()}.tmp")
    try:
        temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(path)


def _cut_torn_line(path: Path) -> None:
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as stream:
            stream.truncate(whole)


def read_json(path: Path) -> Any:
    """What `write_json` wrote."""
    return json.loads(path.read_text(encoding="utf-8"))
