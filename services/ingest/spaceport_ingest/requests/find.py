"""POST /find-job: which job an upload is, for whoever knows its address and its ETag."""

from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.admission.uploads import starts_a_job
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.locate import names_of, nothing_at


def find_job(url: str, etag: str, kit: Kit) -> str:
    """The job's id, which is settled by the first who asks: S3's event or this.

    Raises Problem: 400 address, 403 bucket, 404 no such upload, or another ETag.
    """
    names = names_of(url, kit)
    for uri in (f"s3://{kit.bucket}/{name}" for name in names):
        stored = kit.platform.store.head(uri) if starts_a_job(uri, kit.bucket) else None
        if stored is not None and stored.etag == etag.strip('"'):
            return job_of(kit, uri, stored.etag, asked_at=stored.modified_at)
    raise nothing_at(names[-1], kit)
