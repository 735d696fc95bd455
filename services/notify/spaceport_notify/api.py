"""notify's part of the HTTP API: a job's status, its events, its files."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from spaceport_contracts.capture import Frozen
from spaceport_notify.files import CONTENT_TYPES, locate
from spaceport_notify.ports import Desk, Row
from spaceport_notify.status import JobStatus, job_status
from spaceport_notify.view import JobView
from spaceport_runtime.errors import Retryable
from spaceport_runtime.http.problems import (
    CONTENT_TYPE,
    FieldError,
    Problem,
    ProblemDocument,
    answer,
)
from spaceport_runtime.observe import logger

EVENTS_PER_PAGE = 100
LINK_SECONDS = 3600
# People's addresses and where things are stored are nobody's business but ours.
PRIVATE_FIELDS = {"email", "inputs", "outputs", "scene", "version"}


class EventPage(Frozen):
    """Ask again with `after` = `next` for what follows."""

    events: tuple[dict[str, Any], ...]
    next: int


JobId = Annotated[str, Path(description="as POST /start-job answered it")]
FileName = Annotated[str, Path(description=f"one of {', '.join(CONTENT_TYPES)}")]
After = Annotated[int, Query(ge=0, description="the seq of the last event that you have")]


def _responses(**more: str) -> dict[int, Any]:
    problem = {CONTENT_TYPE: {"model": ProblemDocument}}
    described = {int(status[1:]): description for status, description in more.items()}
    return {
        status: {"description": description, "content": problem}
        for status, description in described.items()
    }


def make_api(get_desk: Callable[[], Desk]) -> APIGatewayHttpResolver:
    """The router; `get_desk` is called per request, so that importing this makes no clients."""
    app = APIGatewayHttpResolver(enable_validation=True)

    @app.get("/jobs/<job_id>", summary="How far a job is", tags=["jobs"])
    def get_job(job_id: JobId) -> JobStatus:
        return job_status(find(job_id, get_desk()))

    @app.get("/jobs/<job_id>/events", summary="What has happened to a job", tags=["jobs"])
    def get_events(job_id: JobId, after: After = 0) -> EventPage:
        desk = get_desk()
        find(job_id, desk)
        return page(desk.table.events(job_id, after, EVENTS_PER_PAGE), after)

    @app.get(
        "/jobs/<job_id>/files/<name>",
        summary="One of a job's files",
        tags=["jobs"],
        responses={
            302: {"description": f"A link to the file, good for {LINK_SECONDS // 60} minutes"},
            **_responses(_404="No such job, or no such file (yet)"),
        },
    )
    def get_file(job_id: JobId, name: FileName) -> Response[str]:
        desk = get_desk()
        return redirect(find(job_id, desk), name, desk)

    app.exception_handler(Problem)(answer)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(Retryable)(_on_busy)
    app.not_found(_on_unknown_path)
    return app


def find(job_id: str, desk: Desk) -> JobView:
    """The job's view; raises Problem 404 for an unknown job."""
    view, _ = desk.table.read(job_id)
    if view is None:
        remedy = "Check the id; a job that was just uploaded appears within a few seconds."
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no job {job_id}. {remedy}")
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


def redirect(view: JobView, name: str, desk: Desk) -> Response[str]:
    """302 to a temporary link; raises Problem 404 for a file that is not there."""
    uri = locate(view, name)
    if uri is None or desk.store.head(uri) is None:
        remedy = f"Wait until the job is delivered, and ask for one of {', '.join(CONTENT_TYPES)}."
        raise Problem(HTTPStatus.NOT_FOUND, f"Job {view.job_id} has no file {name}. {remedy}")
    link = desk.links.temporary_link(uri, CONTENT_TYPES[name], LINK_SECONDS)
    headers = {"Location": link, "Cache-Control": "no-store"}
    return Response(HTTPStatus.FOUND.value, headers=headers, body="")


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of notify's routes."""

    def no_desk() -> Desk:
        raise RuntimeError("a description answers no requests")

    schema = make_api(no_desk).get_openapi_json_schema(title="Spaceport", version="1.0.0")
    document: dict[str, Any] = json.loads(schema)
    return document


def _on_invalid(error: RequestValidationError) -> Response[str]:
    found = tuple(
        FieldError(
            field=str(each["loc"][-1]),
            message=f"{each['msg']}.",
            remedy="See docs/openapi.json for what may be asked.",
        )
        for each in error.errors()
    )
    names = ", ".join(each.field for each in found)
    detail = f"The request cannot be understood: look at {names}."
    return answer(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, found))


def _on_busy(error: Retryable) -> Response[str]:
    logger.warning("busy", extra={"reason": str(error)})
    detail = "Spaceport is busy. Ask again in a few seconds."
    return answer(Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail))


def _on_unknown_path(_error: Exception) -> Response[str]:
    detail = "There is nothing at this path. See docs/openapi.json for what there is."
    return answer(Problem(HTTPStatus.NOT_FOUND, detail))
