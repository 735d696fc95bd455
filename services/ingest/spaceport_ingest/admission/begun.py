"""Uploads that were begun through the API: which job one is, and how one ends that is no job."""

from datetime import datetime, timedelta

from spaceport_contracts.artifacts import split_uri
from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.admission.runs import admit, ingest_run, work
from spaceport_ingest.inspect.verdicts.known import Arrived, look_at
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.submission import Submission
from spaceport_ingest.upload import (
    Upload,
    UploadState,
    files_uri,
    from_list,
    manifest_uri,
    photo_of,
    photos_of,
    upload_prefix,
)
from spaceport_runtime.observe import logger
from spaceport_runtime.ports import StoredObject


def whole_upload_job(upload_id: str, kit: Kit, asked_at: datetime | None = None) -> str:
    """One upload is one job, whatever S3 calls its manifest's content."""
    return job_of(kit, "upload", upload_id, asked_at=asked_at)


def submission_of(upload: Upload, uri: str, etag: str) -> Submission:
    """What is asked for by the upload's own word."""
    return Submission(uri=uri, etag=etag, owner=upload.owner)


def on_arrival(upload_id: str, uri: str, stored: StoredObject, kit: Kit) -> None:
    """Something appeared below an upload: its manifest is the job; nothing else starts one."""
    upload = kit.register.find(upload_id)
    if upload is None:
        logger.info("a file of no upload", extra={"uri": uri})
        return
    photo = photo_of(split_uri(uri)[1])
    if photo is not None:
        look_at(Arrived(*photo, Listed(uri, stored.bytes, stored.etag)), kit)
    elif uri == manifest_uri(upload.prefix(kit.bucket)):
        run = ingest_run(whole_upload_job(upload_id, kit, stored.modified_at))
        admit(run, submission_of(upload, uri, stored.etag), kit)
        work(run, kit)


def sweep_uploads(kit: Kit) -> None:
    """Drop what was begun long ago and never completed."""
    latest = kit.platform.clock() - timedelta(seconds=kit.limits.upload_kept_s)
    for upload_id, created_at in kit.register.begun_before(latest):
        upload = kit.register.find(upload_id)
        if upload is None or upload.state is UploadState.OPEN:
            drop(upload_id, created_at, kit)
        else:
            kit.register.complete(upload_id, upload.job_id)


def drop(upload_id: str, created_at: datetime, kit: Kit) -> None:
    """Everything goes; the record last, so that a crash leaves something to begin from again."""
    prefix = upload_prefix(kit.bucket, upload_id)
    folder, ids = photos_of(prefix), kit.register.parts_ids(upload_id)
    files = from_list(kit.platform.store.read(files_uri(prefix))) if ids else ()
    for file in files:
        if file.number in ids:
            kit.deposits.abort_parts(folder + file.key, ids[file.number])
    kit.deposits.delete([item.uri for item in kit.objects.under(prefix)])
    kit.register.forget(upload_id, created_at)
