"""The e-mails: which one is due, to whom, and what it says."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum

from spaceport_contracts.events import CaptureRejected, JobCancelled, SplatCompressed, StageFailed
from spaceport_contracts.report import Report
from spaceport_notify.ancestry import ancestry, fallback_request
from spaceport_notify.figures import headline
from spaceport_notify.pages import render
from spaceport_notify.view import JobView

# Stricter than RFC 5322 on purpose: one plain address, nothing that a header could be split with.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SUBJECT_CHARACTERS = 120
PHOTOS_NAMED = 50


class LetterKind(StrEnum):
    """What the e-mail is about."""

    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Link:
    """Something to click."""

    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """An e-mail before it is put into MIME."""

    kind: LetterKind
    job_id: str
    recipient: str
    written_at: datetime
    subject: str
    paragraphs: tuple[str, ...]
    figures: tuple[tuple[str, str], ...] = ()
    details: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Due:
    """An e-mail that nobody has claimed yet."""

    kind: LetterKind
    attempt: int
    recipient: str

    @property
    def key(self) -> str:
        """What it is claimed by: attempt, kind and recipient (the job is the view's)."""
        return f"{self.attempt}/{self.kind}/{self.recipient.lower()}"


def due_letter(view: JobView, attempt: int) -> Due | None:
    """The e-mail about an attempt's end; None when nobody is to be told, or not any more.

    A failure or cancellation is not worth telling once a later attempt is under way; a splat is.
    """
    recipient = recipient_of(view, attempt)
    if recipient is None or view.rounds[attempt].end is None:
        return None
    due = Due(_kind(view, attempt), attempt, recipient)
    if due.kind is not LetterKind.DELIVERED and attempt != view.attempt:
        return None
    return None if due.key in view.mails else due


def write_letter(due: Due, view: JobView, public_url: str, report: Report | None) -> Letter:
    """The words; a delivery's figures are those of its report."""
    known, url = view.rounds[due.attempt], public_url.rstrip("/")
    if known.compressed:
        if report is None:
            raise ValueError(f"attempt {due.attempt} of {view.job_id} has no report")
        return _delivered(due, known.compressed, report, url)
    title = _title(view, due.attempt)
    if known.failed:
        return _failed(due, known.failed, title, url)
    if known.cancelled:
        return _cancelled(due, known.cancelled, title, url)
    if known.rejected:
        return _rejected(due, known.rejected, title, url)
    raise ValueError(f"attempt {due.attempt} of {view.job_id} has not ended")


def recipient_of(view: JobView, attempt: int) -> str | None:
    """The plain address that asked to be told; None when there is none that can be used."""
    rejected = view.rounds[attempt].rejected
    request = ancestry(view, attempt).request or fallback_request(view, attempt)
    wanted = rejected.email if rejected else request.email if request else None
    address = parseaddr((wanted or "").strip())[1]
    return address if ADDRESS.fullmatch(address) else None


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Plain text with an HTML alternative."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Spaceport-Job"] = letter.job_id
    message["X-Spaceport-Kind"] = letter.kind.value
    message.set_content(render("mail.txt.j2", letter=letter))
    message.add_alternative(render("mail.html.j2", letter=letter), subtype="html")
    return message


def one_line(text: str) -> str:
    """Text that cannot break out of a header: no control characters, not too long."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if len(plain) <= SUBJECT_CHARACTERS:
        return plain
    return plain[: SUBJECT_CHARACTERS - 1] + "…"


def _kind(view: JobView, attempt: int) -> LetterKind:
    known = view.rounds[attempt]
    if known.compressed:
        return LetterKind.DELIVERED
    if known.failed:
        return LetterKind.FAILED
    return LetterKind.CANCELLED if known.cancelled else LetterKind.REJECTED


def _title(view: JobView, attempt: int) -> str:
    rejected = view.rounds[attempt].rejected
    request = ancestry(view, attempt).request or fallback_request(view, attempt)
    title = rejected.title if rejected else request.title if request else ""
    return one_line(title) or "Your capture"


def _delivered(due: Due, event: SplatCompressed, report: Report, public_url: str) -> Letter:
    title = one_line(report.title)
    files = f"{public_url}/jobs/{event.job_id}/files"
    return Letter(
        due.kind,
        event.job_id,
        due.recipient,
        event.occurred_at,
        f"{title}: your 3D scene is ready",
        (
            f"“{title}” is now a 3D scene that opens in a web browser.",
            "The report shows a flight through it, the photos that were used and how closely "
            "the scene matches photos that it has never seen.",
        ),
        figures=tuple(
            (figure.name, f"{figure.value}, {figure.meaning}") for figure in headline(report)
        ),
        links=(
            Link("Open the report", f"{files}/report.html"),
            Link("Download the scene (.sog)", f"{files}/scene.sog"),
        ),
    )


def _failed(due: Due, event: StageFailed, title: str, public_url: str) -> Letter:
    return Letter(
        due.kind,
        event.job_id,
        due.recipient,
        event.occurred_at,
        f"{title}: no 3D scene could be made",
        (
            f"“{title}” could not be turned into a 3D scene.",
            f"What happened: {event.reason}",
            f"What to do: {event.remedy}",
        ),
        links=(_status_link(event.job_id, public_url),),
    )


def _cancelled(due: Due, event: JobCancelled, title: str, public_url: str) -> Letter:
    return Letter(
        due.kind,
        event.job_id,
        due.recipient,
        event.occurred_at,
        f"{title}: cancelled",
        (f"“{title}” was cancelled, as requested. Nothing runs for it any more.",),
        links=(_status_link(event.job_id, public_url),),
    )


def _rejected(due: Due, event: CaptureRejected, title: str, public_url: str) -> Letter:
    return Letter(
        due.kind,
        event.job_id,
        due.recipient,
        event.occurred_at,
        f"{title}: the upload cannot be used",
        (
            f"“{title}” cannot be turned into a 3D scene, and nothing was started.",
            f"What happened: {event.reason}",
            f"What to do: {event.remedy}",
        ),
        details=_left_out(event),
        links=(_status_link(event.job_id, public_url),),
    )


def _left_out(event: CaptureRejected) -> tuple[str, ...]:
    lines = [f"{photo.name}: {photo.reason}" for photo in event.rejected[:PHOTOS_NAMED]]
    rest = len(event.rejected) - len(lines)
    return (*lines, f"and {rest} more") if rest else tuple(lines)


def _status_link(job_id: str, public_url: str) -> Link:
    return Link("See the job", f"{public_url}/jobs/{job_id}")
