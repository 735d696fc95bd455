"""An upload's photos are looked at when they arrive and never again: ten thousand of them would
take longer than a function may run."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from spaceport_contracts.artifacts import split_uri
from spaceport_contracts.capture import RejectedPhoto
from spaceport_ingest.inspect.photos.candidates import Verdict
from spaceport_ingest.inspect.photos.photo import GoodPhoto
from spaceport_ingest.inspect.verdicts.compare import verdicts_on
from spaceport_ingest.inspect.verdicts.finding import Finding, examine
from spaceport_ingest.inspect.verdicts.verdict import PhotoVerdict
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.upload import photo_of


@dataclass(frozen=True)
class Arrived:
    """A photo of an upload that was begun through the API; `number` is its place in the list."""

    upload_id: str
    number: int
    item: Listed


def look_at(photo: Arrived, kit: Kit) -> Finding | None:
    """What the photo says by itself, found out once for these bytes; None when it is too large."""
    known = kit.register.finding(photo.upload_id, photo.number)
    if known:
        finding = Finding.model_validate_json(known)
        if finding.etag == photo.item.etag:
            return finding
    if photo.item.bytes > kit.limits.max_photo_bytes:
        return None  # links are for less: somebody else put it there
    content = kit.platform.store.read(photo.item.uri)
    name = photo.item.uri.rsplit("/", 1)[1]
    finding = examine(name, content, photo.item.etag, kit.limits)
    kit.register.note(photo.upload_id, photo.number, finding.model_dump_json())
    return finding


def verdicts_of_arrived(
    items: Mapping[str, Listed], names: Mapping[str, str], kit: Kit
) -> dict[str, Verdict]:
    """By address, what GET /uploads/{id} says of each photo, also where nobody has looked yet.

    `names` are what the user calls the photos; of files that were not begun through the API there
    is nothing.
    """
    arrived = [photo for item in items.values() if (photo := _arrived(item)) is not None]
    findings = _findings(arrived, kit)
    called = {photo.number: names.get(photo.item.uri, photo.item.uri) for photo in arrived}
    judged = verdicts_on(findings, called)
    return {
        photo.item.uri: _as_verdict(
            findings[photo.number], judged[photo.number], called[photo.number]
        )
        for photo in arrived
        if photo.number in findings
    }


def _as_verdict(finding: Finding, verdict: PhotoVerdict, name: str) -> Verdict:
    if verdict.ok and finding.photo is not None:
        return GoodPhoto(finding.photo, finding.fingerprint)
    return RejectedPhoto(name=name, reason=f"{verdict.reason} {verdict.remedy}")


def _arrived(item: Listed) -> Arrived | None:
    known = photo_of(split_uri(item.uri)[1])
    return None if known is None else Arrived(*known, item)


def _findings(arrived: list[Arrived], kit: Kit) -> dict[int, Finding]:
    """What was found out already comes in one reading of the register."""
    kept = kit.register.findings(arrived[0].upload_id) if arrived else {}
    known = {number: Finding.model_validate_json(body) for number, body in kept.items()}
    etags = {photo.number: photo.item.etag for photo in arrived}
    findings = {n: found for n, found in known.items() if etags.get(n) == found.etag}
    late = [photo for photo in arrived if photo.number not in findings]
    with ThreadPoolExecutor(kit.limits.workers) as pool:
        looked = pool.map(lambda photo: look_at(photo, kit), late)
        new = zip(late, looked, strict=True)
        return findings | {photo.number: found for photo, found in new if found is not None}
