"""The bus's events as the embedded cloud appends them to `events.jsonl`, read as they come.

One source for history and news: what happened before this process was started is read first, so
nothing falls between the two.
"""

import json
from pathlib import Path
from typing import Any

Envelope = dict[str, Any]
FEED_NAME = "events.jsonl"


class Feed:
    """A reader of `events.jsonl` that remembers how far it has read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read_new(self) -> list[Envelope]:
        """Whole lines that were appended since the last call.

        A line that is no JSON is what a killed process left half-written; it is passed over, since
        the event itself comes again.
        """
        if not self._path.exists():
            return []
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            content = stream.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [line for line in map(_parse, whole.splitlines()) if line is not None]


def _parse(line: bytes) -> Envelope | None:
    try:
        envelope = json.loads(line)
    except ValueError:
        return None
    return envelope if isinstance(envelope, dict) and "detail" in envelope else None
