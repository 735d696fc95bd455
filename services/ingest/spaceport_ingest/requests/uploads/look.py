"""GET /uploads/{id}: what has arrived, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.ports import Kit
from spaceport_ingest.requests.uploads.find import (
    FileState,
    Found,
    files_of,
    find_upload,
    look_for,
)
from spaceport_ingest.upload import Upload

PAGE_FILES = 1000


@dataclass(frozen=True)
class Looked:
    """A page of the files, and the sum of all of them; `after` is where the next page begins."""

    upload: Upload
    page: Sequence[Found]
    verdicts: Mapping[int, PhotoVerdict]
    arrived: int
    usable: int
    refused: int
    advice: tuple[str, ...]
    after: int | None


def look_at_upload(upload_id: str, after: int, kit: Kit) -> Looked:
    """The files behind number `after`; raises Problem (404)."""
    upload = find_upload(upload_id, kit)
    found = look_for(upload, files_of(upload, kit), kit)
    verdicts: dict[int, PhotoVerdict] = {}
    page = [each for each in found if each.file.number > after][:PAGE_FILES]
    last = page[-1].file.number if page else after
    arrived = sum(each.state is FileState.ARRIVED for each in found)
    refused = sum(not verdict.ok for verdict in verdicts.values())
    return Looked(
        upload=upload,
        page=page,
        verdicts=verdicts,
        arrived=arrived,
        usable=arrived - refused,
        refused=refused,
        advice=(),
        after=last if last < len(found) else None,
    )
