"""The route of batches."""

from http import HTTPStatus
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spaceport_contracts.address import EmailAddress
from spaceport_contracts.results import Quality
from spaceport_ingest.ports import GetKit
from spaceport_ingest.requests.bodies import Request
from spaceport_ingest.requests.jobs.batch import BatchRequest, start_batch
from spaceport_ingest.requests.options import WantedOptions
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import FieldError, responses
from spaceport_runtime.http.shell import HttpApi

MOST_CAPTURES = 100


class BatchCapture(Request):
    """One capture: where its photos lie, and its name."""

    s3_url: str = Field(
        alias="s3Url",
        min_length=1,
        max_length=2048,
        description="a zip, a manifest.json or a folder of photos",
        examples=["s3://spaceport/captures/beach.zip"],
    )
    title: str | None = Field(default=None, max_length=TITLE_MAX_CHARACTERS)


class StartBatch(Request):
    """Turn many captures into splats."""

    email: EmailAddress = Field(
        examples=["ada@example.org"], description="gets one mail when all have ended"
    )
    title: str = Field(default="", max_length=TITLE_MAX_CHARACTERS)
    quality: Quality | None = Field(default=None, description="standard, unless an upload says")
    options: WantedOptions | None = Field(default=None, description="for all of them")
    captures: list[BatchCapture] = Field(min_length=1, max_length=MOST_CAPTURES)


class BatchedJob(BaseModel):
    """A job of the batch."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    job_id: str
    s3_url: str
    title: str | None


class BatchAccepted(BaseModel):
    """GET /batches/{batchId} says how far all are; `refused` were not started."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    batch_id: str
    jobs: list[BatchedJob]
    refused: list[FieldError]


BATCH_RESPONSES = responses(
    {
        400: "Not a JSON object",
        415: "Not JSON",
        422: "A field is wrong, or none of the captures can be started",
    },
    {202: {"description": "Accepted", "content": {JSON: {"model": BatchAccepted}}}},
)


def add_batches(app: HttpApi, get_kit: GetKit) -> None:
    """Register the route."""

    @app.post("/batches", responses=BATCH_RESPONSES, summary="Start many jobs", tags=["jobs"])
    def post_batch(body: Annotated[StartBatch, Body()]) -> Response[BatchAccepted]:
        """One job for each capture, one mail about all of them."""
        captures = [(each.s3_url, each.title) for each in body.captures]
        request = BatchRequest(
            email=body.email,
            captures=captures,
            title=body.title,
            quality=body.quality,
            options=body.options.plain() if body.options else None,
        )
        started = start_batch(request, get_kit())
        answer = BatchAccepted(
            batch_id=started.batch_id,
            jobs=[
                BatchedJob(job_id=job.job_id, s3_url=job.url, title=job.title)
                for job in started.jobs
            ],
            refused=list(started.refused),
        )
        return Response(HTTPStatus.ACCEPTED.value, JSON, answer)
