"""Text of any origin, held to a size: an event stays small whatever somebody wrote."""

import json
from bisect import bisect_right
from functools import partial
from typing import Annotated

from pydantic import BeforeValidator

ELLIPSIS = "…"
ESCAPED_BYTES = 6  # the longest form of an ASCII character in JSON


def clip(text: str, limit_bytes: int) -> str:
    """The text, cut with an ellipsis so that its JSON has at most `limit_bytes` (UTF-8).

    Half a surrogate pair becomes a question mark: it could not be sent at all.
    """
    if text.isascii() and len(text) * ESCAPED_BYTES <= limit_bytes:
        return text
    head = text[:limit_bytes].encode("utf-8", "replace").decode()
    if len(head) == len(text) and json_bytes(head) <= limit_bytes:
        return head
    room_bytes = limit_bytes - len(ELLIPSIS.encode())
    fitting = bisect_right(range(len(head)), room_bytes, key=lambda n: json_bytes(head[:n]))
    return head[: max(0, fitting - 1)] + ELLIPSIS


def json_bytes(text: str) -> int:
    """How long the text is as a JSON string, without its quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def _clipped(value: object, limit_bytes: int) -> object:
    return clip(value, limit_bytes) if isinstance(value, str) else value


Words = Annotated[str, BeforeValidator(partial(_clipped, limit_bytes=2000))]
"""A sentence or two for people, at most 2,000 bytes of JSON."""
Label = Annotated[str, BeforeValidator(partial(_clipped, limit_bytes=400))]
"""A title, a step, a name: at most 400 bytes of JSON."""
