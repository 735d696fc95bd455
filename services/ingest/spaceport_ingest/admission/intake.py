"""What an upload is: a manifest, a zip, a folder of photos, a scene or a splat."""

from typing import Protocol

from spaceport_contracts.events import Stage
from spaceport_contracts.uploads import MANIFEST_NAME
from spaceport_ingest.inspect.archives.upload import ZipUpload
from spaceport_ingest.inspect.folders.folder import FolderUpload
from spaceport_ingest.inspect.folders.manifest import ManifestUpload
from spaceport_ingest.inspect.splats.scene import SceneUpload
from spaceport_ingest.inspect.splats.splat import SplatUpload
from spaceport_ingest.inspect.wishes import Inputs, Wishes
from spaceport_ingest.ports import Kit
from spaceport_ingest.rejection import CaptureRefused
from spaceport_ingest.submission import Submission


class Intake(Protocol):
    """One kind of upload."""

    @property
    def wishes(self) -> Wishes:
        """What is wanted of it, as far as it can be read."""

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Check all of it and make the first stage's inputs; raises UserError."""


def recognise(submission: Submission, kit: Kit) -> Intake:
    """The kind of upload that a submission points to; raises UserError for none that we know."""
    if submission.start_at is Stage.TRAIN:
        return SceneUpload(submission)
    if submission.start_at is Stage.COMPRESS:
        return SplatUpload(submission)
    if submission.uri.endswith("/"):
        return FolderUpload(submission)
    if kit.platform.store.head(submission.uri) is None:
        raise CaptureRefused(f"The upload {submission.uri} is no longer there.", "Upload it again.")
    if submission.uri.endswith("/" + MANIFEST_NAME):
        return ManifestUpload.read(submission, kit)
    if submission.uri.lower().endswith(".zip"):
        return ZipUpload(submission, kit.objects.metadata(submission.uri))
    raise CaptureRefused(
        f"{submission.uri} is neither a zip nor a {MANIFEST_NAME} nor a folder.",
        "Upload the photos as one zip or as a folder.",
    )
