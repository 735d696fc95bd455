"""A splat to compress: one .ply, or the output folder of a training run."""

from dataclasses import dataclass

from pydantic import ValidationError

from spaceport_contracts.results import TrainResult
from spaceport_ingest.inspect.publish import index_of_prefix, ingest_prefix
from spaceport_ingest.inspect.splats.plyhead import HEAD_BYTES, check_head
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.rejection import CaptureRefused
from spaceport_ingest.submission import Submission
from spaceport_runtime.stage.outputs import OutputsBroken, verify_outputs

SCENE = "scene.ply"
RESULT = "result.json"


@dataclass(frozen=True)
class SplatUpload:
    """A training run's folder stays where it is; a lone .ply is copied into the job, so that its
    prefix holds nothing else."""

    submission: Submission

    @property
    def wishes(self) -> Wishes:
        """Only the request says what is wanted."""
        return make_wishes(self.submission)

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """The .ply says that it holds Gaussians, and is as long as it says."""
        uri = self.submission.uri
        if not uri.endswith("/"):
            return self._lone(uri, job_id, kit)
        items = [item for item in kit.objects.under(uri) if not item.uri.endswith("/")]
        if _is_training_run(uri, items, kit):
            try:
                return Inputs(verify_outputs(kit.platform.store, uri, TrainResult)[1])
            except OutputsBroken as broken:
                raise CaptureRefused(
                    f"The trained splat is not whole: {broken}.", "Train it again."
                ) from broken
        return self._lone(_one_ply(uri, items), job_id, kit)

    def _lone(self, uri: str, job_id: str, kit: Kit) -> Inputs:
        stored = kit.platform.store.head(uri)
        if stored is None:
            raise CaptureRefused(f"{uri} is no longer there.", "Upload it again.")
        length = min(HEAD_BYTES, stored.bytes)
        head = kit.objects.read_range(uri, stored.etag, 0, length) if length else b""
        check_head(uri.rsplit("/", 1)[1], head, stored.bytes)
        prefix = ingest_prefix(kit.bucket, job_id) + "splat/"
        kit.objects.copy(uri, prefix + SCENE)
        copied = list(kit.objects.under(prefix))
        return Inputs(index_of_prefix(prefix, copied, job_id, kit))


def _is_training_run(prefix: str, items: list[Listed], kit: Kit) -> bool:
    sizes = {item.uri.removeprefix(prefix): item.bytes for item in items}
    if not {SCENE, RESULT} <= set(sizes) or sizes[RESULT] > kit.limits.max_manifest_bytes:
        return False
    try:
        TrainResult.model_validate_json(kit.platform.store.read(prefix + RESULT))
    except ValidationError:
        return False
    return True


def _one_ply(prefix: str, items: list[Listed]) -> str:
    found = [item.uri for item in items if item.uri.lower().endswith(".ply")]
    if prefix + SCENE in found:
        return prefix + SCENE
    if len(found) != 1:
        number = f"{len(found)} .ply files" if found else "no .ply"
        raise CaptureRefused(
            f"{prefix} holds {number}.", "Give the address of the .ply that you mean."
        )
    return found[0]
