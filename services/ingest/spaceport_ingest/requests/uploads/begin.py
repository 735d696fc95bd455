"""POST /uploads: the list of what is to come becomes an upload with keys of our choosing."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from spaceport_ingest.ports import Kit, Link
from spaceport_ingest.requests.jobs.start import KEY_FIELD
from spaceport_ingest.requests.uploads.expected import Announced, expected_files
from spaceport_ingest.upload import (
    SINGLE_PUT_BYTES,
    Upload,
    UploadFile,
    as_list,
    files_uri,
    photos_of,
    upload_prefix,
)
from spaceport_runtime.http.caller import caller
from spaceport_runtime.http.problems import field_problem

LINKS_AT_ONCE = 50
ID_BYTES = 16


def no_limit(_bytes: int) -> None:
    """For where nobody counts."""


@dataclass(frozen=True)
class Begun:
    """The upload, its files, and signed addresses for the first of them."""

    upload: Upload
    files: tuple[UploadFile, ...]
    links: tuple[tuple[UploadFile, Link], ...]


def begin_upload(
    title: str,
    announced: Sequence[Announced],
    key: str,
    kit: Kit,
    spend_bytes: Callable[[int], None],
) -> Begun:
    """A new upload; the same request under the same `key` is the same one.

    `spend_bytes` is told the size of a new one. Raises Problem: 422 files that cannot be taken, or
    a key that another request used; whatever `spend_bytes` raises.
    """
    files = expected_files(announced, kit.limits)
    request = _digest(title, files)
    upload_id = _upload_id(key, kit)
    prefix, now = upload_prefix(kit.bucket, upload_id), kit.platform.clock()
    known = kit.register.find(upload_id)
    if known is None:
        spend_bytes(sum(file.bytes for file in files))
        kit.platform.store.write(files_uri(prefix), as_list(files), "application/json")
        known = kit.register.begin(
            Upload(
                upload_id=upload_id,
                owner=caller().subject,
                title=title,
                request=request,
                files=len(files),
                created_at=now,
                expires_at=now + timedelta(seconds=kit.limits.upload_kept_s),
            )
        )
    if known.request != request:
        raise field_problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            KEY_FIELD,
            "The key was used for another upload.",
            "Use a new key for other files.",
        )
    return Begun(known, files, _first_links(prefix, files, kit))


def _upload_id(key: str, kit: Kit) -> str:
    """128 random bits, remembered under the caller's key if there is one."""
    fresh = f"up-{secrets.token_hex(ID_BYTES)}"
    if not key:
        return fresh
    asked = "\n".join(("POST /uploads", caller().subject, key))
    return kit.platform.ledger.name_job(asked, fresh, kit.platform.clock().isoformat())


def _first_links(
    prefix: str, files: Sequence[UploadFile], kit: Kit
) -> tuple[tuple[UploadFile, Link], ...]:
    small = [file for file in files[:LINKS_AT_ONCE] if file.bytes <= SINGLE_PUT_BYTES]
    folder, seconds = photos_of(prefix), kit.limits.link_valid_s
    return tuple((file, kit.deposits.link(folder + file.key, file, seconds)) for file in small)


def _digest(title: str, files: Sequence[UploadFile]) -> str:
    content = [title, [[file.name, file.bytes, file.media_type, file.sha256] for file in files]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
