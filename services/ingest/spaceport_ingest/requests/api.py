"""Ingest's part of the HTTP API: what may be asked, in which form, and who answers it."""

from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.address import EmailAddress
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.cancel import cancel_job
from spaceport_ingest.requests.problems import REMEDIES
from spaceport_ingest.requests.replay import replay_job
from spaceport_ingest.requests.start import StartRequest, start_job
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import responses
from spaceport_runtime.http.shell import HttpApi


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
ACCEPTED: dict[int, Any] = {
    202: {"description": "Accepted", "content": {JSON: {"model": JobAccepted}}}
}


START_RESPONSES = responses(
    {
        400: "Not a JSON object, or not an address that this step can begin from",
        403: "Not our bucket",
        404: "Nothing at that address",
        415: "Not JSON",
        422: "A field is missing, unknown or has a value that is not allowed",
    },
    ACCEPTED,
)
REPLAY_RESPONSES = responses(
    {
        400: "Not a JSON object",
        404: "No such job",
        409: "Still running, or nothing stored to begin from",
        415: "Not JSON",
        422: "A field is missing, unknown or has a value that is not allowed",
    },
    ACCEPTED,
)
CANCEL_RESPONSES = responses(
    {
        404: "No such job",
        409: "Ended already",
        415: "Not JSON",
        422: "Not a job id",
    },
    ACCEPTED,
)


def make_api(get_kit: Callable[[], Kit]) -> HttpApi:
    """The router; `get_kit` is called per request, so that importing this makes no clients."""
    app = HttpApi(REMEDIES)

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

    return app


def _accepted(body: JobAccepted) -> Response[JobAccepted]:
    return Response(HTTPStatus.ACCEPTED.value, JSON, body)


def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 description of ingest's routes."""

    def no_kit() -> Kit:
        raise RuntimeError("a description answers no requests")

    return make_api(no_kit).describe()
