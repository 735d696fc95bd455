"""notify's part of the HTTP API: a job's status, its events, its files."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from spaceport_contracts.capture import Frozen
from spaceport_notify.known.files import CONTENT_TYPES, locate
from spaceport_notify.known.status import JobStatus, job_status
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import Kit, Row
from spaceport_runtime.http.problems import Problem, responses
from spaceport_runtime.http.shell import HttpApi

EVENTS_PER_PAGE = 100
LINK_SECONDS = 3600
# Looser than ids are: what the table would refuse to look for is just as unknown.
JOB_ID = re.compile(r"[a-z0-9]{1,64}")
# People's addresses and where things are stored are nobody's business but ours.
PRIVATE_FIELDS = {"email", "inputs", "outputs", "scene", "version"}


class EventPage(Frozen):
    """Ask again with `after` = `next` for what follows."""

    events: tuple[dict[str, Any], ...]
    next: int


JobId = Annotated[str, Path(description="as POST /start-job answered it")]
FileName = Annotated[str, Path(description=f"one of {', '.join(CONTENT_TYPES)}")]
After = Annotated[int, Query(ge=0, le=2**53, description="the seq of the last event that you have")]


def make_api(get_kit: Callable[[], Kit]) -> HttpApi:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = HttpApi()

    @app.get("/jobs/<job_id>", summary="How far a job is", tags=["jobs"])
    def get_job(job_id: JobId) -> JobStatus:
        return job_status(find(job_id, get_kit()))

    @app.get("/jobs/<job_id>/events", summary="What has happened to a job", tags=["jobs"])
    def get_events(job_id: JobId, after: After = 0) -> EventPage:
        kit = get_kit()
        find(job_id, kit)
        return page(kit.table.events(job_id, after, EVENTS_PER_PAGE), after)

    @app.get(
        "/jobs/<job_id>/files/<name>",
        summary="One of a job's files",
        tags=["jobs"],
        responses=responses(
            {404: "No such job, or no such file (yet)"},
            {302: {"description": f"A link to the file, good for {LINK_SECONDS // 60} minutes"}},
        ),
    )
    def get_file(job_id: JobId, name: FileName) -> Response[str]:
        kit = get_kit()
        return redirect(find(job_id, kit), name, kit)

    return app


def find(job_id: str, kit: Kit) -> JobView:
    """The job's view; raises Problem 404 for an unknown job."""
    view = kit.table.read(job_id)[0] if JOB_ID.fullmatch(job_id) else None
    if view is None:
        remedy = "Check the id; a job that was just uploaded appears within a few seconds."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no job {job_id[:64]}. {remedy}")
    return view


def page(rows: list[Row], after: int) -> EventPage:
    """The rows as people may see them, in order of arrival."""
    events = tuple(
        {
            "seq": row.seq,
            "type": row.event.detail_type(),
            **row.event.model_dump(mode="json", exclude=PRIVATE_FIELDS),
        }
        for row in rows
    )
    return EventPage(events=events, next=rows[-1].seq if rows else after)


def redirect(view: JobView, name: str, kit: Kit) -> Response[str]:
    """302 to a temporary link; raises Problem 404 for a file that is not there."""
    uri = locate(view, name)
    if uri is None or kit.store.head(uri) is None:
        remedy = f"Wait until the job is delivered, and ask for one of {', '.join(CONTENT_TYPES)}."
        raise Problem(HTTPStatus.NOT_FOUND, f"Job {view.job_id} has no file {name[:64]}. {remedy}")
    link = kit.links.temporary_link(uri, CONTENT_TYPES[name], LINK_SECONDS)
    headers = {"Location": link, "Cache-Control": "no-store"}
    return Response(HTTPStatus.FOUND.value, headers=headers, body="")


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of notify's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    return make_api(no_kit).describe()
