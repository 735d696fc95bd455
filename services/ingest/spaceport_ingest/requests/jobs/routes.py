"""The routes of jobs: start, find, replay, cancel."""

from http import HTTPStatus
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path

from spaceport_ingest.ports import GetKit
from spaceport_ingest.requests.bodies import (
    Answered,
    FindJob,
    JobAccepted,
    JobFound,
    ReplayJob,
    StartJob,
)
from spaceport_ingest.requests.jobs.cancel import cancel_job
from spaceport_ingest.requests.jobs.delete import delete_job
from spaceport_ingest.requests.jobs.find import find_job
from spaceport_ingest.requests.jobs.replay import replay_job
from spaceport_ingest.requests.jobs.start import StartedJob, StartRequest, start_job
from spaceport_ingest.requests.options import Choices, choices
from spaceport_runtime.http.body import JSON
from spaceport_runtime.http.problems import responses
from spaceport_runtime.http.shell import HttpApi

JobId = Annotated[str, Path(description="as POST /start-job answered it")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="the same request under the same key is answered the same",
    ),
]
ACCEPTED: dict[int, Any] = {
    202: {"description": "Accepted", "content": {JSON: {"model": JobAccepted}}}
}
START_RESPONSES = responses(
    {
        400: "Not a JSON object, or not an address that this step can begin from",
        403: "Not our bucket, or not what the caller may name",
        404: "Nothing at that address",
        415: "Not JSON",
        422: "A field is missing, unknown or has a value that is not allowed",
    },
    ACCEPTED,
)
FOUND: dict[int, Any] = {200: {"description": "Found", "content": {JSON: {"model": JobFound}}}}
FIND_RESPONSES = responses(
    {
        400: "Not a JSON object, or not an address",
        403: "Not our bucket",
        404: "No such upload, or it has another ETag by now",
        415: "Not JSON",
        422: "A field is missing, unknown or has a value that is not allowed",
    },
    FOUND,
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


DELETE_RESPONSES = responses(
    {404: "No such job, or deleted already", 415: "Not JSON", 422: "Not a job id"}, ACCEPTED
)


CHOICES: dict[int, Any] = {
    200: {"description": "All of them", "content": {JSON: {"model": Choices}}}
}


def add_jobs(app: HttpApi, get_kit: GetKit) -> None:
    """Their part of the router."""

    @app.post("/start-job", responses=START_RESPONSES, summary="Start a job", tags=["jobs"])
    def start(
        body: Annotated[StartJob, Body()], key: IdempotencyKey = None
    ) -> Response[JobAccepted]:
        request = StartRequest(
            url=body.s3_url,
            email=body.email,
            step=body.pipeline_step.stage,
            quality=body.quality,
            options=body.options.plain() if body.options else None,
            title=body.title,
            plan=body.plan,
            webhook=body.webhook.plain() if body.webhook else None,
            key=key or "",
        )
        return accepted(start_job(request, get_kit()))

    @app.get("/options", responses=CHOICES, summary="What may be chosen", tags=["jobs"])
    def options() -> Response[Choices]:
        return Response(HTTPStatus.OK.value, JSON, choices())

    @app.post("/find-job", responses=FIND_RESPONSES, summary="Find an upload's job", tags=["jobs"])
    def find(body: Annotated[FindJob, Body()]) -> Response[JobFound]:
        found = JobFound(job_id=find_job(body.s3_url, body.etag, get_kit()))
        return Response(HTTPStatus.OK.value, JSON, found)

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

    @app.delete(
        "/jobs/<job_id>", responses=DELETE_RESPONSES, summary="Delete all of a job", tags=["jobs"]
    )
    def delete(job_id: JobId) -> Response[JobAccepted]:
        """Stops it where it runs. Its files, its status and its upload are gone a little later."""
        attempt = delete_job(job_id, get_kit())
        return _accepted(JobAccepted(job_id=job_id, attempt=attempt, status=Answered.DELETING))


def accepted(job: StartedJob) -> Response[JobAccepted]:
    """202 with the job, and how it ended when the same was asked before."""
    status = Answered(job.end) if job.end else Answered.ACCEPTED
    return _accepted(JobAccepted(job_id=job.job_id, attempt=job.attempt, status=status))


def _accepted(body: JobAccepted) -> Response[JobAccepted]:
    return Response(HTTPStatus.ACCEPTED.value, JSON, body)
