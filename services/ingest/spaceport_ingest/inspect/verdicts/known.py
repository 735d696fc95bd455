"""Photos that were looked at when they arrived need no second look: ten thousand of them would
take longer than a function may run."""

from collections.abc import Mapping

from spaceport_contracts.artifacts import split_uri
from spaceport_ingest.inspect.photos.photo import GoodPhoto
from spaceport_ingest.inspect.verdicts.finding import Finding
from spaceport_ingest.ports import Kit, Listed
from spaceport_ingest.upload import upload_of


def known_photos(folder: str, items: Mapping[str, Listed], kit: Kit) -> dict[str, GoodPhoto]:
    """By address, the usable ones below an upload's folder whose bytes are still the same."""
    upload_id = upload_of(split_uri(folder)[1])
    found: dict[str, GoodPhoto] = {}
    for kept in kit.register.findings(upload_id).values() if upload_id else ():
        finding = Finding.model_validate_json(kept)
        if finding.photo is None:
            continue
        uri = folder + finding.photo.key
        if uri in items and items[uri].etag == finding.etag:
            found[uri] = GoodPhoto(finding.photo, finding.fingerprint)
    return found
