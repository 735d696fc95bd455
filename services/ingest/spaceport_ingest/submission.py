"""What ingest was asked to do, as the ledger keeps it: the causes of its runs."""

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.capture import Frozen
from spaceport_contracts.estimate import Estimate
from spaceport_contracts.events import Batch, Stage
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality
from spaceport_contracts.uploads import upload_cause

TITLE_MAX_CHARACTERS = 200


class Submission(Frozen):
    """An upload or a request to start a job; the cause of attempt 1.

    `uri` is the object (manifest, zip, .ply) or the prefix (ends with `/`) to begin from. What is
    None was not asked for: then the upload itself may say it. `owner` is whoever asked.
    """

    uri: str
    etag: str
    start_at: Stage = Stage.SFM
    email: str | None = None
    quality: Quality | None = None
    options: JobOptions | None = None
    title: str | None = None
    owner: str = ""
    batch: Batch | None = None
    plan: str | None = None

    @property
    def cause_id(self) -> str:
        """Stands for the upload in the causation chain."""
        return upload_cause(self.uri, self.etag)


class Deletion(Frozen):
    """A request to delete a job, with what is needed for it; the cause of the deletion's run."""

    owner: str
    uri: str
    cause_id: str
    batch: Batch | None = None


class Replay(Frozen):
    """A request to run a job again from a stage, with all that it takes; the cause of a later
    attempt."""

    start_at: Stage
    quality: Quality
    options: JobOptions = JobOptions()
    inputs: ArtifactSet
    email: str | None
    title: str
    photos: int
    cause_id: str
    estimate: Estimate | None = None
    plan: Artifact | None = None
