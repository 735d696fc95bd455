"""Which job an upload is: an id that nobody can guess, remembered in the ledger."""

import hashlib

from spaceport_ingest.ports import Kit


def job_of(kit: Kit, *parts: str) -> str:
    """The id of the job that these parts are: the first caller's, for every later one.

    `parts` are the S3 URI, the object's ETag and whatever else makes a request another one.
    """
    upload = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return kit.platform.ledger.name_job(upload, kit.new_job_id())
