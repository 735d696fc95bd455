"""Which job an upload is: an id that nobody can guess, remembered in the ledger."""

from datetime import datetime

from spaceport_ingest.ports import Kit


def job_of(kit: Kit, *parts: str, asked_at: datetime | None = None) -> str:
    """The id of the job that these parts are: the first caller's, for every later one.

    `parts` are the S3 URI, the object's ETag and whatever else makes a request another one. Who
    asks (`asked_at`, or now) after the job was deleted gets a new one; an old message does not.
    """
    since = asked_at or kit.platform.clock()
    return kit.platform.ledger.name_job("\n".join(parts), kit.new_job_id(), since.isoformat())
