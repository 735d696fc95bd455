"""What an uploader wrote into a zip's object metadata."""

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import decode_header

KNOWN = ("email", "quality", "title", "plan")
MAX_CHARACTERS = 2048  # S3 allows 2 KB for all of an object's metadata


def read_metadata(raw: Mapping[str, str]) -> dict[str, str]:
    """The values that we know, as they were meant; never an error, whatever is written there."""
    return {name: decoded(raw.get(name, "")) for name in KNOWN}


def decoded(text: str) -> str:
    """S3 carries other letters than ASCII as RFC 2047 words; what only looks so stays as it is."""
    text = text[:MAX_CHARACTERS]
    try:
        parts = decode_header(text)
        return "".join(_part(content, charset) for content, charset in parts)
    except (HeaderParseError, LookupError, ValueError):
        return text


def _part(content: bytes | str, charset: str | None) -> str:
    return content if isinstance(content, str) else content.decode(charset or "ascii", "replace")
