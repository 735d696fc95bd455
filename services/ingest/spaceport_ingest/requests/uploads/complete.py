"""POST /uploads/{id}/complete: everything is there, and a job is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spaceport_contracts.capture import RejectedPhoto
from spaceport_contracts.events import Stage
from spaceport_contracts.flight import PLAN_FILE, PlannedFlight
from spaceport_contracts.options import AS_THE_QUALITY_HAS_IT, JobOptions
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_contracts.webhook import JobWebhook
from spaceport_ingest.admission.begun import submission_of, whole_upload_job
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.start import StartedJob, check_plan, set_off
from spaceport_ingest.requests.uploads.find import Found, files_of, find_upload, look_for
from spaceport_ingest.requests.uploads.links import settled
from spaceport_ingest.requests.uploads.look import verdicts_of
from spaceport_ingest.requests.uploads.ready import (
    check_arrived,
    check_enough,
    check_step,
    is_alone,
)
from spaceport_ingest.requests.webhook import check_webhook, keep_webhook
from spaceport_ingest.submission import Submission
from spaceport_ingest.upload import Upload, UploadState, manifest_uri, photos_of

GOOD = PhotoVerdict(ok=True)


@dataclass(frozen=True)
class CompleteRequest:
    """What is wanted of the job; `flight` is a plan whose content came with the request."""

    email: str | None = None
    step: Stage = Stage.SFM
    quality: Quality | None = None
    options: JobOptions | None = None
    title: str = ""
    plan: str | None = None
    flight: PlannedFlight | None = None
    webhook: JobWebhook | None = None


def complete_upload(upload_id: str, request: CompleteRequest, kit: Kit) -> StartedJob:
    """The job, the same one however often it is asked for.

    Raises Problem: 404 no such upload, 409 files are missing or too few can be used, 422 a step
    that does not begin from them.
    """
    upload = find_upload(upload_id, kit)
    if upload.state is UploadState.COMPLETED:
        return set_off(upload.job_id, None, kit)
    there = look_for(upload, files_of(upload, kit), kit)
    check_step(request.step, there)
    request = _with_plan_kept(request, upload, kit)
    check_plan(request.plan, request.step, kit)
    check_webhook(request.webhook, kit)
    found = [settled(upload, each, kit) for each in there]
    check_arrived(found)
    verdicts = verdicts_of(upload, found, kit)
    check_enough(found, verdicts, kit)
    job_id = whole_upload_job(upload.upload_id, kit)
    keep_webhook(request.webhook, job_id, kit)
    uri = _what_begins_it(upload, request, found, verdicts, kit)
    submission = _submission(upload, request, uri, kit)
    started = set_off(job_id, submission, kit)
    kit.register.complete(upload.upload_id, job_id)
    return started


def _with_plan_kept(request: CompleteRequest, upload: Upload, kit: Kit) -> CompleteRequest:
    """A plan that came with the request lies beside the photos from now on, and goes with them."""
    if request.flight is None:
        return request
    uri = upload.prefix(kit.bucket) + PLAN_FILE
    kit.platform.store.write(uri, request.flight.model_dump_json().encode(), "application/json")
    return replace(request, plan=uri)


def _what_begins_it(
    upload: Upload,
    request: CompleteRequest,
    found: Sequence[Found],
    verdicts: Mapping[int, PhotoVerdict],
    kit: Kit,
) -> str:
    """A zip or a splat as it is; of photos a manifest is made, which starts the job by itself
    should this request die here."""
    prefix = upload.prefix(kit.bucket)
    if is_alone(found):
        return photos_of(prefix) + found[0].file.key
    body = _manifest(upload, request, found, verdicts).model_dump_json().encode()
    kit.platform.store.write(manifest_uri(prefix), body, "application/json")
    return manifest_uri(prefix)


def _submission(upload: Upload, request: CompleteRequest, uri: str, kit: Kit) -> Submission:
    stored = kit.platform.store.head(uri)
    wanted = {
        "start_at": request.step,
        "email": request.email,
        "quality": request.quality,
        "options": request.options,
        "title": request.title or upload.title or None,
        "plan": request.plan,
    }
    return submission_of(upload, uri, stored.etag if stored else "").model_copy(update=wanted)


def _manifest(
    upload: Upload,
    request: CompleteRequest,
    found: Sequence[Found],
    verdicts: Mapping[int, PhotoVerdict],
) -> UploadManifest:
    """What cannot be used is named with its reason."""
    judged = [(each.file, verdicts.get(each.file.number, GOOD)) for each in found]
    return UploadManifest(
        title=request.title or upload.title,
        email=request.email,
        quality=request.quality or Quality.STANDARD,
        options=request.options or AS_THE_QUALITY_HAS_IT,
        plan=request.plan or "",
        photos=tuple(
            UploadedPhoto(name=file.name, key=file.key, bytes=file.bytes, sha256=file.sha256)
            for file, verdict in judged
            if verdict.ok
        ),
        rejected=tuple(
            RejectedPhoto(name=file.name, reason=f"{verdict.reason} {verdict.remedy}")
            for file, verdict in judged
            if not verdict.ok
        ),
    )
