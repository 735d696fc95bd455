"""A capture that cannot become a splat, and what the user reads about it."""

from collections.abc import Sequence

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.text import clip
from spaceport_runtime.errors import UserError

NAME_BYTES = 120


class CaptureRefused(UserError):
    """The upload as a whole cannot work; `rejected` says what is wrong with single photos."""

    def __init__(self, message: str, remedy: str, rejected: tuple[RejectedPhoto, ...] = ()) -> None:
        super().__init__(message, remedy)
        self.rejected = rejected


class PhotoRefused(Exception):
    """One photo cannot be used; its text is the reason for the user, remedy included."""


class WrongKind(PhotoRefused):
    """It is something else than a photo that can be used."""


class ShowsNothing(PhotoRefused):
    """It is a picture of nothing: a covered lens, burnt sky."""


def count(number: int, noun: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(name: str) -> str:
    """A stranger's file name inside a sentence: of bounded length, without line breaks."""
    printable = "".join(sign if sign.isprintable() else "?" for sign in name[:NAME_BYTES])
    return clip(printable + name[NAME_BYTES:], NAME_BYTES)


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(map(shown, names[:most])) + (f" and {rest} more" if rest > 0 else "")
