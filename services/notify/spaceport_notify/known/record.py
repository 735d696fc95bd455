"""Write what happened into the status table: version-checked, and safe to run again."""

from collections.abc import Callable

from spaceport_contracts.events import Event, StageProgressed
from spaceport_notify.known.trim import trimmed
from spaceport_notify.known.view import JobView, StageTrace, merge
from spaceport_notify.ports import DELETED, Commit, StatusTable
from spaceport_runtime.errors import Retryable

TRIES = 10


def record(event: Event, table: StatusTable) -> JobView | None:
    """Merge the event into the job's view and log it, once; returns the view as it then stands.

    None: the job was deleted, and what comes late about it is noted nowhere.
    """
    in_log = False
    for _ in range(TRIES):
        before, version = table.read(event.job_id)
        if version == DELETED:
            return None
        after = trimmed(merge(before, event))
        if isinstance(event, StageProgressed) and not is_worth_a_row(before, event):
            is_news = after != before and _is_under_way(before, event)
            return _noted(event, table) if is_news else after
        logged = None if in_log else event
        if after == before and logged is None:
            return after
        outcome = table.commit(after, version, logged)
        if outcome is Commit.DONE:
            return after
        in_log = in_log or outcome is Commit.KNOWN
    raise Retryable(f"the status of {event.job_id} is being written by many at once")


def _is_under_way(view: JobView | None, event: Event) -> bool:
    """Only of the newest attempt, while it lasts, does anybody see progress."""
    return view is not None and view.attempt == event.attempt and view.current.end is None


def _noted(progress: StageProgressed, table: StatusTable) -> JobView | None:
    """Most of what jobs say: an item of its own, for the view is many times its size.

    The job may have been deleted meanwhile; then nothing of it stays.
    """
    table.note(progress)
    view, version = table.read(progress.job_id)
    if version == DELETED:
        table.forget(progress.job_id)
    return view


def amend(job_id: str, table: StatusTable, change: Callable[[JobView], JobView]) -> bool:
    """Apply a change of notify's own to the view; False when it changes nothing."""
    for _ in range(TRIES):
        before, version = table.read(job_id)
        if before is None:
            return False
        after = change(before)
        if after == before:
            return False
        if table.commit(after, version) is Commit.DONE:
            return True
    raise Retryable(f"the status of {job_id} is being written by many at once")


def is_worth_a_row(before: JobView | None, event: Event) -> bool:
    """Progress is logged at each new step and each tenth of it; everything else always."""
    if not isinstance(event, StageProgressed):
        return True
    known = before.rounds.get(event.attempt) if before else None
    last = (known.traces.get(event.stage) or StageTrace()).progressed if known else None
    if before is not None and event.attempt < before.attempt:
        return False
    if known is not None and known.end is not None:
        return False
    if last is None:
        return True
    if event.occurred_at <= last.occurred_at:
        return False
    return event.step != last.step or _tenth(event) != _tenth(last)


def _tenth(progress: StageProgressed) -> int:
    return 10 * progress.n // max(1, progress.m)
