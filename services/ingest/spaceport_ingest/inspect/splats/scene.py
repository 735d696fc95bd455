"""A sparse model with its photos, ours or a stranger's, to begin training from."""

from dataclasses import dataclass

from pydantic import ValidationError

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_contracts.results import SfmResult
from spaceport_ingest.inspect.names import leaves_its_folder
from spaceport_ingest.inspect.publish import index_of_prefix
from spaceport_ingest.inspect.wishes import Inputs, Wishes, make_wishes
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.rejection import CaptureRefused, count
from spaceport_ingest.submission import Submission
from spaceport_runtime.stage.outputs import OutputsBroken, verify_outputs

MODEL_FILES = tuple(f"sparse/0/{name}.bin" for name in ("cameras", "images", "points3D"))
IMAGES = "images/"
REMEDY = "Give the folder that holds sparse/0/*.bin (COLMAP's binary format) and images/."


@dataclass(frozen=True)
class SceneUpload:
    """The output of sfm, or what COLMAP leaves: it stays where it is."""

    submission: Submission

    @property
    def wishes(self) -> Wishes:
        """Only the request says what is wanted."""
        return make_wishes(self.submission)

    def inspect(self, job_id: str, kit: Kit) -> Inputs:
        """Every file is there; our own are checked against the hashes in result.json."""
        prefix = self.submission.uri
        files = {
            item.uri.removeprefix(prefix): item
            for item in kit.objects.under(prefix)
            if not item.uri.endswith("/")
        }
        _check_model(prefix, files)
        images = [name for name in files if _is_image(name)]
        if len(images) < kit.limits.min_photos:
            raise CaptureRefused(
                f"{prefix}{IMAGES} holds {count(len(images), 'photo')}; "
                f"at least {kit.limits.min_photos} are needed.",
                REMEDY,
            )
        return Inputs(self._index(prefix, files, job_id, kit), len(images))

    def _index(self, prefix: str, files: dict[str, Listed], job_id: str, kit: Kit) -> ArtifactSet:
        if _is_ours(prefix, files, kit):
            try:
                return verify_outputs(kit.platform.store, prefix, SfmResult)[1]
            except OutputsBroken as broken:
                raise CaptureRefused(
                    f"The sparse model is not whole: {broken}.",
                    "Run sfm again.",
                ) from broken
        return index_of_prefix(prefix, list(files.values()), job_id, kit)


def _check_model(prefix: str, files: dict[str, Listed]) -> None:
    for name in files:
        if leaves_its_folder(name):
            raise CaptureRefused(f"{prefix}{name} is not a file name that can be used.", REMEDY)
    missing = [name for name in MODEL_FILES if name not in files]
    if missing:
        raise CaptureRefused(f"{prefix} lacks {', '.join(missing)}.", REMEDY)
    empty = [name for name in MODEL_FILES if files[name].bytes <= 8]  # 8 bytes: a count of zero
    if empty:
        raise CaptureRefused(f"{prefix}{empty[0]} holds nothing.", REMEDY)


def _is_image(name: str) -> bool:
    return name.startswith(IMAGES) and file_kind(name) is FileKind.PHOTO


def _is_ours(prefix: str, files: dict[str, Listed], kit: Kit) -> bool:
    if "result.json" not in files or files["result.json"].bytes > kit.limits.max_manifest_bytes:
        return False
    try:
        SfmResult.model_validate_json(kit.platform.store.read(prefix + "result.json"))
    except ValidationError:
        return False
    return True
