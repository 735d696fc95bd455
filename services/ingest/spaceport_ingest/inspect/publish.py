"""Where ingest keeps what it makes, and the artifact that vouches for it."""

import hashlib
import json
from collections.abc import Sequence

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.capture import Capture, RejectedPhoto
from spaceport_contracts.places import part_of_job
from spaceport_contracts.results import OutputFile, StageResult
from spaceport_ingest.inspect.wishes import Inputs
from spaceport_ingest.ports import Kit, Listed


def ingest_prefix(bucket: str, job_id: str) -> str:
    """Everything that ingest writes for a job lies below this."""
    return part_of_job("ingest", job_id, bucket)


def photos_prefix(bucket: str, job_id: str) -> str:
    """Where photos go that cannot stay where they were uploaded."""
    return ingest_prefix(bucket, job_id) + "photos/"


def publish_capture(capture: Capture, job_id: str, kit: Kit) -> Inputs:
    """Write capture.json; from then on it is what sfm begins from."""
    uri = ingest_prefix(kit.bucket, job_id) + "capture/capture.json"
    index = write_index(uri, capture.model_dump_json(indent=2).encode(), kit)
    pixels = sum(photo.width_px * photo.height_px for photo in capture.photos)
    return Inputs(
        ArtifactSet(prefix=capture.photos_prefix, index=index),
        photos=len(capture.photos),
        pixels_per_photo=pixels // max(1, len(capture.photos)),
    )


def publish_rejected(rejected: tuple[RejectedPhoto, ...], job_id: str, kit: Kit) -> Artifact:
    """Write all that was refused; the event has room for the beginning."""
    uri = ingest_prefix(kit.bucket, job_id) + "rejected.json"
    content = json.dumps([photo.model_dump(mode="json") for photo in rejected], indent=1)
    return write_index(uri, content.encode(), kit)


def write_index(uri: str, content: bytes, kit: Kit) -> Artifact:
    """Write a JSON file; the same inputs make the same bytes, so a second run harms nothing."""
    kit.platform.store.write(uri, content, "application/json")
    return artifact_of(uri, content)


def artifact_of(uri: str, content: bytes) -> Artifact:
    """A file's address with what proves its content."""
    return Artifact(uri=uri, bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def index_of_prefix(prefix: str, items: Sequence[Listed], job_id: str, kit: Kit) -> ArtifactSet:
    """Vouch for a stranger's files: hash them where they lie, keep the list for the job."""
    store = kit.platform.store
    files = tuple(
        OutputFile(
            path=item.uri.removeprefix(prefix), bytes=item.bytes, sha256=store.sha256(item.uri)
        )
        for item in items
    )
    uri = ingest_prefix(kit.bucket, job_id) + "inputs/result.json"
    content = StageResult(files=files).model_dump_json(indent=2).encode()
    return ArtifactSet(prefix=prefix, index=write_index(uri, content, kit))
