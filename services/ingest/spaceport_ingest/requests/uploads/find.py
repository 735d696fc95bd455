"""The upload that a request is about, and what of its files has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from spaceport_ingest.ports import Kit, Part
from spaceport_ingest.upload import (
    UPLOAD_ID,
    Upload,
    UploadFile,
    UploadState,
    files_uri,
    from_list,
    photos_of,
)
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import Problem


class FileState(StrEnum):
    """How much of a file lies in S3."""

    MISSING = "missing"
    PARTIAL = "partial"
    ARRIVED = "arrived"


@dataclass(frozen=True)
class Found:
    """A file, how much of it is there; `parts_id` is S3's where it is sent in parts."""

    file: UploadFile
    state: FileState
    parts: tuple[Part, ...] = ()
    parts_id: str = ""

    @property
    def has_all_parts(self) -> bool:
        """Nothing is missing but that somebody puts them together."""
        return bool(self.parts) and len(self.parts) == self.file.parts


def find_upload(upload_id: str, kit: Kit) -> Upload:
    """The caller's upload; raises Problem (404) for no such, and for somebody else's."""
    known = kit.register.find(upload_id) if UPLOAD_ID.fullmatch(upload_id) else None
    if known is None or not caller().owns(known.owner):
        raise Problem(
            HTTPStatus.NOT_FOUND,
            f"There is no upload {upload_id[:100]}. Begin one with POST /uploads; one that stays "
            f"open is swept after {kit.limits.upload_kept_s // 86_400} days.",
        )
    return known


def find_open(upload_id: str, kit: Kit) -> Upload:
    """The same, while files may come; raises Problem (409) when a job was made of it."""
    upload = find_upload(upload_id, kit)
    if upload.state is not UploadState.OPEN:
        raise Problem(
            HTTPStatus.CONFLICT,
            f"The upload is complete: it is job {upload.job_id}. Begin another one for other "
            "photos.",
        )
    return upload


def files_of(upload: Upload, kit: Kit) -> tuple[UploadFile, ...]:
    """What is to come, by number."""
    return from_list(kit.platform.store.read(files_uri(upload.prefix(kit.bucket))))


def by_name(names: Sequence[str], files: Sequence[UploadFile]) -> list[UploadFile]:
    """The files of these names; raises Problem (404) for one that was not announced."""
    known = {file.name: file for file in files}
    for name in names:
        if name not in known:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                f"The upload has no file {name[:200]}. Use a name that POST /uploads was given.",
            )
    return [known[name] for name in names]


def look_for(upload: Upload, files: Sequence[UploadFile], kit: Kit) -> list[Found]:
    """Every file as it stands in S3, in order: objects first, then parts where there are some."""
    folder = photos_of(upload.prefix(kit.bucket))
    sizes = {item.uri.removeprefix(folder): item.bytes for item in kit.objects.under(folder)}
    ids = kit.register.parts_ids(upload.upload_id)
    return [_found(file, sizes, ids.get(file.number, ""), folder, kit) for file in files]


def _found(file: UploadFile, sizes: dict[str, int], parts_id: str, folder: str, kit: Kit) -> Found:
    if sizes.get(file.key) == file.bytes:
        return Found(file, FileState.ARRIVED)
    parts = kit.deposits.parts(folder + file.key, parts_id) if parts_id else None
    right = tuple(part for part in parts or () if part.bytes == file.part_bytes(part.number))
    return Found(file, FileState.PARTIAL if right else FileState.MISSING, right, parts_id)
