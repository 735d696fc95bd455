"""What a .ply says about itself, so that a wrong one is refused before a machine is paid for."""

import re

from spaceport_contracts.splat_file import SPLAT_REMEDY, why_no_splat
from spaceport_ingest.rejection import CaptureRefused

HEAD_BYTES = 16384
FORMATS = ("ascii", "binary_little_endian", "binary_big_endian")
SIZES_BYTES = {
    "char": 1, "int8": 1, "uchar": 1, "uint8": 1, "short": 2, "int16": 2, "ushort": 2,
    "uint16": 2, "int": 4, "int32": 4, "uint": 4, "uint32": 4, "float": 4, "float32": 4,
    "double": 8, "float64": 8,
}  # fmt: skip


def check_head(name: str, head: bytes, total_bytes: int) -> None:
    """Raises CaptureRefused for anything but whole 3D Gaussians.

    `head` are the first bytes of the file (at most HEAD_BYTES), `total_bytes` its size.
    """
    if not re.match(rb"ply\r?\n", head):
        raise CaptureRefused(f"{name} is not a PLY file.", SPLAT_REMEDY)
    end = re.search(rb"end_header\r?\n", head)
    if end is None:
        raise CaptureRefused(f"The header of {name} does not end.", SPLAT_REMEDY)
    lines = head[: end.start()].decode("latin-1").split("\n")
    words = [line.split() for line in lines]
    form = next((line[1] for line in words if len(line) > 1 and line[0] == "format"), "")
    if form not in FORMATS:
        raise CaptureRefused(f"{name} has no PLY format that is known.", SPLAT_REMEDY)
    number, properties = _vertices(name, words)
    reason = why_no_splat(properties)
    if reason:
        raise CaptureRefused(f"{name} {reason}.", SPLAT_REMEDY)
    if form != "ascii":
        wanted = end.end() + number * sum(properties.values())
        if total_bytes < wanted:
            raise CaptureRefused(
                f"{name} is cut off: {total_bytes} of at least {wanted} bytes are there.",
                "Upload it again.",
            )


def _vertices(name: str, words: list[list[str]]) -> tuple[int, dict[str, int]]:
    """How many vertices, and the bytes of each of their properties."""
    number, properties, inside = 0, dict[str, int](), False
    for line in words:
        if len(line) == 3 and line[0] == "element":
            inside = line[1] == "vertex"
            if inside and line[2].isdigit():
                number = int(line[2])
        elif inside and len(line) == 3 and line[0] == "property":
            properties[line[2]] = SIZES_BYTES.get(line[1], 0)
    if number == 0:
        raise CaptureRefused(f"{name} contains no Gaussians.", SPLAT_REMEDY)
    return number, properties
