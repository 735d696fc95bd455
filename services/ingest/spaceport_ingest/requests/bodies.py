"""The bodies of ingest's requests and answers; from them docs/openapi.json is written."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from spaceport_contracts.address import EmailAddress
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_contracts.webhook import JobWebhook
from spaceport_ingest.requests.options import WantedOptions
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS
from spaceport_runtime.http.outward import MAX_CHARACTERS


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


class WantedWebhook(Request):
    """Post this job's events to an address, signed as docs/webhooks.md says."""

    url: str = Field(min_length=1, max_length=MAX_CHARACTERS, examples=["https://example.org/hook"])
    secret: str = Field(
        min_length=16,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="signs what is posted; kept apart from the job and never shown again",
        json_schema_extra={"writeOnly": True},
    )

    def plain(self) -> JobWebhook:
        """As it is kept."""
        return JobWebhook(url=self.url, secret=self.secret)


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
    options: WantedOptions | None = None
    title: str | None = Field(default=None, max_length=TITLE_MAX_CHARACTERS)
    plan: str | None = Field(
        default=None,
        min_length=1,
        max_length=1024,
        description="the plan that the photos were flown by: its planId, or the S3 address of its "
        "plan.json; the report then shows planned against flown",
        examples=["0123456789abcdef0123"],
    )
    webhook: WantedWebhook | None = Field(default=None, description="of this job alone")


class FindJob(Request):
    """Which job an upload is that started by itself."""

    s3_url: str = Field(
        alias="s3Url",
        min_length=1,
        max_length=2048,
        description="the zip or the manifest.json below uploads/",
        examples=["s3://spaceport/uploads/beach.zip"],
    )
    etag: str = Field(
        min_length=1, max_length=128, description="as S3 answered it when the object was put"
    )


class ReplayJob(Request):
    """Run a job again from a step."""

    start_at: Step = Field(alias="from")
    quality: Quality | None = Field(default=None, description="as before, unless said")


class Answered(StrEnum):
    """How the job stands."""

    ACCEPTED = "accepted"
    CANCELLING = "cancelling"
    DELETING = "deleting"
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


class JobFound(BaseModel):
    """The job that the upload is; GET /jobs/{jobId} says how far it is."""

    job_id: str = Field(serialization_alias="jobId")
