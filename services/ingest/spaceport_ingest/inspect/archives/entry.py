"""One entry of a zip in S3, by one ranged GET, so that entries can be read in parallel."""

import struct
import zlib
from zipfile import ZIP_STORED, ZipInfo

from spaceport_ingest.ports import Objects
from spaceport_ingest.rejection import PhotoRefused
from spaceport_runtime.ports import StoredObject

# APPNOTE.TXT 6.3.10, section 4.3.7: the local file header
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
LOCAL_MAGIC = b"PK\x03\x04"
EXTRA_SLACK_BYTES = 4096  # the local extra field may be longer than the directory's
DAMAGED = "It is damaged inside the zip; make the zip again."


def read_entry(objects: Objects, uri: str, archive: StoredObject, info: ZipInfo) -> bytes:
    """The unpacked entry, never more than the directory says; raises PhotoRefused."""
    if not 0 <= info.header_offset < archive.bytes:
        raise PhotoRefused(DAMAGED)
    name_bytes = len(info.orig_filename.encode("utf-8", "surrogatepass"))
    head_bytes = LOCAL_HEADER.size + name_bytes + len(info.extra) + EXTRA_SLACK_BYTES
    wanted = min(head_bytes + info.compress_size, archive.bytes - info.header_offset)
    raw = objects.read_range(uri, archive.etag, info.header_offset, wanted)
    start = _data_start(raw)
    packed = raw[start : start + info.compress_size]
    missing = info.compress_size - len(packed)
    if missing:
        offset = info.header_offset + start + len(packed)
        if offset + missing > archive.bytes:
            raise PhotoRefused(DAMAGED)
        packed += objects.read_range(uri, archive.etag, offset, missing)
    content = packed if info.compress_type == ZIP_STORED else _inflate(packed, info.file_size)
    if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
        raise PhotoRefused(DAMAGED)
    return content


def _data_start(raw: bytes) -> int:
    if len(raw) < LOCAL_HEADER.size:
        raise PhotoRefused(DAMAGED)
    magic, *_, name_bytes, extra_bytes = LOCAL_HEADER.unpack_from(raw)
    if magic != LOCAL_MAGIC:
        raise PhotoRefused(DAMAGED)
    return LOCAL_HEADER.size + int(name_bytes) + int(extra_bytes)


def _inflate(packed: bytes, size_bytes: int) -> bytes:
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpack.decompress(packed, size_bytes + 1)
    except zlib.error as error:
        raise PhotoRefused(DAMAGED) from error
    return content
