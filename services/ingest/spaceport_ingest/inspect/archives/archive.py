"""A zip in S3: its directory, and entries by one ranged GET each, so that many are read at once."""

import struct
import zlib
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

import inflate64

from spaceport_ingest.ports import Objects
from spaceport_ingest.rejection import PhotoRefused
from spaceport_runtime.ports import StoredObject

# APPNOTE.TXT 6.3.10, section 4.3.7: the local file header
LOCAL_HEADER = struct.Struct("<4s5H3L2H")
LOCAL_MAGIC = b"PK\x03\x04"
EXTRA_SLACK_BYTES = 4096  # the local extra field may be longer than the directory's
ZIP_DEFLATE64 = 9  # what Windows packs from 2 GB on; Python has no name for it
PIECE_BYTES = 1 << 14
PEEK_SLACK_BYTES = 4096
DAMAGED = "It is damaged inside the zip; make the zip again."


@dataclass(frozen=True)
class Archive:
    """A zip in S3 that must not change while it is read."""

    uri: str
    stored: StoredObject
    objects: Objects

    def read(self, info: ZipInfo) -> bytes:
        """The unpacked entry, never more than the directory says; raises PhotoRefused."""
        packed = self._packed(info, info.compress_size)
        content = UNPACK[info.compress_type](packed, info.file_size)
        if len(content) != info.file_size or zlib.crc32(content) != info.CRC:
            raise PhotoRefused(DAMAGED)
        return content

    def peek(self, info: ZipInfo, length: int) -> bytes:
        """The beginning of the unpacked entry; nothing of a damaged one."""
        try:
            packed = self._packed(info, min(info.compress_size, length + PEEK_SLACK_BYTES))
            return UNPACK[info.compress_type](packed, length)[:length]
        except PhotoRefused:
            return b""

    def _packed(self, info: ZipInfo, length: int) -> bytes:
        """The first bytes of an entry as they lie in the archive."""
        if not 0 <= info.header_offset < self.stored.bytes:
            raise PhotoRefused(DAMAGED)
        name_bytes = len(info.orig_filename.encode("utf-8", "surrogatepass"))
        head_bytes = LOCAL_HEADER.size + name_bytes + len(info.extra) + EXTRA_SLACK_BYTES
        wanted = min(head_bytes + length, self.stored.bytes - info.header_offset)
        raw = self._range(info.header_offset, wanted)
        start = _data_start(raw)
        packed = raw[start : start + length]
        missing = length - len(packed)
        if missing:
            offset = info.header_offset + start + len(packed)
            if offset + missing > self.stored.bytes:
                raise PhotoRefused(DAMAGED)
            packed += self._range(offset, missing)
        return packed

    def _range(self, offset: int, length: int) -> bytes:
        return self.objects.read_range(self.uri, self.stored.etag, offset, length)


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
        return unpack.decompress(packed, size_bytes + 1)
    except zlib.error as error:
        raise PhotoRefused(DAMAGED) from error


def _inflate64(packed: bytes, size_bytes: int) -> bytes:
    """Piece by piece, so that a bomb is noticed before it has gone off."""
    unpack, content = inflate64.Inflater(), bytearray()
    try:
        for start in range(0, len(packed), PIECE_BYTES):
            content += unpack.inflate(packed[start : start + PIECE_BYTES])
            if len(content) > size_bytes:
                break
    except (ValueError, RuntimeError, EOFError) as error:
        raise PhotoRefused(DAMAGED) from error
    return bytes(content[: size_bytes + 1])


def _stored(packed: bytes, size_bytes: int) -> bytes:
    return packed[: size_bytes + 1]


UNPACK = {ZIP_STORED: _stored, ZIP_DEFLATED: _inflate, ZIP_DEFLATE64: _inflate64}
