"""The bodies of the requests about uploads, and of their answers."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spaceport_contracts.address import EmailAddress
from spaceport_contracts.flight import PlannedFlight
from spaceport_contracts.results import Quality
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.requests.bodies import Request, Step, WantedWebhook
from spaceport_ingest.requests.options import WantedOptions
from spaceport_ingest.requests.uploads.begin import LINKS_AT_ONCE
from spaceport_ingest.requests.uploads.find import FileState
from spaceport_ingest.submission import TITLE_MAX_CHARACTERS
from spaceport_ingest.upload import PART_BYTES, UploadState

MAX_FILES = 10_000
MAX_PARTS = 10_000  # S3's limit
PlanName = Annotated[str, Field(min_length=1, max_length=1024)]
Name = Annotated[str, Field(min_length=1, max_length=1024)]


class Answer(BaseModel):
    """Names in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class AnnouncedFile(Request):
    """A file that is to come."""

    name: Name = Field(
        description="its path below the folder that is uploaded", examples=["DCIM/DJI_0001.JPG"]
    )
    size_bytes: int = Field(
        alias="sizeBytes", ge=0, le=1 << 50, description="its exact size", examples=[8_388_608]
    )
    content_type: str = Field(
        default="", alias="contentType", max_length=100, description="else by the name's ending"
    )
    sha256: str = Field(
        default="",
        pattern=r"^([0-9a-f]{64})?$",
        description="in hexadecimal; S3 then refuses a file that arrives as another one",
    )


class BeginUpload(Request):
    """Announce the files of a capture: photos, or one zip, or one .ply."""

    title: str = Field(default="", max_length=TITLE_MAX_CHARACTERS)
    files: list[AnnouncedFile] = Field(
        min_length=1, max_length=MAX_FILES, description="each with its name and its sizeBytes"
    )


class UploadedFile(Answer):
    """A file's key, and how many parts of `partBytes` it has when it is sent in parts."""

    name: str
    key: str
    size_bytes: int
    parts: int


class SignedAddress(Answer):
    """PUT the file or the part to `url`, with exactly these headers; the size is bound too."""

    name: str
    part: int | None
    url: str
    headers: dict[str, str]


class UploadBegun(Answer):
    """Where everything goes. `links` are for the first files, each in one piece."""

    upload_id: str
    s3_url: str = Field(alias="s3Url")
    expires_at: datetime
    part_bytes: int = PART_BYTES
    files: list[UploadedFile]
    links: list[SignedAddress]


class LinkWanted(Request):
    """A file by its name, in one piece or in parts."""

    name: Name
    parts: list[Annotated[int, Field(ge=1, le=MAX_PARTS)]] | None = Field(
        default=None,
        max_length=LINKS_AT_ONCE,
        description="numbers from 1; without them the link is for the whole file",
    )


class WantLinks(Request):
    """At most 50 links at once, a part counting as one."""

    files: list[LinkWanted] = Field(
        min_length=1, max_length=LINKS_AT_ONCE, description="each with its name, and its parts"
    )


class LinksMade(Answer):
    """Each is good for an hour; ask again for another."""

    links: list[SignedAddress]


class PutTogether(Request):
    """Files of which every part was sent; completing the upload does it for all that are left."""

    files: list[Name] = Field(
        min_length=1, max_length=LINKS_AT_ONCE, description="the names of files"
    )


class FileStanding(Answer):
    """A file as it stands; `verdict` comes some seconds after it has arrived."""

    name: str
    size_bytes: int
    state: FileState
    parts_arrived: list[int]
    verdict: PhotoVerdict | None = None


class FilesStanding(Answer):
    """The named files as they stand."""

    files: list[FileStanding]


class UploadSummary(Answer):
    """Over all files: what can be used, what cannot, what to photograph again."""

    usable: int
    refused: int
    advice: list[str]


class UploadStanding(Answer):
    """An upload as it stands; `after` is where the next page begins, null on the last one."""

    upload_id: str
    title: str
    state: UploadState
    job_id: str | None = Field(description="once it is complete")
    expires_at: datetime
    part_bytes: int = PART_BYTES
    files: list[FileStanding]
    arrived: int
    total: int
    summary: UploadSummary
    after: int | None


class CompleteUpload(Request):
    """Everything has been sent: make a job of it."""

    email: EmailAddress | None = Field(
        default=None,
        examples=["ada@example.org"],
        description="whom to write to; nobody, unless said",
    )
    quality: Quality | None = Field(default=None, description="standard, unless said")
    options: WantedOptions | None = None
    pipeline_step: Step = Field(default=Step.SFM, alias="pipelineStep")
    title: str = Field(default="", max_length=TITLE_MAX_CHARACTERS)
    plan: PlanName | PlannedFlight | None = Field(
        default=None,
        description="the plan that was flown: its planId, the address of its plan.json, or that "
        "file's content",
    )
    webhook: WantedWebhook | None = Field(default=None, description="of this job alone")
