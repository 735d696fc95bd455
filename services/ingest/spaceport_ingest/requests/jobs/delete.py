"""DELETE /jobs/{id}: the job and everything of it goes."""

from spaceport_ingest.admission.deletion import begin_deletion
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.jobs.standing import published_by, standing_of
from spaceport_ingest.submission import Deletion


def delete_job(job_id: str, kit: Kit) -> int:
    """Begin it, and return the current attempt; a job that runs is stopped first.

    Raises Problem 404 for an unknown job, and for one that was deleted.
    """
    standing = standing_of(job_id, kit)
    cause = published_by(job_id, standing.attempt, kit) or published_by(job_id, 1, kit)
    deletion = Deletion(
        owner=standing.record.owner,
        uri=standing.record.uri,
        cause_id=cause.event_id if cause else standing.record.cause_id,
        batch=standing.record.batch,
    )
    begin_deletion(job_id, deletion, kit)
    return standing.attempt
