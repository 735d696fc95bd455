"""Bodies of PUT requests go to disk and never through memory; moto sees empty ones.

moto reads every body whole, three times over for a large one. Here the bytes are in a file below
`objects/` before moto is asked, with their MD5; the key that moto then makes takes the file over in
the same step, so that no reader meets an empty object. A full disk leaves nothing behind, and what
was there under the key before stays.
"""

import base64
import hashlib
import io
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from xml.parsers import expat

from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.s3.models import FakeKey, FakeMultipart
from moto.settings import S3_UPLOAD_PART_MIN_SIZE

from spaceport_local.aws.signatures import HASH
from spaceport_local.disk.room import ERRNOS, RESERVE_BYTES
from spaceport_local.http.refusals import DISK_FULL, Refusal, s3_page
from spaceport_local.http.server import WsgiApp
from spaceport_local.s3.buffers import DiskBuffer, PartBuffer
from spaceport_local.s3.operations import objection, operation_of

CHUNK_BYTES = 1 << 20
STREAMING = "STREAMING-"  # the body is in chunks of S3's own, each with its signature


class Unreadable(Exception):
    """A body that is not what its headers say."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.told)
        self.refusal = refusal


@dataclass
class Arrival:
    """A file below `objects/` for the next key that moto makes."""

    folder: Path
    path: Path | None = None
    bytes: int = 0
    etag: str = ""
    is_part: bool = False
    error: OSError | None = None


_arrival: ContextVar[Arrival | None] = ContextVar("arrival", default=None)


class Arrivals:
    """WSGI middleware in front of moto's S3."""

    def __init__(self, app: WsgiApp, folder: Path) -> None:
        mend_keys()
        self._app = app
        self._folder = folder

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request to S3."""
        refusal = objection(environ) or _not_xml(environ)
        if refusal:
            return refuse(refusal, start_response)
        arrival = Arrival(self._folder)
        token = _arrival.set(arrival)
        try:
            if _brings_an_object(environ):
                self._take_in(environ, arrival)
            return self._ask(environ, start_response, arrival)
        except Unreadable as error:
            return refuse(error.refusal, start_response)
        except OSError as error:
            if error.errno not in ERRNOS:
                raise
            return refuse(Refusal(DISK_FULL), start_response)
        finally:
            _arrival.reset(token)
            if arrival.path:
                arrival.path.unlink(missing_ok=True)

    def _ask(
        self, environ: dict[str, Any], start_response: Any, arrival: Arrival
    ) -> Iterable[bytes]:
        answered: list[tuple[Any, ...]] = []
        body = self._app(environ, lambda *answer: answered.append(answer))
        if arrival.error:
            raise arrival.error
        start_response(*answered[-1])
        return body

    def _take_in(self, environ: dict[str, Any], arrival: Arrival) -> None:
        """The body becomes a file, and the request one without a body."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if shutil.disk_usage(self._folder).free < length + RESERVE_BYTES:
            raise Unreadable(Refusal(DISK_FULL))
        arrival.is_part = "partNumber" in operation_of(environ).query
        whole = hashlib.sha256()
        signed = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
        announced = environ.get("HTTP_X_AMZ_CHECKSUM_SHA256", "")
        pieces = _pieces(environ, length)
        if announced or HASH.fullmatch(signed):
            pieces = _summed(pieces, whole)
        digest = _write(pieces, arrival)
        if HASH.fullmatch(signed) and signed != whole.hexdigest():
            sentence = "The body is not the one that was signed: send it again."
            raise Unreadable(Refusal(400, sentence, "XAmzContentSHA256Mismatch"))
        if announced and announced != base64.b64encode(whole.digest()).decode():
            sentence = "The SHA-256 is not the body's: send it again."
            raise Unreadable(Refusal(400, sentence, "BadDigest"))
        promised = environ.pop("HTTP_CONTENT_MD5", None)
        if promised and promised != base64.b64encode(digest).decode():
            sentence = "The Content-MD5 is not the body's: send it again."
            raise Unreadable(Refusal(400, sentence, "BadDigest"))
        arrival.etag = digest.hex()
        _empty(environ)


def _not_xml(environ: dict[str, Any]) -> Refusal | None:
    """moto breaks on a list (of keys, of parts) that it cannot parse."""
    asked = operation_of(environ)
    if asked.method != "POST" or not {"delete", "uploadId"} & asked.query.keys():
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        expat.ParserCreate().Parse(body, True)
    except expat.ExpatError:
        return Refusal(400, "The body is not XML: send a list in XML.", "MalformedXML")
    return None


def _brings_an_object(environ: dict[str, Any]) -> bool:
    if environ["REQUEST_METHOD"] != "PUT" or "HTTP_X_AMZ_COPY_SOURCE" in environ:
        return False
    asked = operation_of(environ)
    return asked.level == "key" and asked.subresource in ("", "partNumber uploadId")


def _pieces(environ: dict[str, Any], length: int) -> Iterator[bytes]:
    stream = environ["wsgi.input"]
    if not environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith(STREAMING):
        return _read(stream, length)
    return _unwrapped(stream, environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH"))


def _summed(pieces: Iterable[bytes], digest: Any) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _read(stream: Any, length: int) -> Iterator[bytes]:
    while length > 0:
        piece = stream.read(min(length, CHUNK_BYTES))
        if not piece:
            raise Unreadable(Refusal(400, "The body ended too early: send it again."))
        length -= len(piece)
        yield piece


def _unwrapped(stream: Any, promised: str | None) -> Iterator[bytes]:
    """`size;chunk-signature=...`, CRLF, data, CRLF, and so on until size 0.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    """
    total = 0
    while size := _chunk_size(stream.readline(CHUNK_BYTES)):
        yield from _read(stream, size)
        total += size
        if stream.readline(2) != b"\r\n":
            raise Unreadable(Refusal(400, "A chunk is longer than it says: send it again."))
    if promised is not None and promised != str(total):
        raise Unreadable(Refusal(400, "The body is not as long as it says: send it again."))


def _chunk_size(line: bytes) -> int:
    try:
        size = int(line.partition(b";")[0].strip(), 16)
    except ValueError:
        size = -1
    if size < 0:
        raise Unreadable(Refusal(400, "The chunks of the body have no sizes: send it again."))
    return size


def _write(pieces: Iterable[bytes], arrival: Arrival) -> bytes:
    """A new file; returns its MD5, which is S3's ETag."""
    arrival.path = arrival.folder / uuid.uuid4().hex
    digest = hashlib.md5(usedforsecurity=False)
    with open_new(arrival.path) as stream:
        for piece in pieces:
            stream.write(piece)
            digest.update(piece)
            arrival.bytes += len(piece)
    return digest.digest()


def open_new(path: Path) -> io.BufferedIOBase:
    """A file that is not there yet, to be written."""
    return path.open("xb")


def _empty(environ: dict[str, Any]) -> None:
    environ["wsgi.input"] = io.BytesIO()
    environ["CONTENT_LENGTH"] = "0"
    for name in ("HTTP_X_AMZ_CONTENT_SHA256", "HTTP_X_AMZ_DECODED_CONTENT_LENGTH"):
        environ.pop(name, None)
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "")
    if f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}" not in environ:
        environ.pop("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", None)  # moto would sum up an empty body


def refuse(refusal: Refusal, start_response: Any) -> list[bytes]:
    """A refusal in S3's language."""
    content_type, body = s3_page(refusal)
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
    start_response(refusal.status_line, headers)
    return [body]


def mend_keys() -> None:
    """Teach moto's keys to take over files; doing it again changes nothing."""
    key: Any = FakeKey
    multipart: Any = FakeMultipart
    if getattr(key.__init__, "is_mended", False):
        return
    original: Callable[..., None] = key.__init__

    @wraps(original)
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **named)
        arrival = _arrival.get()
        if arrival and arrival.path:
            kind = PartBuffer if arrival.is_part else DiskBuffer
            self._value_buffer.close()
            self._value_buffer = kind(arrival.path)
            self.contentsize = arrival.bytes
            self._etag = arrival.etag
            arrival.path = None

    __init__.is_mended = True  # type: ignore[attr-defined]
    key.__init__ = __init__
    multipart.complete = _complete


def _complete(multipart: Any, body: Iterable[tuple[int, str]]) -> tuple[bytes, str, None]:
    """The parts one after the other in a new file; moto would put them together in memory."""
    parts = list(_chosen_parts(multipart, body))
    arrival = _arrival.get()
    if arrival is None:
        raise RuntimeError("a multipart upload ends in a request")
    digests = b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts)
    whole = hashlib.md5(digests, usedforsecurity=False).hexdigest()
    etag = f"{whole}-{len(parts)}"
    try:
        _write((piece for part in parts for piece in _bytes_of(part)), arrival)
    except OSError as error:
        arrival.error = error  # moto would call it an internal error
        raise
    arrival.etag = etag
    return b"", etag, None


def _bytes_of(part: Any) -> Iterator[bytes]:
    part._value_buffer.seek(0)
    while piece := part._value_buffer.read(CHUNK_BYTES):
        yield piece


def _chosen_parts(multipart: Any, body: Iterable[tuple[int, str]]) -> Iterator[Any]:
    last = None
    for number, etag in body:
        part = multipart.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            raise InvalidPart
        if last is not None and last.contentsize < S3_UPLOAD_PART_MIN_SIZE:
            raise EntityTooSmall
        last = part
        yield part
    if last is None:
        raise MalformedXML
