"""POST /find-job: which job an upload is, for whoever knows its address and its ETag."""

from spaceport_ingest.admission.identity import job_of
from spaceport_ingest.admission.uploads import starts_a_job
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.locate import names_of, nothing_at
from spaceport_ingest.submission import Submission
from spaceport_runtime.http.caller import caller


def find_job(url: str, etag: str, kit: Kit) -> str:
    """The job's id, which is settled by the first who asks: S3's event or this.

    Raises Problem: 400 address, 403 bucket, 404 no such upload, another ETag, another's job.
    """
    names = names_of(url, kit)
    for uri in (f"s3://{kit.bucket}/{name}" for name in names):
        stored = kit.platform.store.head(uri) if starts_a_job(uri, kit.bucket) else None
        if stored is not None and stored.etag == etag.strip('"'):
            job_id = job_of(kit, uri, stored.etag, asked_at=stored.modified_at)
            if caller().owns(_owner_of(job_id, kit)):
                return job_id
    raise nothing_at(names[-1], kit)


def _owner_of(job_id: str, kit: Kit) -> str:
    """Whose job it is, or will be when S3's event comes."""
    known = kit.platform.ledger.job_record(job_id)
    return Submission.model_validate_json(known[0]).owner if known else kit.uploads_owner
