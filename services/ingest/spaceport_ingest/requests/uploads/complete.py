"""POST /uploads/{id}/complete: everything is there, and a job is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_ingest.admission.begun import submission_of, whole_upload_job
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import count, some
from spaceport_ingest.requests.start import StartedJob, set_off
from spaceport_ingest.requests.uploads.find import (
    FileState,
    Found,
    files_of,
    find_upload,
    look_for,
)
from spaceport_ingest.requests.uploads.links import settled
from spaceport_ingest.submission import Submission
from spaceport_ingest.upload import Upload, UploadState, manifest_uri, photos_of
from spaceport_runtime.http.problems import FieldError, Problem

MOST_TOLD = 1000


@dataclass(frozen=True)
class CompleteRequest:
    """What is wanted of the job."""

    email: str
    step: Stage = Stage.SFM
    quality: Quality | None = None
    title: str = ""


def complete_upload(upload_id: str, request: CompleteRequest, kit: Kit) -> StartedJob:
    """The job, the same one however often it is asked for.

    Raises Problem: 404 no such upload, 409 files are missing.
    """
    upload = find_upload(upload_id, kit)
    if upload.state is UploadState.COMPLETED:
        return set_off(upload.job_id, None, kit)
    found = [settled(upload, each, kit) for each in look_for(upload, files_of(upload, kit), kit)]
    _check_arrived(found)
    submission = _submission(upload, request, found, kit)
    job_id = whole_upload_job(upload.upload_id, kit)
    started = set_off(job_id, submission, kit)
    kit.register.complete(upload.upload_id, job_id)
    return started


def _check_arrived(found: Sequence[Found]) -> None:
    missing = [each for each in found if each.state is not FileState.ARRIVED]
    if not missing:
        return
    names = [each.file.name for each in missing]
    remedy = "Send what is missing, which GET /uploads/{id} lists, then complete it."
    errors = tuple(
        FieldError(
            field=f"files.{each.file.number - 1}",
            message=f"{each.file.name[:200]} has not arrived.",
            remedy="Ask for its links again and send it.",
        )
        for each in missing[:MOST_TOLD]
    )
    raise Problem(
        HTTPStatus.CONFLICT,
        f"{count(len(missing), 'file')} of {len(found)} did not arrive: {some(names)}. {remedy}",
        errors,
    )


def _submission(
    upload: Upload, request: CompleteRequest, found: Sequence[Found], kit: Kit
) -> Submission:
    """One zip or one splat as it is; of photos a manifest is made, which starts the job by itself
    should this request die here."""
    prefix = upload.prefix(kit.bucket)
    first = found[0].file
    if len(found) == 1 and first.key.lower().endswith((".zip", ".ply")):
        uri = photos_of(prefix) + first.key
    else:
        uri = manifest_uri(prefix)
        body = _manifest(upload, request, found).model_dump_json().encode()
        kit.platform.store.write(uri, body, "application/json")
    stored = kit.platform.store.head(uri)
    return submission_of(upload, uri, stored.etag if stored else "").model_copy(
        update={
            "start_at": request.step,
            "email": request.email,
            "quality": request.quality,
            "title": request.title or upload.title or None,
        }
    )


def _manifest(upload: Upload, request: CompleteRequest, found: Sequence[Found]) -> UploadManifest:
    files = [each.file for each in found]
    return UploadManifest(
        title=request.title or upload.title,
        email=request.email,
        quality=request.quality or Quality.STANDARD,
        photos=tuple(
            UploadedPhoto(name=file.name, key=file.key, bytes=file.bytes, sha256=file.sha256)
            for file in files
        ),
    )
