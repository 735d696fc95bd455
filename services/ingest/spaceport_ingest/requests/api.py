"""Ingest's part of the HTTP API: what may be asked, in which form, and who answers it."""

import base64
import binascii
import json
from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus
from threading import Lock
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.address import EmailAddress
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.cancel import cancel_job
from spaceport_ingest.requests.problems import lambda_answer, validation_problem
from spaceport_ingest.requests.replay import replay_job
from spaceport_ingest.requests.start import StartRequest, start_job
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS
from spaceport_runtime.errors import Retryable
from spaceport_runtime.http.problems import CONTENT_TYPE, Problem, ProblemDocument, answer
from spaceport_runtime.observe import logger

JSON = "application/json"
# A powertools resolver holds the request that it works on; Lambda brings one at a time anyway.
ONE_AT_A_TIME = Lock()


class Step(StrEnum):
    """A stage as the API names it."""

    SFM = "sfm"
    TRAIN = "3dgs"
    COMPRESS = "compression"

    @property
    def stage(self) -> Stage:
        """The stage as events name it."""
        return Stage[self.name]


class Request(BaseModel):
    """Unknown fields are refused: a misspelt option must not be ignored in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StartJob(Request):
    """Turn what lies at an S3 address into a splat."""

    s3_url: str = Field(
        alias="s3Url",
        min_length=1,
        max_length=2048,
        description="a zip, a manifest.json or a folder of photos (sfm), a folder with sparse/0 "
        "and images (3dgs), a .ply or the folder of a training run (compression)",
        examples=["s3://spaceport/captures/beach.zip"],
    )
    email: EmailAddress = Field(examples=["ada@example.org"])
    pipeline_step: Step = Field(alias="pipelineStep", description="the step to begin with")
    quality: Quality | None = Field(default=None, description="standard, unless the upload says")
    title: str | None = Field(default=None, max_length=TITLE_MAX_CHARACTERS)


class ReplayJob(Request):
    """Run a job again from a step."""

    start_at: Step = Field(alias="from")
    quality: Quality | None = Field(default=None, description="as before, unless said")


class Answered(StrEnum):
    """How the job stands."""

    ACCEPTED = "accepted"
    CANCELLING = "cancelling"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobAccepted(BaseModel):
    """The job is on its way; GET /jobs/{jobId} says how far it is."""

    job_id: str = Field(serialization_alias="jobId")
    attempt: int = 1
    status: Answered = Field(
        default=Answered.ACCEPTED, description="how it ended, when the same was asked before"
    )


JobId = Annotated[str, Path(description="as POST /start-job answered it")]
ACCEPTED: dict[str, Any] = {"description": "Accepted", "content": {JSON: {"model": JobAccepted}}}


def _responses(**refusals: str) -> dict[int, Any]:
    problem = {CONTENT_TYPE: {"model": ProblemDocument}}
    documented: dict[int, Any] = {202: ACCEPTED}
    for status, description in refusals.items():
        documented[int(status[1:])] = {"description": description, "content": problem}
    return documented


def _fields(model: type[Request]) -> tuple[str, ...]:
    """The names that a request may use."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


START_RESPONSES = _responses(
    _400="Not a JSON object, or not an address that this step can begin from",
    _403="Not our bucket",
    _404="Nothing at that address",
    _422="A field is missing, unknown or has a value that is not allowed",
)
REPLAY_RESPONSES = _responses(
    _400="Not a JSON object",
    _404="No such job",
    _409="Still running, or nothing stored to begin from",
    _422="A field is missing, unknown or has a value that is not allowed",
)
CANCEL_RESPONSES = _responses(_404="No such job", _409="Ended already", _422="Not a job id")
FIELDS = {"/start-job": _fields(StartJob), "/replay": _fields(ReplayJob)}


def make_api(get_kit: Callable[[], Kit]) -> APIGatewayHttpResolver:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = APIGatewayHttpResolver(enable_validation=True)

    @app.post("/start-job", responses=START_RESPONSES, summary="Start a job", tags=["jobs"])
    def start(body: Annotated[StartJob, Body()]) -> Response[JobAccepted]:
        request = StartRequest(
            url=body.s3_url,
            email=body.email,
            step=body.pipeline_step.stage,
            quality=body.quality,
            title=body.title,
        )
        job = start_job(request, get_kit())
        status = Answered(job.end) if job.end else Answered.ACCEPTED
        return _accepted(JobAccepted(job_id=job.job_id, attempt=job.attempt, status=status))

    @app.post(
        "/jobs/<job_id>/replay", responses=REPLAY_RESPONSES, summary="Replay a job", tags=["jobs"]
    )
    def replay(job_id: JobId, body: Annotated[ReplayJob, Body()]) -> Response[JobAccepted]:
        attempt = replay_job(job_id, body.start_at.stage, body.quality, get_kit())
        return _accepted(JobAccepted(job_id=job_id, attempt=attempt))

    @app.post(
        "/jobs/<job_id>/cancel", responses=CANCEL_RESPONSES, summary="Cancel a job", tags=["jobs"]
    )
    def cancel(job_id: JobId) -> Response[JobAccepted]:
        attempt = cancel_job(job_id, get_kit())
        return _accepted(JobAccepted(job_id=job_id, attempt=attempt, status=Answered.CANCELLING))

    _refuse_in_words(app)
    return app


def _accepted(body: JobAccepted) -> Response[JobAccepted]:
    return Response(HTTPStatus.ACCEPTED.value, JSON, body)


def _refuse_in_words(app: APIGatewayHttpResolver) -> None:
    def on_problem(problem: Problem) -> Response[str]:
        return answer(problem)

    def on_invalid(error: RequestValidationError) -> Response[str]:
        path = app.current_event.path
        known = next((FIELDS[end] for end in FIELDS if path.endswith(end)), ())
        return answer(validation_problem(error.errors(), known))

    def on_busy(error: Retryable) -> Response[str]:
        logger.warning("busy", extra={"reason": str(error)})
        detail = "Spaceport is busy. Send the same request again in a minute."
        return answer(Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail))

    def on_unknown(_error: Exception) -> Response[str]:
        event = app.current_event
        detail = f"There is no {event.http_method} {event.path}. See docs/openapi.json."
        return answer(Problem(HTTPStatus.NOT_FOUND, detail))

    app.exception_handler(Problem)(on_problem)
    app.exception_handler(RequestValidationError)(on_invalid)
    app.exception_handler(Retryable)(on_busy)
    app.not_found(on_unknown)


def respond(event: dict[str, Any], context: Any, app: APIGatewayHttpResolver) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload 2.0)."""
    try:
        readable = _as_json_request(event)
        with ONE_AT_A_TIME:
            return app.resolve(readable, context)
    except Problem as problem:
        return lambda_answer(problem)
    except Exception:
        logger.exception("request failed")
        detail = "Spaceport could not answer because of an error of its own. Try again."
        return lambda_answer(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))


def _as_json_request(event: dict[str, Any]) -> dict[str, Any]:
    """The same request with a decoded JSON body, whatever type the client declared.

    curl -d says that its body is a form; and a list with one object would pass as that object.
    """
    if not str(event.get("rawPath", "")).endswith(tuple(FIELDS)):
        return event
    body = event.get("body") or ""
    try:
        text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
        document = json.loads(text)
    except (ValueError, binascii.Error) as error:
        raise _bad_body() from error
    if not isinstance(document, dict):
        raise _bad_body()
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    headers["content-type"] = JSON
    return {**event, "headers": headers, "body": text, "isBase64Encoded": False}


def _bad_body() -> Problem:
    detail = "The request's body is not a JSON object. See docs/openapi.json for examples."
    return Problem(HTTPStatus.BAD_REQUEST, detail)


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of ingest's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    schema = make_api(no_kit).get_openapi_json_schema(title="Spaceport", version="1.0.0")
    document: dict[str, Any] = json.loads(schema)
    return document
