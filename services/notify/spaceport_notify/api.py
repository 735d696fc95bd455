"""The HTTP API: a job's status, its events, its files. Every error is problem+json (RFC 9457)."""

import json
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from spaceport_contracts.capture import Frozen
from spaceport_notify.files import CONTENT_TYPES, locate
from spaceport_notify.ports import Desk, Row
from spaceport_notify.status import JobStatus, job_status
from spaceport_notify.view import JobView
from spaceport_runtime.errors import Retryable

EVENTS_PER_PAGE = 100
LINK_SECONDS = 3600
PRIVATE_FIELDS = {"email", "inputs", "outputs", "scene", "version"}


class Problem(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, status: HTTPStatus, title: str, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.remedy = remedy


class EventPage(Frozen):
    """The answer of `GET /jobs/{job_id}/events`: pass `next` as `after` to get what follows."""

    events: tuple[dict[str, Any], ...]
    next: int


JobId = Annotated[str, Path(description="as answered by POST /start-job")]
After = Annotated[int, Query(ge=0, description="the seq of the last event that you have")]


def make_app(desk: Desk) -> APIGatewayHttpResolver:
    """The API over these ports; also what `docs/openapi.json` is made from."""
    app = APIGatewayHttpResolver(enable_validation=True)

    @app.get("/jobs/<job_id>", summary="How far a job is")
    def get_job(job_id: JobId) -> JobStatus:
        return job_status(find(job_id, desk))

    @app.get("/jobs/<job_id>/events", summary="What has happened to a job, in order of arrival")
    def get_events(job_id: JobId, after: After = 0) -> EventPage:
        find(job_id, desk)
        return page(desk.table.events(job_id, after, EVENTS_PER_PAGE), after)

    @app.get("/jobs/<job_id>/files/<name>", summary="Redirect to one of a job's files")
    def get_file(job_id: JobId, name: str) -> Response[str]:
        return redirect(find(job_id, desk), name, desk)

    app.exception_handler(Problem)(answer)
    app.exception_handler(RequestValidationError)(on_invalid)
    app.exception_handler(Retryable)(on_busy)
    app.not_found(on_unknown_path)
    return app


def on_invalid(error: RequestValidationError) -> Response[str]:
    """400, naming the field."""
    first = error.errors()[0]
    field = str(first["loc"][-1])
    title, remedy = "Invalid request", f"Correct {field} and ask again."
    problem = Problem(HTTPStatus.BAD_REQUEST, title, f"{field}: {first['msg']}.", remedy)
    return answer(problem, field=field)


def on_busy(_error: Retryable) -> Response[str]:
    """503."""
    detail, remedy = "The status cannot be read at the moment.", "Ask again in a few seconds."
    return answer(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Busy", detail, remedy))


def on_unknown_path(_error: NotFoundError) -> Response[str]:
    """404."""
    remedy = "Ask for /jobs/{job_id}, /jobs/{job_id}/events or /jobs/{job_id}/files/{name}."
    return answer(Problem(HTTPStatus.NOT_FOUND, "Unknown path", "Nothing is here.", remedy))


def find(job_id: str, desk: Desk) -> JobView:
    """The job's view; raises Problem 404 for an unknown job."""
    view, _ = desk.table.read(job_id)
    if view is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "Unknown job",
            f"There is no job {job_id}.",
            "Check the id; a job that was just uploaded appears within a few seconds.",
        )
    return view


def page(rows: list[Row], after: int) -> EventPage:
    """The rows as people may see them: no e-mail address, no storage locations."""
    events = tuple(
        {
            "seq": row.seq,
            "type": row.event.detail_type(),
            **row.event.model_dump(mode="json", exclude=PRIVATE_FIELDS),
        }
        for row in rows
    )
    return EventPage(events=events, next=rows[-1].seq if rows else after)


def redirect(view: JobView, name: str, desk: Desk) -> Response[str]:
    """302 to a temporary link; raises Problem 404 for a file that is not there."""
    uri = locate(view, name)
    if uri is None or desk.store.head(uri) is None:
        known = ", ".join(CONTENT_TYPES)
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "No such file",
            f"Job {view.job_id} has no file {name}.",
            f"Wait until the job is delivered, and ask for one of {known}.",
        )
    link = desk.links.temporary_link(uri, CONTENT_TYPES[name], LINK_SECONDS)
    headers = {"Location": link, "Cache-Control": "no-store"}
    return Response(HTTPStatus.FOUND.value, headers=headers, body="")


def answer(problem: Problem, **more: str) -> Response[str]:
    """The problem as application/problem+json."""
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status.value,
        "detail": str(problem),
        "remedy": problem.remedy,
        **more,
    }
    return Response(problem.status.value, "application/problem+json", json.dumps(body))
