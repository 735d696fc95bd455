"""Inspect many photos at once, whatever they come from."""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from spaceport_contracts.capture import RejectedPhoto
from spaceport_ingest.inspect.photos.photo import GoodPhoto, inspect_photo
from spaceport_ingest.rejection import PhotoRefused, shown
from spaceport_ingest.settings import Limits
from spaceport_runtime.observe import logger

Fetch = Callable[[], bytes]
Keep = Callable[[bytes], None]
Verdict = GoodPhoto | RejectedPhoto


@dataclass(frozen=True)
class Candidate:
    """A file that should be a photo.

    `fetch` reads it; `keep` puts a good one where sfm will find it; `sha256` is what the uploader
    says, if anything; `known` is what was found out about these very bytes before.
    """

    name: str
    key: str
    size_bytes: int
    fetch: Fetch
    keep: Keep
    sha256: str = ""
    known: Verdict | None = None


def inspect_all(candidates: Sequence[Candidate], limits: Limits) -> list[Verdict]:
    """One verdict per candidate, in order; S3 is read and photos are decoded in parallel."""
    if limits.workers == 1:
        return [_inspect(candidate, limits) for candidate in candidates]
    with ThreadPoolExecutor(limits.workers) as pool:
        return list(pool.map(lambda candidate: _inspect(candidate, limits), candidates))


def _inspect(candidate: Candidate, limits: Limits) -> Verdict:
    if candidate.known is not None:
        return candidate.known
    try:
        if candidate.size_bytes > limits.max_photo_bytes:
            raise PhotoRefused(
                f"The file has {candidate.size_bytes / 1e6:.0f} MB, more than the "
                f"{limits.max_photo_bytes / 1e6:.0f} MB that a photo may have; export it as JPEG."
            )
        content = candidate.fetch()
        if candidate.sha256 and hashlib.sha256(content).hexdigest() != candidate.sha256:
            raise PhotoRefused("The file arrived damaged; upload it again.")
        good = _look_at(candidate, content, limits)
    except PhotoRefused as refusal:
        return RejectedPhoto(name=candidate.name, reason=str(refusal))
    candidate.keep(content)
    return good


def _look_at(candidate: Candidate, content: bytes, limits: Limits) -> GoodPhoto:
    """One file that breaks us must not leave the other photos without a verdict."""
    try:
        return inspect_photo(candidate.name, candidate.key, content, limits)
    except (PhotoRefused, MemoryError):
        raise
    except Exception as error:
        logger.exception("a photo broke the inspection", extra={"photo": shown(candidate.name)})
        raise PhotoRefused(
            "It cannot be read because of an error inside Spaceport; export it as JPEG again."
        ) from error
