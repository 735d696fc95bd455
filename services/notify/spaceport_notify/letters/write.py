"""What each e-mail says."""

from dataclasses import dataclass
from datetime import datetime

from spaceport_contracts.events import CaptureRejected, JobCancelled, SplatCompressed, StageFailed
from spaceport_contracts.report import Report
from spaceport_notify.known.ancestry import ancestry, fallback_request
from spaceport_notify.known.view import JobView
from spaceport_notify.letters.due import Due, LetterKind
from spaceport_notify.report.figures import headline
from spaceport_notify.report.words import count

SUBJECT_CHARACTERS = 120
PHOTOS_NAMED = 50


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
class Places:
    """Where a reader finds things: at `public_url`, or in a folder of this machine.

    A job of `spaceport run` leaves its results in `folder_url` (`file:///.../`), and its port dies
    with the command: its mail names no address of ours.
    """

    public_url: str
    folder_url: str | None = None

    def of_job(self, job_id: str) -> tuple[Link, ...]:
        """Where to see how the job stands."""
        if self.folder_url:
            return ()
        return (Link("See the job", f"{self.public_url.rstrip('/')}/jobs/{job_id}"),)

    def of_results(self, job_id: str) -> tuple[Link, ...]:
        """Where the report and the scene lie."""
        base = self.folder_url or f"{self.public_url.rstrip('/')}/jobs/{job_id}/files"
        base = base.rstrip("/")
        return (
            Link("Open the report", f"{base}/report.html"),
            Link("Download the scene (.sog)", f"{base}/scene.sog"),
        )


def write_letter(due: Due, view: JobView, places: Places, report: Report | None) -> Letter:
    """The words; a delivery's figures are those of its report."""
    known = view.rounds[due.attempt]
    if known.compressed:
        if report is None:
            raise ValueError(f"attempt {due.attempt} of {view.job_id} has no report")
        return _delivered(due, known.compressed, report, places)
    title = _title(view, due.attempt)
    if known.failed:
        return _failed(due, known.failed, title, places)
    if known.cancelled:
        return _cancelled(due, known.cancelled, title, places)
    if known.rejected:
        return _rejected(due, known.rejected, title, places)
    raise ValueError(f"attempt {due.attempt} of {view.job_id} has not ended")


def one_line(text: str) -> str:
    """Text that cannot break out of a header: no control characters, nothing that a mail library
    would decode (RFC 2047), not too long."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    plain = plain.replace("=?", "= ?")
    if len(plain) <= SUBJECT_CHARACTERS:
        return plain
    return plain[: SUBJECT_CHARACTERS - 1] + "…"


def _title(view: JobView, attempt: int) -> str:
    rejected = view.rounds[attempt].rejected
    request = ancestry(view, attempt).request or fallback_request(view, attempt)
    title = rejected.title if rejected else request.title if request else ""
    return one_line(title) or "Your capture"


def _delivered(due: Due, event: SplatCompressed, report: Report, places: Places) -> Letter:
    title = one_line(report.title)
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
        links=places.of_results(event.job_id),
    )


def _failed(due: Due, event: StageFailed, title: str, places: Places) -> Letter:
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
        links=places.of_job(event.job_id),
    )


def _cancelled(due: Due, event: JobCancelled, title: str, places: Places) -> Letter:
    return Letter(
        due.kind,
        event.job_id,
        due.recipient,
        event.occurred_at,
        f"{title}: cancelled",
        (f"“{title}” was cancelled, as requested. Nothing runs for it any more.",),
        links=places.of_job(event.job_id),
    )


def _rejected(due: Due, event: CaptureRejected, title: str, places: Places) -> Letter:
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
        links=places.of_job(event.job_id),
    )


def _left_out(event: CaptureRejected) -> tuple[str, ...]:
    lines = [f"{photo.name}: {photo.reason}" for photo in event.rejected[:PHOTOS_NAMED]]
    rest = event.rejected_total - len(lines)
    return (*lines, f"and {count(rest)} more") if rest else tuple(lines)
