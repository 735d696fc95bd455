"""notify's part of the HTTP API: my jobs, a job's status, its events, its files."""

from collections.abc import Callable
from contextlib import nullcontext
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_notify.annotations.routes import REMEDIES as OF_ANNOTATIONS
from spaceport_notify.annotations.routes import add_annotation_routes
from spaceport_notify.known.batch import BatchStatus, batch_status
from spaceport_notify.known.download import LINKED, AsLink, answer_file, answer_photo
from spaceport_notify.known.files import NAMES
from spaceport_notify.known.find import JOB_ID, JobId, find
from spaceport_notify.known.follow import MAX_WAIT_S, is_over, rows_after
from spaceport_notify.known.listing import JobSummary, Listing
from spaceport_notify.known.positions import add_position_routes
from spaceport_notify.known.public import public_event
from spaceport_notify.known.results import Results, results_of
from spaceport_notify.known.status import JobStatus, Status, job_status
from spaceport_notify.letters.batch import members
from spaceport_notify.letters.routes import PATH as MAIL_PATH
from spaceport_notify.letters.routes import add_mail_routes
from spaceport_notify.ports import Kit, Row
from spaceport_notify.shares.routes import PATH as SHARED_PATH
from spaceport_notify.shares.routes import add_share_routes
from spaceport_notify.shares.share import MAX_DAYS
from spaceport_notify.webhooks.routes import add_webhook_routes
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.limits import Limits
from spaceport_runtime.http.problems import Problem, responses
from spaceport_runtime.http.shell import HttpApi

REMEDIES = {
    "status": f"Use one of {', '.join(Status)}, or leave it out.",
    "before": "Give the `next` of the page before, or leave it out.",
    "limit": "Give a number from 1 to 100.",
    "after": "Give the `next` of the page before, or 0.",
    "wait": f"Give seconds from 0 to {MAX_WAIT_S}.",
    "days": f"Give days from 1 to {MAX_DAYS}, or leave it out.",
    "as": "Use link, or leave it out.",
    "url": "Give an https:// address on the public internet.",
    **OF_ANNOTATIONS,
    "upload": "Give the key that was uploaded to, such as uploads/photos.zip.",
}


class EventPage(Frozen):
    """Ask again with `after` = `next` for what follows."""

    events: tuple[dict[str, Any], ...]
    next: int
    over: bool = Field(description="the job has ended: no more comes unless it is run again")


class JobPage(Frozen):
    """Ask again with `before` = `next` for older jobs, until it is null."""

    jobs: tuple[JobSummary, ...]
    next: str | None


BatchId = Annotated[str, Path(description="as POST /batches answered it")]
PhotoName = Annotated[str, Path(description="a name from the job's geo.json")]
FileName = Annotated[str, Path(description=f"one of {', '.join(NAMES)}")]
After = Annotated[int, Query(ge=0, le=2**53, description="the seq of the last event that you have")]
Wait = Annotated[
    int, Query(ge=0, le=MAX_WAIT_S, description="seconds to wait for an event when there is none")
]
OfStatus = Annotated[Status | None, Query(description="only jobs that stand so")]
OfUpload = Annotated[
    str | None,
    Query(min_length=1, max_length=1100, description="the key of an upload: the jobs it became"),
]
Before = Annotated[str | None, Query(min_length=1, max_length=100, description="where to go on")]
Limit = Annotated[int, Query(ge=1, le=100, description="jobs per page")]


def make_api(get_kit: Callable[[], Kit], get_limits: Callable[[], Limits] | None = None) -> HttpApi:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = HttpApi(
        REMEDIES, forms=(MAIL_PATH,), opened=(MAIL_PATH, SHARED_PATH), get_limits=get_limits
    )

    @app.get("/jobs", summary="My jobs, the newest first", tags=["jobs"])
    def get_jobs(
        status: OfStatus = None, upload: OfUpload = None, before: Before = None, limit: Limit = 50
    ) -> JobPage:
        kit = get_kit()
        uri = upload and address_of(upload, kit.bucket)
        lines = kit.table.jobs(Listing(caller().subject, status, uri), before, limit)
        more = lines[-1].listed_at if len(lines) == limit else None
        return JobPage(jobs=tuple(line.summary for line in lines), next=more)

    @app.get("/jobs/<job_id>", summary="How far a job is", tags=["jobs"])
    def get_job(job_id: JobId) -> JobStatus:
        return job_status(find(job_id, get_kit()))

    @app.get("/jobs/<job_id>/events", summary="What has happened to a job", tags=["jobs"])
    def get_events(job_id: JobId, after: After = 0, wait: Wait = 0) -> EventPage:
        kit = get_kit()
        find(job_id, kit)
        limits = app.limits()
        with limits.waiting(wait) if limits and wait else nullcontext():
            rows = rows_after(job_id, after, wait, kit)
        return page(rows, after, is_over(job_id, kit))

    @app.get(
        "/jobs/<job_id>/files/<name>",
        summary="One of a job's files",
        tags=["jobs"],
        responses=responses({404: "No such job, or no such file (yet)"}, LINKED),
    )
    def get_file(job_id: JobId, name: FileName, as_link: AsLink = None) -> Response[str]:
        kit = get_kit()
        return answer_file(find(job_id, kit), name, as_link, kit)

    @app.get(
        "/jobs/<job_id>/results",
        summary="All of a delivered job's files",
        tags=["jobs"],
        responses=responses({404: "No such job, or no results (yet)"}),
    )
    def get_results(job_id: JobId) -> Results:
        kit = get_kit()
        return results_of(find(job_id, kit), kit)

    @app.get("/batches/<batch_id>", summary="How far a batch is", tags=["jobs"])
    def get_batch(batch_id: BatchId) -> BatchStatus:
        kit = get_kit()
        views, deleted = members(batch_id, kit) if JOB_ID.fullmatch(batch_id) else ([], 0)
        mine = [view for view in views if caller().owns(view.owner)]
        if not mine:
            remedy = "Check the id; a batch that was just started appears within a few seconds."
            raise Problem(HTTPStatus.NOT_FOUND, f"There is no batch {batch_id[:64]}. {remedy}")
        return batch_status(batch_id, mine, deleted)

    @app.get(
        "/jobs/<job_id>/photos/<name>",
        summary="One of the photos that a job's scene rests on, undistorted",
        tags=["jobs"],
        responses=responses({404: "No such job, or no such photo (yet)"}, LINKED),
    )
    def get_photo(job_id: JobId, name: PhotoName, as_link: AsLink = None) -> Response[str]:
        kit = get_kit()
        return answer_photo(find(job_id, kit), name, as_link, kit)

    add_mail_routes(app, get_kit)
    add_webhook_routes(app, get_kit)
    add_share_routes(app, get_kit)
    add_annotation_routes(app, get_kit)
    add_position_routes(app, get_kit)
    return app


def address_of(upload: str, bucket: str) -> str:
    """The S3 address of an upload that is named by its key or its address."""
    return upload if upload.startswith("s3://") else f"s3://{bucket}/{upload.lstrip('/')}"


def page(rows: list[Row], after: int, over: bool) -> EventPage:
    """The rows as people may see them, in order of arrival."""
    events = tuple({"seq": row.seq, **public_event(row.event)} for row in rows)
    return EventPage(events=events, next=rows[-1].seq if rows else after, over=over)


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of notify's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    return make_api(no_kit).describe()
