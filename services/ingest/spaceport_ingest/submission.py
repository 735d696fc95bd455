"""What ingest was asked to do, as the ledger keeps it: the causes of its runs."""

import re

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.capture import Frozen
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality

# The pattern of HTML's <input type=email>, with at least one dot after the @.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL_PATTERN = rf"^[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"
EMAIL_MAX_CHARACTERS = 254
TITLE_MAX_CHARACTERS = 200


class Submission(Frozen):
    """An upload or a request to start a job; the cause of attempt 1.

    `uri` is the object (manifest, zip, .ply) or the prefix (ends with `/`) to begin from. What is
    None was not asked for: then the upload itself may say it.
    """

    uri: str
    etag: str
    start_at: Stage = Stage.SFM
    email: str | None = None
    quality: Quality | None = None
    title: str | None = None

    @property
    def cause_id(self) -> str:
        """Stands for the upload in the causation chain."""
        return f"upload:{self.uri}#{self.etag}"


class Replay(Frozen):
    """A request to run a job again from a stage, with all that it takes; the cause of a later
    attempt."""

    start_at: Stage
    quality: Quality
    inputs: ArtifactSet
    email: str | None
    title: str
    photos: int
    cause_id: str


def is_email(address: str) -> bool:
    """Whether mail could be sent there, as far as its form tells."""
    return len(address) <= EMAIL_MAX_CHARACTERS and bool(re.match(EMAIL_PATTERN, address))
