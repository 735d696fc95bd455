"""How a JPEG is built, read from its markers: ISO/IEC 10918-1, annexes B and G."""

import re
from dataclasses import dataclass, field

from spaceport_ingest.rejection import PhotoRefused

# Neither stuffed bytes nor fill bytes nor restarts, of which a picture is full.
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
START_OF_FRAME = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
WITHOUT_LENGTH = (0x01, 0xD8)
COEFFICIENTS = 64


@dataclass
class JpegStructure:
    """What the markers up to the end of the first picture say.

    `end` is where the end marker stands, None without one; `bytes_per_pixel` is what a decoder
    keeps of a picture that comes in several scans.
    """

    scans: int = 0
    is_progressive: bool = False
    end: int | None = None
    sampling: dict[int, int] = field(default_factory=dict)
    refined: set[tuple[int, int]] = field(default_factory=set)

    @property
    def is_whole(self) -> bool:
        """Every coefficient of every component was sent in full, and the end was reached."""
        wanted = {(part, k) for part in self.sampling for k in range(COEFFICIENTS)}
        return self.end is not None and wanted <= self.refined

    @property
    def bytes_per_pixel(self) -> float:
        """Coefficients are 16 bits each and are kept until the last scan."""
        if self.scans < 2 and not self.is_progressive:
            return 0.0
        return 2.0 * sum(self.sampling.values()) / max(self.sampling.values(), default=1)


def read_structure(content: bytes, max_scans: int) -> JpegStructure:
    """Walk the markers; raises PhotoRefused beyond `max_scans`, each of which costs a decoder a
    pass over the whole picture."""
    found, position = JpegStructure(), 2
    while marker := MARKER.search(content, position):
        code, position = marker[0][1], marker.end()
        if code == END_OF_IMAGE:
            found.end = marker.start()
            break
        if code in WITHOUT_LENGTH:
            continue
        length = int.from_bytes(content[position : position + 2], "big")
        segment = content[position + 2 : position + length]
        position += length
        if code in START_OF_FRAME:
            _read_frame(found, code, segment)
        elif code == START_OF_SCAN:
            _read_scan(found, segment)
            if found.scans > max_scans:
                raise PhotoRefused(
                    f"The photo is stored in more than {max_scans} passes; export it as a plain "
                    "JPEG."
                )
    return found


def _read_frame(found: JpegStructure, code: int, segment: bytes) -> None:
    found.is_progressive = code in PROGRESSIVE
    for part, factors, _table in zip(*[iter(segment[6:])] * 3, strict=False):
        found.sampling[part] = (factors >> 4) * (factors & 15) or 1


def _read_scan(found: JpegStructure, segment: bytes) -> None:
    """Baseline scans send all coefficients; progressive ones a band, and bits of it at a time."""
    found.scans += 1
    parts = segment[1 : 1 + 2 * segment[0] : 2] if segment else b""
    first, last, bits = segment[-3:] if len(segment) >= 4 else (1, 0, 0)
    if found.is_progressive and bits & 15:
        return
    band = range(first, min(last, 63) + 1) if found.is_progressive else range(COEFFICIENTS)
    found.refined.update((part, k) for part in parts for k in band)
