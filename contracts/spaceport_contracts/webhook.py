"""A webhook of one job: where its events are posted, besides the webhooks of its owner.

ingest leaves it in a file of its own, which notify reads when it posts; nobody else may read it.
The job's id says where, so that neither events nor ledgers know of it.
"""

import hashlib

from pydantic import Field

from spaceport_contracts.capture import Frozen

HOOKS_PREFIX = "hooks/"


class JobWebhook(Frozen):
    """Where to post, and the secret that signs what is posted."""

    url: str
    secret: str = Field(repr=False)

    @property
    def digest(self) -> str:
        """Tells one from another, and nothing of the secret."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def job_webhook_uri(job_id: str, bucket: str) -> str:
    """Where a job's webhook lies."""
    return f"s3://{bucket}/{HOOKS_PREFIX}{job_id}.json"
