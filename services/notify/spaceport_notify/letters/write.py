"""What each e-mail says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from spaceport_contracts.events import (
    Batch,
    CaptureRejected,
    Event,
    ReconstructionRequested,
    StageFailed,
)
from spaceport_contracts.failure import FailureClass
from spaceport_contracts.report import Report
from spaceport_notify.known.ancestry import ancestry, fallback_request
from spaceport_notify.known.status import JobStatus, Status, job_status
from spaceport_notify.known.view import JobView, Round
from spaceport_notify.letters.due import Due, LetterKind
from spaceport_notify.letters.places import Link, Places
from spaceport_notify.report.figures import headline
from spaceport_notify.report.words import count

SUBJECT_CHARACTERS = 120
PHOTOS_NAMED = 50


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


def write_letter(due: Due, view: JobView, places: Places, report: Report | None) -> Letter:
    """The words; a delivery's figures are those of its report."""
    event = _subject(due, view)
    title = _title(view, due.attempt)
    return Letter(
        kind=due.kind,
        job_id=view.job_id,
        recipient=due.recipient,
        written_at=event.occurred_at,
        **_words(due.kind, event, title, places, report),
    )


def _words(
    kind: LetterKind, event: Any, title: str, places: Places, report: Report | None
) -> dict[str, Any]:
    match kind:
        case LetterKind.STARTED:
            return _started(event, title, places)
        case LetterKind.DELIVERED:
            return _delivered(event, report, places)
        case LetterKind.FAILED:
            return _failed(event, title, places)
        case LetterKind.CANCELLED:
            return _cancelled(event, title, places)
        case LetterKind.REJECTED:
            return _rejected(event, title, places)
        case LetterKind.BATCH:
            raise ValueError("a batch has a letter of its own")


def one_line(text: str) -> str:
    """Text that cannot break out of a header: no control characters, nothing that a mail library
    would decode (RFC 2047), not too long."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    plain = plain.replace("=?", "= ?")
    if len(plain) <= SUBJECT_CHARACTERS:
        return plain
    return plain[: SUBJECT_CHARACTERS - 1] + "…"


def _subject(due: Due, view: JobView) -> Any:
    """The event that the e-mail is about."""
    known: Round = view.rounds[due.attempt]
    event: Event | None = known.requested if due.kind is LetterKind.STARTED else known.end
    if event is None:
        raise ValueError(f"nothing to say of attempt {due.attempt} of {view.job_id}")
    return event


def _title(view: JobView, attempt: int) -> str:
    rejected = view.rounds[attempt].rejected
    request = ancestry(view, attempt).request or fallback_request(view, attempt)
    title = rejected.title if rejected else request.title if request else ""
    return one_line(title) or "Your capture"


def _started(event: ReconstructionRequested, title: str, places: Places) -> dict[str, Any]:
    checked = f"its {count(event.photos)} photos" if event.photos else "its files"
    return {
        "subject": f"{title}: your 3D scene is in the works",
        "paragraphs": (
            f"“{title}” is in the works: Spaceport has checked {checked}.",
            "You get another e-mail when the 3D scene is ready, or if something goes wrong.",
        ),
        "links": places.of_job(event.job_id),
    }


def _delivered(event: Event, report: Report | None, places: Places) -> dict[str, Any]:
    if report is None:
        raise ValueError(f"attempt {event.attempt} of {event.job_id} has no report")
    title = one_line(report.title)
    return {
        "subject": f"{title}: your 3D scene is ready",
        "paragraphs": (
            f"“{title}” is now a 3D scene that opens in a web browser.",
            "The report shows a flight through it, the photos that were used and how closely "
            "the scene matches photos that it has never seen.",
        ),
        "figures": tuple(
            (figure.name, f"{figure.value}, {figure.meaning}") for figure in headline(report)
        ),
        "links": places.of_results(event.job_id),
    }


def _failed(event: StageFailed, title: str, places: Places) -> dict[str, Any]:
    paragraphs = [f"“{title}” could not be turned into a 3D scene.", *_why(event)]
    links = places.of_job(event.job_id)
    if event.failure_class is not FailureClass.USER:
        again = places.of_replay(event.job_id, event.stage)
        links = (again, *links) if again else links
        typed = places.command_of_replay(event.job_id, event.stage)
        if typed:
            paragraphs.append(f"To try again from here, without uploading anything: {typed}")
    return {
        "subject": f"{title}: no 3D scene could be made",
        "paragraphs": tuple(paragraphs),
        "links": links,
    }


def _cancelled(event: Event, title: str, places: Places) -> dict[str, Any]:
    return {
        "subject": f"{title}: cancelled",
        "paragraphs": (f"“{title}” was cancelled, as requested. Nothing runs for it any more.",),
        "links": places.of_job(event.job_id),
    }


def _rejected(event: CaptureRejected, title: str, places: Places) -> dict[str, Any]:
    return {
        "subject": f"{title}: the upload cannot be used",
        "paragraphs": (
            f"“{title}” cannot be turned into a 3D scene, and nothing was started.",
            *_why(event),
        ),
        "details": _left_out(event),
        "links": places.of_job(event.job_id),
    }


def write_batch_letter(
    batch: Batch, views: Sequence[JobView], deleted: int, recipient: str, places: Places
) -> Letter:
    """One mail about captures that were handed in together, when all of them have ended."""
    standings = [job_status(view) for view in views]
    ready = sum(each.status is Status.DELIVERED for each in standings)
    name = one_line(batch.title) or f"{count(batch.jobs)} captures"
    lines = [_in_batch(each) for each in standings]
    if deleted:
        lines.append(f"{count(deleted)} deleted meanwhile")
    return Letter(
        kind=LetterKind.BATCH,
        job_id=batch.batch_id,
        recipient=recipient,
        written_at=max(view.updated_at for view in views),
        subject=f"{name}: {count(ready)} of {count(batch.jobs)} are 3D scenes now",
        paragraphs=(
            f"“{name}” is done: {count(ready)} of {count(batch.jobs)} captures are 3D scenes now.",
        ),
        details=tuple(lines),
        links=tuple(
            Link(one_line(each.title) or each.job_id, places.page_of(each.job_id))
            for each in standings
            if places.folder_url is None
        ),
    )


def _in_batch(standing: JobStatus) -> str:
    title = one_line(standing.title) or standing.job_id
    if standing.reason:
        return f"{title}: {standing.status}. {standing.reason} {standing.remedy or ''}".rstrip()
    return f"{title}: {'ready' if standing.status is Status.DELIVERED else standing.status}"


def _why(event: StageFailed | CaptureRejected) -> tuple[str, str]:
    """A failure as it was raised, wherever that was: what happened, and what helps."""
    return f"What happened: {event.reason}", f"What to do: {event.remedy}"


def _left_out(event: CaptureRejected) -> tuple[str, ...]:
    lines = [f"{photo.name}: {photo.reason}" for photo in event.rejected[:PHOTOS_NAMED]]
    rest = event.rejected_total - len(lines)
    return (*lines, f"and {count(rest)} more") if rest else tuple(lines)
