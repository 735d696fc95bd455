"""The e-mails: which one is due, to whom, and what it says."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum

from spaceport_notify.ancestry import ancestry, fallback_request
from spaceport_notify.pages import render
from spaceport_notify.view import JobView
from spaceport_notify.words import count, duration, megabytes

# Stricter than RFC 5322 on purpose: one plain address, nothing that a header could be split with.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
SUBJECT_CHARACTERS = 120


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


def mail_key(attempt: int, letter: Letter) -> str:
    """What an e-mail is claimed by: attempt, kind, recipient (the job is the view's)."""
    return f"{attempt}/{letter.kind}/{letter.recipient.lower()}"


def due_letter(view: JobView, attempt: int, public_url: str) -> Letter | None:
    """The e-mail about an attempt's end; None when nobody is to be told, or not any more.

    A failure or cancellation is not worth telling once a later attempt is under way; a splat is.
    """
    recipient = recipient_of(view, attempt)
    known = view.rounds[attempt]
    if recipient is None or known.end is None:
        return None
    kind = _kind(view, attempt)
    if kind is not LetterKind.DELIVERED and attempt != view.attempt:
        return None
    writers = {
        LetterKind.DELIVERED: _delivered,
        LetterKind.FAILED: _failed,
        LetterKind.CANCELLED: _cancelled,
        LetterKind.REJECTED: _rejected,
    }
    letter = writers[kind](view, attempt, recipient, public_url.rstrip("/"))
    return None if mail_key(attempt, letter) in view.mails else letter


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


def _delivered(view: JobView, attempt: int, recipient: str, public_url: str) -> Letter:
    compressed = view.rounds[attempt].compressed
    if compressed is None:
        raise ValueError(f"attempt {attempt} of {view.job_id} was not delivered")
    title = _title(view, attempt)
    files = f"{public_url}/jobs/{view.job_id}/files"
    return Letter(
        LetterKind.DELIVERED,
        view.job_id,
        recipient,
        compressed.occurred_at,
        f"{title}: your 3D scene is ready",
        (
            f"“{title}” is now a 3D scene that opens in a web browser.",
            "The report shows a flight through it, the photos that were used and how closely "
            "the scene matches photos that it has never seen.",
        ),
        figures=_delivered_figures(view, attempt),
        links=(
            Link("Open the report", f"{files}/report.html"),
            Link("Download the scene (.sog)", f"{files}/scene.sog"),
        ),
    )


def _delivered_figures(view: JobView, attempt: int) -> tuple[tuple[str, str], ...]:
    past, compressed = ancestry(view, attempt), view.rounds[attempt].compressed
    figures: list[tuple[str, str]] = []
    if past.built:
        used, total = past.built.photos_registered, past.built.photos_total
        figures.append(("Photos used", f"{used} of {total}"))
    if past.trained:
        match = f"{past.trained.heldout_psnr_db:.1f} dB PSNR"
        figures.append(("Match with unseen photos", match))
    if compressed:
        figures.append(("Gaussians", count(compressed.gaussians)))
        size = f"{megabytes(compressed.bytes)}, {compressed.ratio:.1f} times smaller"
        figures.append(("Download", size))
        if past.requests:
            took_s = (compressed.occurred_at - past.requests[0].occurred_at).total_seconds()
            figures.append(("Ready after", duration(took_s)))
    return tuple(figures)


def _failed(view: JobView, attempt: int, recipient: str, public_url: str) -> Letter:
    failed = view.rounds[attempt].failed
    if failed is None:
        raise ValueError(f"attempt {attempt} of {view.job_id} did not fail")
    title = _title(view, attempt)
    return Letter(
        LetterKind.FAILED,
        view.job_id,
        recipient,
        failed.occurred_at,
        f"{title}: no 3D scene could be made",
        (
            f"“{title}” could not be turned into a 3D scene.",
            f"What happened: {failed.reason}",
            f"What to do: {failed.remedy}",
            "Your photos are kept; they need not be uploaded again.",
        ),
        links=(_status_link(view, public_url),),
    )


def _cancelled(view: JobView, attempt: int, recipient: str, public_url: str) -> Letter:
    cancelled = view.rounds[attempt].cancelled
    if cancelled is None:
        raise ValueError(f"attempt {attempt} of {view.job_id} was not cancelled")
    title = _title(view, attempt)
    return Letter(
        LetterKind.CANCELLED,
        view.job_id,
        recipient,
        cancelled.occurred_at,
        f"{title}: cancelled",
        (f"“{title}” was cancelled, as requested. Nothing runs for it any more.",),
        links=(_status_link(view, public_url),),
    )


def _rejected(view: JobView, attempt: int, recipient: str, public_url: str) -> Letter:
    rejected = view.rounds[attempt].rejected
    if rejected is None:
        raise ValueError(f"attempt {attempt} of {view.job_id} was not rejected")
    title = _title(view, attempt)
    return Letter(
        LetterKind.REJECTED,
        view.job_id,
        recipient,
        rejected.occurred_at,
        f"{title}: the upload cannot be used",
        (
            f"“{title}” cannot be turned into a 3D scene, and nothing was started.",
            f"What happened: {rejected.reason}",
            f"What to do: {rejected.remedy}",
        ),
        details=tuple(f"{photo.name}: {photo.reason}" for photo in rejected.rejected[:50]),
        links=(_status_link(view, public_url),),
    )


def _status_link(view: JobView, public_url: str) -> Link:
    return Link("See the job", f"{public_url}/jobs/{view.job_id}")
