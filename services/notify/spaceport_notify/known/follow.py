"""What happens to a job, as it happens: long polling of its event log."""

from datetime import timedelta
from threading import BoundedSemaphore

from spaceport_notify.ports import Kit, Row

ROWS_PER_PAGE = 100
POLL_S = 1.0
MAX_WAIT_S = 20  # API Gateway gives a request 30 s
# Threads are few on one machine: who comes when so many wait is answered at once, and asks again.
WAITING = BoundedSemaphore(6)


def rows_after(job_id: str, after: int, wait_s: int, kit: Kit) -> list[Row]:
    """The log's next rows; with `wait_s` it is asked again until there are some."""
    rows = kit.table.events(job_id, after, ROWS_PER_PAGE)
    if rows or wait_s == 0 or not WAITING.acquire(blocking=False):
        return rows
    try:
        until = kit.clock() + timedelta(seconds=wait_s)
        while not rows and kit.clock() < until and not is_over(job_id, kit):
            kit.sleep(POLL_S)
            rows = kit.table.events(job_id, after, ROWS_PER_PAGE)
        return rows
    finally:
        WAITING.release()


def is_over(job_id: str, kit: Kit) -> bool:
    """Nothing more happens unless somebody runs the job again."""
    view, _ = kit.table.read(job_id)
    return view is not None and view.current.end is not None
