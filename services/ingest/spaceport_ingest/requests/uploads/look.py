"""GET /uploads/{id}: what has arrived, and what is said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spaceport_ingest.inspect.verdicts.advice import advice_on
from spaceport_ingest.inspect.verdicts.compare import verdicts_on
from spaceport_ingest.inspect.verdicts.finding import Finding
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


def names_of(found: Sequence[Found]) -> dict[int, str]:
    """What the user calls the files, by number."""
    return {each.file.number: each.file.name for each in found}


def verdicts_of(upload: Upload, found: Sequence[Found], kit: Kit) -> dict[int, PhotoVerdict]:
    """Of every photo that has arrived and was looked at."""
    there = {each.file.number for each in found if each.state is FileState.ARRIVED}
    findings = {
        number: Finding.model_validate_json(kept)
        for number, kept in kit.register.findings(upload.upload_id).items()
        if number in there
    }
    return verdicts_on(findings, names_of(found))


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
    verdicts, names = verdicts_of(upload, found, kit), names_of(found)
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
        advice=advice_on(verdicts, names),
        after=last if last < len(found) else None,
    )
