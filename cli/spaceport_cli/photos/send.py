"""Send files through the upload API: four at a time, in parts where they are large.

What has arrived is never sent again: not after a broken connection, not the next day. The same
files are the same upload, by the key that is made of their hashes.
"""

import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeVar

from spaceport_cli.cloud.access import Api, api_request, problem_of
from spaceport_cli.photos.upload import Wishes
from spaceport_contracts.flight import PlannedFlight
from spaceport_runtime.errors import UserError

THREADS = 4
LINKS_AT_ONCE = 50
TRIES = 10
FIRST_DELAY_S, LONGEST_DELAY_S = 0.2, 15.0
LONGEST_WAIT_S = 120.0
STALLED_S = 60.0
LINK_REFUSED = 403  # it has run out, or the clock went on while the server was down
BUSY = (408, 429)  # everything of 5xx too
ARRIVED = "arrived"
UNREACHABLE = (urllib.error.URLError, HTTPException, OSError)
Told = Callable[[int, int], None]
Answered = TypeVar("Answered")


class _Again(Exception):
    """It did not work, and may work when it is tried again."""


@dataclass(frozen=True)
class SentFile:
    """A file on disk, as it is announced; `media_type` where its name does not say it."""

    name: str
    path: Path
    bytes: int
    sha256: str
    media_type: str = ""

    def announced(self) -> dict[str, Any]:
        """Its line in POST /uploads."""
        line = {"name": self.name, "sizeBytes": self.bytes, "sha256": self.sha256}
        return {**line, "contentType": self.media_type} if self.media_type else line


@dataclass(frozen=True)
class Piece:
    """A file, or one part of it, and where it lies in the file."""

    file: SentFile
    part: int | None
    start: int
    bytes: int

    def wanted(self) -> dict[str, Any]:
        """Its line in a request for links."""
        return {"name": self.file.name, **({} if self.part is None else {"parts": [self.part]})}


def send_files(
    files: Sequence[SentFile],
    title: str,
    key: str,
    cloud: Api,
    told: Told,
    stalled_s: float = STALLED_S,
) -> str:
    """Send what has not arrived yet; returns the upload's id.

    Raises UserError with what the API has against it, or when nobody answers any more.
    """
    body = {"title": title, "files": [file.announced() for file in files]}
    begun = ask(cloud, "POST", "/uploads", body, {"Idempotency-Key": key})
    path = f"/uploads/{begun['uploadId']}"
    standing = {file["name"]: file for file in _standing(cloud, path)}
    missing = [file for file in files if standing[file.name]["state"] != ARRIVED]
    pieces = [
        piece
        for file in missing
        for piece in _pieces(file, int(begun["partBytes"]), standing[file.name]["partsArrived"])
    ]

    def deliver(linked: tuple[Piece, dict[str, Any]]) -> Piece:
        return _send(cloud, path, linked[0], linked[1], stalled_s)

    there = len(files) - len(missing)
    told(there, len(files))
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(pieces), LINKS_AT_ONCE):
            some = pieces[start : start + LINKS_AT_ONCE]
            links = _links(cloud, path, some)
            for piece in pool.map(deliver, links):
                is_last = piece.start + piece.bytes == piece.file.bytes
                there += is_last
                told(min(there, len(files)), len(files))
    return str(begun["uploadId"])


def complete(cloud: Api, upload_id: str, wishes: Wishes) -> str:
    """The id of the job that is made of the upload, the same one however often it is asked for."""
    wanted: dict[str, Any] = {"quality": wishes.quality.value, "email": wishes.email}
    if wishes.plan is not None:
        flight = PlannedFlight.model_validate_json(wishes.plan.read_bytes())
        wanted["plan"] = flight.model_dump(mode="json")
    body = {name: value for name, value in wanted.items() if value}
    return str(ask(cloud, "POST", f"/uploads/{upload_id}/complete", body)["jobId"])


def ask(
    cloud: Api,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The API's answer, asked again while nobody answers or it is busy; raises UserError."""
    request = api_request(cloud, method, path, body, headers)

    def once() -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(_open(request, STALLED_S))
        return answer

    return try_again(once, "Spaceport's API does not answer.")


def _standing(cloud: Api, path: str) -> Iterator[dict[str, Any]]:
    after: int | None = 0
    while after is not None:
        page = ask(cloud, "GET", f"{path}?after={after}")
        yield from page["files"]
        after = page["after"]


def _pieces(file: SentFile, part_bytes: int, arrived: Sequence[int]) -> Iterator[Piece]:
    if file.bytes <= part_bytes:
        yield Piece(file, None, 0, file.bytes)
        return
    for number, start in enumerate(range(0, file.bytes, part_bytes), start=1):
        if number not in arrived:
            yield Piece(file, number, start, min(part_bytes, file.bytes - start))


def _links(cloud: Api, path: str, pieces: Sequence[Piece]) -> list[tuple[Piece, dict[str, Any]]]:
    wanted = {"files": [piece.wanted() for piece in pieces]}
    links = ask(cloud, "POST", f"{path}/links", wanted)["links"]
    return list(zip(pieces, links, strict=True))


def _send(cloud: Api, path: str, piece: Piece, link: dict[str, Any], stalled_s: float) -> Piece:
    links = [link]

    def once() -> Piece:
        try:
            _put(piece, links[-1], stalled_s)
        except urllib.error.HTTPError as error:
            if error.code != LINK_REFUSED:
                raise
            links.append(_links(cloud, path, [piece])[0][1])
            raise _Again from error
        return piece

    return try_again(once, f"'{piece.file.name}' could not be sent.")


def _put(piece: Piece, link: dict[str, Any], stalled_s: float) -> None:
    with piece.file.path.open("rb") as stream:
        stream.seek(piece.start)
        headers = {**link["headers"], "Content-Length": str(piece.bytes)}
        body = stream if piece.part is None else stream.read(piece.bytes)
        request = urllib.request.Request(link["url"], method="PUT", data=body, headers=headers)
        if "Content-Type" not in headers:
            request.add_unredirected_header("Content-Type", "application/octet-stream")
        _open(request, stalled_s)


def _open(request: urllib.request.Request, stalled_s: float) -> bytes:
    with urllib.request.urlopen(request, timeout=stalled_s) as answer:
        content: bytes = answer.read()
        return content


def try_again(once: Callable[[], Answered], sentence: str) -> Answered:
    """Try with growing delays; what the server means, it is not asked again, nor while it wants to
    be left alone for long."""
    for number in range(TRIES):
        asked_s = 0.0
        try:
            return once()
        except urllib.error.HTTPError as error:
            asked_s = _wait_of(error)
            is_meant = error.code < 500 and error.code not in BUSY
            if is_meant or asked_s > LONGEST_WAIT_S:
                raise problem_of(error) from error
        except (_Again, *UNREACHABLE):
            pass  # a broken or a stalled connection
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**number)
        time.sleep(max(asked_s, delay_s * random.uniform(0.5, 1.5)))
    raise UserError(sentence, "Run the same command again: what has arrived is kept.")


def _wait_of(error: urllib.error.HTTPError) -> float:
    """The seconds of `Retry-After`; 0 where there is none."""
    told = error.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else 0.0
