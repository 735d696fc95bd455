"""The annotations' part of the HTTP API: their owner writes, whoever has a share reads."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from spaceport_notify.annotations.annotation import MOST, Annotations
from spaceport_notify.known.find import JobId, find
from spaceport_notify.known.status import delivered_attempt
from spaceport_notify.known.view import JobView
from spaceport_notify.ports import DELETED, Kit
from spaceport_notify.report.write import reports_of
from spaceport_notify.shares.routes import GONE, NO_JOB, PRIVATE, ShareToken, shared_by
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import Problem, responses
from spaceport_runtime.http.shell import HttpApi

NAME = "annotations.json"
REMEDIES = {
    "annotations": f"Send at most {MOST}, each with id, title, at and view, as docs/openapi.json "
    "describes them.",
}
FOUND: dict[int, Any] = {
    200: {"description": "All of them", "content": {JSON: {"model": Annotations}}}
}
NOT_KEPT = {
    400: "Not a JSON object",
    404: NO_JOB,
    409: "Not delivered yet: there is no scene to write on",
    415: "Not JSON",
    422: "One of them is none, or there are too many",
}


def add_annotation_routes(app: HttpApi, get_kit: Callable[[], Kit]) -> None:
    """Theirs and the visitors'."""

    @app.get(
        "/jobs/<job_id>/annotations",
        summary="What is written on a scene",
        tags=["annotations"],
        responses=responses({404: NO_JOB}, FOUND),
    )
    def list_annotations(job_id: JobId) -> Annotations:
        kit = get_kit()
        return read(find(job_id, kit), kit)

    @app.put(
        "/jobs/<job_id>/annotations",
        summary="Write on a scene: all annotations at once",
        tags=["annotations"],
        responses=responses(NOT_KEPT, FOUND),
    )
    def put_annotations(job_id: JobId, body: Annotated[Annotations, Body()]) -> Annotations:
        kit = get_kit()
        keep(body, find(job_id, kit), kit)
        return body

    @app.get(
        "/shared/<token>/annotations",
        summary="What is written on a shared scene",
        tags=["shared"],
        responses=responses(GONE, FOUND),
    )
    def visit_annotations(token: ShareToken) -> Response[Annotations]:
        kit = get_kit()
        _, view = shared_by(token, kit)
        return Response(HTTPStatus.OK.value, JSON, read(view, kit), {**PRIVATE})


def read(view: JobView, kit: Kit) -> Annotations:
    """All of the job's; none where nobody wrote any."""
    uri = _uri(view, kit)
    if kit.store.head(uri) is None:
        return Annotations()
    return Annotations.model_validate_json(kit.store.read(uri))


def keep(annotations: Annotations, view: JobView, kit: Kit) -> None:
    """In the place of those before; raises Problem 409 while there is no scene."""
    if delivered_attempt(view) is None:
        detail = f"Job {view.job_id} has no scene to write on. Wait until it is delivered."
        raise Problem(HTTPStatus.CONFLICT, detail)
    kit.store.write(_uri(view, kit), annotations.model_dump_json(by_alias=True).encode(), JSON)
    if kit.table.read(view.job_id)[1] == DELETED:  # meanwhile: nothing of it may stay
        kit.store.remove(_uri(view, kit))


def _uri(view: JobView, kit: Kit) -> str:
    """Beside the reports, so that it goes when they go with the job."""
    return reports_of(view.job_id, kit.bucket) + NAME
