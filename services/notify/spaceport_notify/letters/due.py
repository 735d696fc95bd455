"""Which e-mail is due, and to whom."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from spaceport_contracts.address import email_address
from spaceport_notify.known.ancestry import ancestry, fallback_request
from spaceport_notify.known.view import JobView


class LetterKind(StrEnum):
    """What the e-mail is about."""

    STARTED = "started"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    BATCH = "batch"


@dataclass(frozen=True)
class Due:
    """An e-mail that nobody has claimed yet."""

    kind: LetterKind
    attempt: int
    recipient: str

    @property
    def key(self) -> str:
        """What it is claimed by: attempt, kind and recipient (the job is the view's)."""
        recipient = sha256(self.recipient.lower().encode()).hexdigest()[:16]
        return f"{self.attempt}/{self.kind}/{recipient}"


def due_start(view: JobView) -> Due | None:
    """The e-mail that the work begins; None when it was told, or is no news any more.

    Only the first attempt is news: who asks for a replay knows that it begins.
    """
    first = view.rounds.get(1)
    recipient = recipient_of(view, 1) if first and first.requested else None
    if recipient is None or view.attempt > 1 or view.current.end is not None or view.batch:
        return None
    return _unless_claimed(Due(LetterKind.STARTED, 1, recipient), view)


def due_letter(view: JobView, attempt: int) -> Due | None:
    """The e-mail about an attempt's end; None when nobody is to be told, or not any more.

    A failure or cancellation is not worth telling once a later attempt is under way; a splat is.
    What was handed in with others is told with them, until somebody asks for it again alone.
    """
    recipient = recipient_of(view, attempt)
    if recipient is None or view.rounds[attempt].end is None or is_told_with_others(view, attempt):
        return None
    due = Due(_kind(view, attempt), attempt, recipient)
    if due.kind is not LetterKind.DELIVERED and attempt != view.attempt:
        return None
    return _unless_claimed(due, view)


def is_told_with_others(view: JobView, attempt: int) -> bool:
    """The attempt belongs to a batch: nobody has asked for a replay since."""
    request = ancestry(view, attempt).request
    return view.batch is not None and (request is None or request.attempt == 1)


def recipient_of(view: JobView, attempt: int) -> str | None:
    """The plain address that asked to be told; None when there is none that can be used."""
    rejected = view.rounds[attempt].rejected
    request = ancestry(view, attempt).request or fallback_request(view, attempt)
    wanted = rejected.email if rejected else request.email if request else None
    try:
        return email_address((wanted or "").strip())
    except ValueError:
        return None


def _unless_claimed(due: Due, view: JobView) -> Due | None:
    return None if due.key in view.mails else due


def _kind(view: JobView, attempt: int) -> LetterKind:
    known = view.rounds[attempt]
    if known.compressed:
        return LetterKind.DELIVERED
    if known.failed:
        return LetterKind.FAILED
    return LetterKind.CANCELLED if known.cancelled else LetterKind.REJECTED
