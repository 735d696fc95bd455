"""How a batch stands: each of its jobs, and how many are where."""

from collections import Counter

from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_notify.known.status import JobStatus, Status, job_status
from spaceport_notify.known.view import JobView


class BatchStatus(Frozen):
    """The answer of `GET /batches/{batch_id}`."""

    batch_id: str
    title: str
    total: int = Field(description="jobs that were started")
    counts: dict[Status, int] = Field(description="how many stand so, of those not deleted")
    deleted: int
    over: bool = Field(description="every job has ended")
    jobs: tuple[JobStatus, ...] = Field(description="each with its place in the queue")


def batch_status(batch_id: str, views: list[JobView], deleted: int) -> BatchStatus:
    """Of what is known; a job that was just started appears within a few seconds."""
    jobs = tuple(job_status(view) for view in views)
    batch = views[0].batch if views else None
    total = batch.jobs if batch else deleted
    ended = sum(view.current.end is not None for view in views)
    return BatchStatus(
        batch_id=batch_id,
        title=batch.title if batch else "",
        total=total,
        counts=dict(Counter(job.status for job in jobs)),
        deleted=deleted,
        over=ended + deleted >= total,
        jobs=jobs,
    )
