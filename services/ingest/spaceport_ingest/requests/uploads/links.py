"""POST /uploads/{id}/links and /parts: signed addresses to send to, and parts put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from spaceport_ingest.ports import Kit, Link
from spaceport_ingest.requests.uploads.begin import LINKS_AT_ONCE
from spaceport_ingest.requests.uploads.find import (
    FileState,
    Found,
    by_name,
    files_of,
    find_open,
    look_for,
)
from spaceport_ingest.upload import SINGLE_PUT_BYTES, Upload, UploadFile, photos_of
from spaceport_runtime.http.problems import Problem, field_problem


@dataclass(frozen=True)
class Wanted:
    """A file by its name; `parts` None: in one piece."""

    name: str
    parts: tuple[int, ...] | None = None


@dataclass(frozen=True)
class SignedLink:
    """An address for a file, or for one part of it."""

    name: str
    part: int | None
    link: Link


def make_links(upload_id: str, wanted: Sequence[Wanted], kit: Kit) -> list[SignedLink]:
    """One address per file or part; asking again is harmless.

    Raises Problem: 404 no such upload or file, 409 complete already, 422 too many, or a part that
    the file does not have.
    """
    upload = find_open(upload_id, kit)
    _check_number(wanted)
    files = by_name([each.name for each in wanted], files_of(upload, kit))
    links: list[SignedLink] = []
    for each, file in zip(wanted, files, strict=True):
        links += _links_of(upload, file, each.parts, kit)
    return links


def put_parts_together(upload_id: str, names: Sequence[str], kit: Kit) -> list[Found]:
    """The named files as they stand now, those of which all parts had arrived as whole ones."""
    upload = find_open(upload_id, kit)
    files = by_name(names, files_of(upload, kit))
    return [settled(upload, found, kit) for found in look_for(upload, files, kit)]


def settled(upload: Upload, found: Found, kit: Kit) -> Found:
    """The file, put together if all of its parts are there."""
    if not found.has_all_parts:
        return found
    uri = photos_of(upload.prefix(kit.bucket)) + found.file.key
    kit.deposits.put_together(uri, found.parts_id, found.parts)
    stored = kit.platform.store.head(uri)
    is_there = stored is not None and stored.bytes == found.file.bytes
    return Found(found.file, FileState.ARRIVED if is_there else FileState.MISSING)


def _check_number(wanted: Sequence[Wanted]) -> None:
    number = sum(len(each.parts) if each.parts is not None else 1 for each in wanted)
    if number > LINKS_AT_ONCE:
        raise field_problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "files",
            f"{number} links are asked for at once.",
            f"Ask for at most {LINKS_AT_ONCE}, and for the next ones when these are used.",
        )


def _links_of(
    upload: Upload, file: UploadFile, parts: tuple[int, ...] | None, kit: Kit
) -> list[SignedLink]:
    uri, seconds = photos_of(upload.prefix(kit.bucket)) + file.key, kit.limits.link_valid_s
    if parts is None:
        if file.bytes > SINGLE_PUT_BYTES:
            raise _bad_parts(file, "It is too large for one piece.")
        return [SignedLink(file.name, None, kit.deposits.link(uri, file, seconds))]
    if not all(1 <= part <= file.parts for part in parts):
        raise _bad_parts(file, "It has no such part.")
    parts_id = _parts_id(upload, file, uri, kit) if parts else ""
    return [
        SignedLink(
            file.name,
            part,
            kit.deposits.part_link(uri, parts_id, part, file.part_bytes(part), seconds),
        )
        for part in parts
    ]


def _parts_id(upload: Upload, file: UploadFile, uri: str, kit: Kit) -> str:
    """S3's id of the file in parts; one that S3 has forgotten is replaced."""
    known = kit.register.parts_ids(upload.upload_id).get(file.number, "")
    if known and kit.deposits.parts(uri, known) is not None:
        return known
    fresh = kit.deposits.begin_parts(uri, file.media_type)
    if known:
        kit.register.rename_parts(upload.upload_id, file.number, fresh)
        return fresh
    named = kit.register.name_parts(upload.upload_id, file.number, fresh)
    if named != fresh:
        kit.deposits.abort_parts(uri, fresh)
    return named


def _bad_parts(file: UploadFile, message: str) -> Problem:
    return field_problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "files.parts",
        f"{file.name[:200]}: {message}",
        f"Name parts from 1 to {file.parts}.",
    )
