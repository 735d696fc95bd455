"""Which job an upload is: an id that nobody can guess, remembered in the ledger."""

from spaceport_ingest.ports import Kit


def job_of(kit: Kit, *parts: str) -> str:
    """The id of the job that these parts are: the first caller's, for every later one.

    `parts` are the S3 URI, the object's ETag and whatever else makes a request another one.
    """
    return kit.platform.ledger.name_job("\n".join(parts), kit.new_job_id())
