"""What notify does with an event: note it, then do what has become due.

Everything here is safe to run again from the top. The view decides what is due, so the order in
which events arrive does not matter: the one that completes the picture sets off the rest.
"""

from datetime import timedelta

from spaceport_contracts.events import (
    Event,
    JobDeleted,
    ReconstructionRequested,
    SplatCompressed,
    StageProgressed,
)
from spaceport_contracts.report import Report
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.record import amend, record
from spaceport_notify.known.view import JobView
from spaceport_notify.letters.batch import tell_batch
from spaceport_notify.letters.due import due_letter, due_start, is_told_with_others
from spaceport_notify.letters.send import send_letter
from spaceport_notify.ports import DELETED, Kit
from spaceport_notify.report.collect import collect
from spaceport_notify.report.write import REPORT_JSON, reports_of, write_report
from spaceport_notify.webhooks.deliver import announce
from spaceport_runtime.errors import Retryable


def tell(event: Event, kit: Kit) -> None:
    """Handle any event of the pipeline.

    Raises Retryable while a delivery waits for earlier events, so that its message comes again.
    """
    if isinstance(event, JobDeleted):
        forget(event, kit)
        return
    view = record(event, kit.table)
    if isinstance(event, StageProgressed):
        return
    if view is None:
        _clear(event.job_id, kit)
        return
    announce(event, view.owner, kit)
    if view.batch:
        kit.batches.join(view.batch.batch_id, view.job_id)
    if isinstance(event, ReconstructionRequested):
        _tell_start(view, kit)
    for attempt in sorted(view.rounds):
        if attempt >= event.attempt and view.rounds[attempt].end is not None:
            settle(view, attempt, kit)
    if isinstance(event, SplatCompressed) and not _is_reported(event, kit):
        raise Retryable(f"the report of {event.job_id} waits for events that come before it")


def forget(event: JobDeleted, kit: Kit) -> None:
    """The last that anybody hears of the job; then nothing is known of it here."""
    announce(event, event.owner, kit)
    if event.batch:
        kit.batches.join(event.batch.batch_id, event.job_id)
    kit.table.forget(event.job_id)
    for share in kit.shares.of(event.job_id):
        kit.shares.remove(share)
    _clear(event.job_id, kit)
    if event.batch:
        tell_batch(event.batch, kit)


def _clear(job_id: str, kit: Kit) -> None:
    """Remove reports, also one that was being written while its job was deleted."""
    kit.store.remove(reports_of(job_id, kit.bucket))


def settle(view: JobView, attempt: int, kit: Kit) -> None:
    """Write the report and send the e-mail of an attempt that has ended, unless it was done."""
    compressed = view.rounds[attempt].compressed
    if compressed is not None and (attempt not in view.reports or attempt in view.partial):
        view = _write_report(view, compressed, kit)
        if attempt not in view.reports:
            return
    if view.batch and is_told_with_others(view, attempt):
        tell_batch(view.batch, kit)
    due = due_letter(view, attempt)
    if due is not None:
        send_letter(due, view, _report(view, attempt, kit), kit)


def _tell_start(view: JobView, kit: Kit) -> None:
    """Who runs a job into a folder of this machine sits in front of it."""
    due = due_start(view)
    if due is not None and kit.folder_url is None:
        send_letter(due, view, None, kit)


def _is_reported(event: SplatCompressed, kit: Kit) -> bool:
    """Also true where another end of the attempt stands: then there is nothing to report."""
    view, _ = kit.table.read(event.job_id)
    known = view.rounds.get(event.attempt) if view else None
    return (
        known is None
        or known.compressed is None
        or (view is not None and event.attempt in view.reports)
    )


def _write_report(view: JobView, compressed: SplatCompressed, kit: Kit) -> JobView:
    """Once all that the splat rests on is known, or has been waited for long enough.

    What came too late for a report makes it whole afterwards; nobody is written to again.
    """
    attempt = compressed.attempt
    is_whole = ancestry(view, attempt).complete
    waited = kit.clock() - compressed.occurred_at
    if not is_whole and (attempt in view.partial or waited <= timedelta(seconds=kit.patience_s)):
        return view
    prefix = write_report(collect(view, attempt, kit.store), kit)

    def reported(known: JobView) -> JobView:
        reports = dict(sorted({**known.reports, attempt: prefix}.items()))
        others = set(known.partial) - {attempt}
        partial = tuple(sorted(others if is_whole else {*others, attempt}))
        return known.model_copy(update={"reports": reports, "partial": partial})

    amend(view.job_id, kit.table, reported)
    if kit.table.read(view.job_id)[1] == DELETED:
        _clear(view.job_id, kit)
        return view
    return reported(view)


def _report(view: JobView, attempt: int, kit: Kit) -> Report | None:
    prefix = view.reports.get(attempt)
    if prefix is None:
        return None
    return Report.model_validate_json(kit.store.read(prefix + REPORT_JSON))
