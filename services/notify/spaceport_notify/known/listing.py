"""Lists of jobs, the newest first: which are asked for, and what a line says."""

from dataclasses import dataclass
from datetime import UTC, datetime

from spaceport_contracts.capture import Frozen
from spaceport_contracts.events import Stage
from spaceport_notify.known.status import Status, job_status
from spaceport_notify.known.view import JobView


class JobSummary(Frozen):
    """One line of a list; it changes only when the status or the stage does."""

    job_id: str
    title: str
    status: Status
    stage: Stage | None
    attempt: int
    created_at: datetime


@dataclass(frozen=True)
class Listing:
    """Whose jobs: all, those of one status, or those that one upload became."""

    owner: str
    status: Status | None = None
    upload: str | None = None


@dataclass(frozen=True)
class Listed:
    """A line, and where in the list it stands."""

    listed_at: str
    summary: JobSummary


def listed(view: JobView) -> Listed:
    """The view's line in every list that it belongs to."""
    status = job_status(view)
    summary = JobSummary(created_at=view.since, **status.model_dump(include=SHOWN))
    # Nothing in it needs quoting in a URL.
    return Listed(f"{view.since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{view.job_id}", summary)


SHOWN = set(JobSummary.model_fields) - {"created_at"}
