"""Words for people: one sentence per trouble, sizes and times as one says them."""

import errno
import os

from spaceport_runtime.errors import UserError

KILO = 1000


def one_sentence(message: str, remedy: str) -> str:
    """What is wrong and what to do about it, as one sentence on one line."""
    what = one_line(message).rstrip(" .:;")
    cure = one_line(remedy)
    if cure[1:2].islower():
        cure = cure[0].lower() + cure[1:]
    return f"{what}: {cure}" if cure else f"{what}."


def one_line(text: str) -> str:
    """Line breaks and runs of blanks as single blanks."""
    return " ".join(text.split())


def explain_os_error(error: OSError) -> UserError:
    """The user's view of an operating system error."""
    where = f" ('{error.filename}')" if error.filename else ""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return UserError(
                f"The disk is full{where}.",
                "Free some space or choose --out on another disk, then run the same command again.",
            )
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return UserError(
                f"Writing or reading is not allowed{where}.",
                "Mend the permissions or choose another --out.",
            )
        case errno.EADDRINUSE:
            return UserError(
                "The port is in use by another program.", "Choose another one with --port."
            )
        case _:
            reason = os.strerror(error.errno) if error.errno else str(error)
            return UserError(f"{reason}{where}.", "Mend that, then run the same command again.")


def human_bytes(count: float) -> str:
    """`1500` -> `1.5 kB`; powers of 1,000, as in the report."""
    for unit in ("bytes", "kB", "MB"):
        if count < KILO:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= KILO
    return f"{count:.1f} GB"


def human_seconds(seconds: float) -> str:
    """`75` -> `1 min 15 s`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest_s = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest_s:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def count_of(number: int, noun: str) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
