"""What happens to a job, as it happens: long polling of its event log."""

from datetime import timedelta
from threading import BoundedSemaphore

from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit, Row

ROWS_PER_PAGE = 100
POLL_S = 1.0
MAX_WAIT_S = 20  # API Gateway gives a request 30 s
# Each looks into the table once a second: who comes when so many wait is answered at once.
WAITING = BoundedSemaphore(100)


def rows_after(job_id: str, after: int, wait_s: int, kit: Kit) -> list[Row]:
    """The log's next rows; with `wait_s` they are waited for, unless the job has ended."""
    rows = kit.table.events(job_id, after, ROWS_PER_PAGE)
    if rows or wait_s == 0 or not WAITING.acquire(blocking=False):
        return rows
    try:
        until = kit.clock() + timedelta(seconds=wait_s)
        while not rows and kit.clock() < until:
            view, version = kit.table.read(job_id)
            if version > after:  # a row's seq is the version that it came with
                rows = kit.table.events(job_id, after, ROWS_PER_PAGE)
            if rows or _is_over(view):
                break
            kit.sleep(POLL_S)
        return rows
    finally:
        WAITING.release()


def is_over(job_id: str, kit: Kit) -> bool:
    """Nothing more happens unless somebody runs the job again."""
    view, _ = kit.table.read(job_id)
    return _is_over(view)


def _is_over(view: JobView | None) -> bool:
    """Also of a job that is deleted while somebody waits for news of it."""
    return view is None or view.current.end is not None
