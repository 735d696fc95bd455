"""Handle S3's `Object Created`: an upload is complete and wants to become a job."""

from typing import Any
from urllib.parse import unquote, unquote_plus

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.uploads import MANIFEST_NAME, UPLOADS_PREFIX
from spaceport_ingest.admission.begun import on_arrival
from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.admission.runs import admit, ingest_run, work
from spaceport_ingest.ports import Kit
from spaceport_ingest.submission import Submission
from spaceport_ingest.upload import upload_of
from spaceport_runtime.errors import Poison
from spaceport_runtime.observe import logger
from spaceport_runtime.ports import StoredObject


def on_upload(detail: dict[str, Any], kit: Kit) -> None:
    """Turn the object that the event names into a job, once however often the event comes."""
    bucket, key = _names(detail)
    found = _find(bucket, key, kit)
    if found is None:
        logger.info("upload is gone", extra={"bucket": bucket, "key": key})
        return
    uri, stored = found
    upload_id = upload_of(split_uri(uri)[1])
    if upload_id:
        on_arrival(upload_id, uri, stored, kit)
        return
    if not starts_a_job(uri, kit.bucket):
        logger.info("upload is no capture", extra={"uri": uri})
        return
    run = ingest_run(job_of(kit, uri, stored.etag, asked_at=stored.modified_at))
    admit(run, Submission(uri=uri, etag=stored.etag, owner=kit.uploads_owner), kit)
    work(run, kit)


def starts_a_job(uri: str, bucket: str) -> bool:
    """Whether an object starts a job by appearing: a manifest or a zip below `uploads/`."""
    if not uri.startswith(f"s3://{bucket}/{UPLOADS_PREFIX}"):
        return False
    return uri.endswith("/" + MANIFEST_NAME) or uri.lower().endswith(".zip")


def _names(detail: dict[str, Any]) -> tuple[str, str]:
    try:
        bucket, key = detail["bucket"]["name"], detail["object"]["key"]
    except (KeyError, TypeError) as error:
        raise Poison(f"not an Object Created event: no {error}") from error
    if not isinstance(bucket, str) or not isinstance(key, str) or not key:
        raise Poison("not an Object Created event: bucket and key are no names")
    return bucket, key


def _find(bucket: str, key: str, kit: Kit) -> tuple[str, StoredObject] | None:
    """The object as it is now. AWS sends keys as they are; some emulators quote them."""
    if bucket != kit.bucket:
        raise Poison(f"an upload to {bucket}, which is not our bucket")
    for name in dict.fromkeys((key, unquote(key), unquote_plus(key))):
        uri = f"s3://{bucket}/{name}"
        stored = kit.platform.store.head(uri)
        if stored is not None:
            return uri, stored
    return None
