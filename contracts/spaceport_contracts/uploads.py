"""How photos arrive: below `uploads/`, as a folder with a manifest or as one zip.

- folder: `uploads/<any>/photos/<key>` for every photo, then `uploads/<any>/manifest.json` last:
  the manifest is what starts the job.
- zip: `uploads/<any>.zip`; e-mail, quality, title and flight plan as object metadata (`email`,
  `quality`, `title`, `plan`), all optional.
"""

from pydantic import Field

from spaceport_contracts.capture import Frozen, RejectedPhoto
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality

UPLOADS_PREFIX = "uploads/"
PHOTOS_FOLDER = "photos/"
MANIFEST_NAME = "manifest.json"
UPLOAD_CAUSE = "upload:"


class UploadedPhoto(Frozen):
    """One file of an upload."""

    name: str = Field(description="The name that the user knows, with its folders")
    key: str = Field(pattern=r"^[A-Za-z0-9._/-]+$", description="below the photos folder")
    bytes: int = Field(ge=0)
    sha256: str


class UploadManifest(Frozen):
    """What an upload consists of, and what is wanted of it."""

    title: str = Field(default="", max_length=200)
    email: str | None = None
    quality: Quality = Quality.STANDARD
    options: JobOptions = JobOptions()
    photos: tuple[UploadedPhoto, ...]
    plan: str = Field(default="", max_length=1024, description="id, key or address of the plan")
    rejected: tuple[RejectedPhoto, ...] = Field(
        default=(), description="what was judged unusable when it arrived"
    )


def upload_cause(uri: str, etag: str) -> str:
    """What stands for an upload as the cause (`causation_id`) of its job's first event."""
    return f"{UPLOAD_CAUSE}{uri}#{etag}"


def uploaded_uri(cause: str) -> str:
    """The address that an `upload_cause` names; empty for another cause."""
    if not cause.startswith(UPLOAD_CAUSE):
        return ""
    return cause.removeprefix(UPLOAD_CAUSE).rpartition("#")[0]
