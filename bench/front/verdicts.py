"""Does the blur of a photo show, and does no sharp photo count as blurred?

    python -m bench.front.verdicts PHOTOS [PHOTOS ...] [--every N] [--out FILE]

For every photo below the folders, which should all be sharp: its blur as ingest measures it, that
of its sixteenths by themselves, and that of copies that were blurred by a known amount, counted in
pixels of a picture 1,600 pixels wide. Prints, for each, how many would be called blurred.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageFilter

from spaceport_contracts.filenames import FileKind, file_kind
from spaceport_ingest.inspect.verdicts.compare import BLURRED
from spaceport_ingest.inspect.verdicts.exposure import exposure_fault
from spaceport_ingest.inspect.verdicts.sharpness import WORKING_PX, blur_of

PARTS = 4
MOTION_PX = (3, 5, 8, 12)
FOCUS_PX = (1.0, 1.5, 2.5)


def photos_in(folders: list[Path], every: int) -> list[Path]:
    """Every so many of the photos, in order of their names."""
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in found if file_kind(path.name) is FileKind.PHOTO][::every]


def variants(grey: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """The photo, its parts, and itself blurred."""
    yield "sharp", grey
    width, height = grey.size
    for x in range(PARTS):
        for y in range(PARTS):
            box = (x * width // PARTS, y * height // PARTS)
            end = ((x + 1) * width // PARTS, (y + 1) * height // PARTS)
            yield "a sixteenth of it", grey.crop((*box, *end))
    scale = max(1.0, max(grey.size) / WORKING_PX)
    for px in MOTION_PX:
        moved = ImageFilter.BoxBlur((scale * (px - 1) / 2, 0))
        yield f"moved by {px} px", grey.filter(moved)
    for sigma in FOCUS_PX:
        yield f"out of focus by {sigma} px", grey.filter(ImageFilter.GaussianBlur(scale * sigma))


def main() -> int:
    """Print a line for each kind of picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    typed = parser.parse_args()
    blurs: dict[str, list[float]] = {}
    badly_exposed = 0
    for path in photos_in(typed.photos, typed.every):
        with Image.open(path) as image:
            image.draft("L", (WORKING_PX, WORKING_PX))
            grey = image.convert("L")
        badly_exposed += bool(exposure_fault(grey))
        for name, picture in variants(grey):
            blurs.setdefault(name, []).append(blur_of(picture))
    rows = [
        {
            "picture": name,
            "number": len(found),
            "called_blurred": sum(blur >= BLURRED for blur in found),
            "least": round(min(found), 3),
            "median": round(sorted(found)[len(found) // 2], 3),
            "most": round(max(found), 3),
        }
        for name, found in blurs.items()
    ]
    for row in rows:
        print(json.dumps(row))
    print(json.dumps({"sharp photos called badly exposed": badly_exposed}))
    if typed.out:
        figures = {"rows": rows, "badly_exposed": badly_exposed}
        typed.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
