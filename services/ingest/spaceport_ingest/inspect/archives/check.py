"""Is a zip's directory one that a person packed, or one that was made to do harm?

Judged before any entry is read. The dangers: names that leave the folder (zip slip), links,
entries that unpack to far more than they weigh (bombs), entries that share their bytes
(D. Fifield, "A better zip bomb", 2019), encryption, methods that nobody can unpack.
"""

import stat
from collections.abc import Sequence
from itertools import pairwise
from zipfile import ZipInfo

from spaceport_ingest.inspect.archives.archive import UNPACK
from spaceport_ingest.inspect.names import leaves_its_folder
from spaceport_ingest.rejection import CaptureRefused, shown
from spaceport_ingest.settings import Limits

UTF8_FLAG = 0x800
ENCRYPTED_FLAG = 0x1
REPACK = "Make a new zip of the photos with your system's own tool and upload that."
SMALL_BYTES = 1 << 20
# Deflate adds a few bytes to each block that does not shrink.
DEFLATE_GROWTH, DEFLATE_GROWTH_BYTES = 0.01, 1024


def entry_name(info: ZipInfo) -> str:
    """The entry's name as its packer meant it: many write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & UTF8_FLAG:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def is_link(info: ZipInfo) -> bool:
    """A symbolic link, as Unix packers mark it."""
    return stat.S_ISLNK(info.external_attr >> 16)


def check_directory(entries: Sequence[ZipInfo], archive_bytes: int, limits: Limits) -> None:
    """Raises CaptureRefused naming the entry that makes the zip unusable."""
    if len(entries) > limits.max_zip_entries:
        raise CaptureRefused(f"The zip holds {len(entries)} entries.", REPACK)
    for info in entries:
        _check_entry(info, limits)
    if _overlap(entries, archive_bytes):
        raise CaptureRefused("The zip's entries overlap, as in a zip bomb.", REPACK)
    total = sum(info.file_size for info in entries)
    if total > limits.max_capture_bytes:
        raise CaptureRefused(
            f"The zip unpacks to {total / 1e9:.1f} GB, more than "
            f"{limits.max_capture_bytes / 1e9:.1f} GB.",
            "Split the capture into smaller areas and upload each one for itself.",
        )


def _overlap(entries: Sequence[ZipInfo], archive_bytes: int) -> bool:
    """Whether two entries share bytes, or one reaches past the end of the archive."""
    spans = sorted(
        (info.header_offset, info.header_offset + info.compress_size) for info in entries
    )
    spans.append((archive_bytes, archive_bytes))
    return any(earlier[1] > later[0] for earlier, later in pairwise(spans))


def _check_entry(info: ZipInfo, limits: Limits) -> None:
    name = shown(entry_name(info))
    if leaves_its_folder(info.orig_filename) or leaves_its_folder(entry_name(info)):
        raise CaptureRefused(f"The zip's entry {name} points outside of the zip.", REPACK)
    if info.flag_bits & ENCRYPTED_FLAG:
        raise CaptureRefused(
            f"The zip is encrypted ({name}).", "Make a zip without a password and upload that."
        )
    if info.compress_type not in UNPACK:
        raise CaptureRefused(
            f"The zip's entry {name} is packed by a method that is not in common use "
            f"({info.compress_type}).",
            REPACK,
        )
    if info.compress_size > info.file_size * (1 + DEFLATE_GROWTH) + DEFLATE_GROWTH_BYTES:
        raise CaptureRefused(f"The zip's entry {name} is larger packed than unpacked.", REPACK)
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > SMALL_BYTES and ratio > limits.max_zip_ratio:
        raise CaptureRefused(
            f"The zip's entry {name} unpacks to {ratio:.0f} times its size, as in a zip bomb.",
            REPACK,
        )
