"""docs/quality.md and its pictures from the runs of bench/quality/__main__.py."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, uniform_filter

from spaceport_contracts.results import Quality
from spaceport_splat.kernels import Floats
from spaceport_splat.quality import OCTAVES_PX

CELL_PX = 400
WEBP_QUALITY = 80
HEAD = """# How good the qualities are

`python -m bench.quality` printed this page and its pictures. Every capture went through sfm once;
each preset trained on what that left, at its own size of photos. All are judged by the same test
photos, by which nothing was chosen, at the same size, from a written .ply, before the last part of
the training, in which test photos train too. Detail is what a render shows of the photo's three
finest octaves at the same place; CPU seconds are of the training, pilots and last part included.
PSNR in dB, raw and after an affine fit of the colours.
"""
TITLES = (
    "| | test photos | PSNR | corrected | SSIM | detail, % | energy, % | Gaussians "
    "| steps (planned) | CPU s |\n|---|---|---|---|---|---|---|---|---|---|\n"
)


def write_doc(path: Path, known: Mapping[str, Any], work: Path, held: str) -> None:
    """The page at `path`, its pictures in the folder beside it that is called like it."""
    folder = path.with_suffix("")
    text = f"{HEAD}\n{held}\n" if held else HEAD
    for name, capture in known.items():
        runs: Mapping[str, Any] = capture["runs"]
        presets = {q.value: runs[q.value] for q in Quality if q in runs}
        one = next(iter(runs.values()))
        text += f"\n## {name}: {one['photos']} photos, judged at {one['side_px']} px\n"
        text += TITLES + "".join(_line(q, run) for q, run in presets.items())
        if presets:
            picture = _side_by_side(work / name, presets)
            kept = folder if capture["public"] else work / "pictures"
            kept.mkdir(parents=True, exist_ok=True)
            target = kept / f"{name.replace(' ', '-')}.webp"
            picture.save(target, quality=WEBP_QUALITY, method=6)
            if capture["public"]:
                columns = ", ".join(["the photo", *presets])
                text += f"\n![{name}: {columns}]({folder.name}/{target.name})\n"
                text += (
                    f"\n*From the left: {columns}; below, what has most detail, pixel by pixel.*\n"
                )
        curve = {title: run for title, run in runs.items() if " at " in title}
        if curve:
            text += f"\n{TITLES}" + "".join(_line(title, run) for title, run in curve.items())
    path.write_text(text, encoding="utf-8")


def _line(name: str, run: Mapping[str, Any]) -> str:
    cells = [
        name,
        str(run["test_photos"]),
        f"{run['psnr_db']:.2f}",
        f"{run['corrected_psnr_db']:.2f}",
        f"{run['ssim']:.3f}",
        _shares(run["sharpness"]),
        _shares(run["energy"]),
        f"{run['gaussians']:,}",
        f"{run['steps']:,} ({run['planned_steps']:,})",
        f"{run['cpu_s']:.0f}",
    ]
    return f"| {' | '.join(cells)} |\n"


def _shares(octaves: list[float]) -> str:
    return " / ".join(f"{100 * share:.0f}" for share in octaves)


def _side_by_side(folder: Path, presets: Mapping[str, Any]) -> Image.Image:
    """The middle test photo and its renders: whole above, cut out at full size below."""
    pairs = {name: run["pictures"][len(run["pictures"]) // 2] for name, run in presets.items()}
    first = next(iter(pairs))
    paths = [folder / first / pairs[first][0], *(folder / q / pairs[q][1] for q in pairs)]
    images = [Image.open(path).convert("RGB") for path in paths]
    width, height = images[0].size
    cell = min(CELL_PX, width, height)
    left, top = _richest(np.asarray(images[0].convert("L"), np.float32), cell)
    small = round(cell * height / width)
    sheet = Image.new("RGB", (cell * len(images), small + cell))
    for column, image in enumerate(images):
        whole = image.resize((cell, small), Image.Resampling.LANCZOS)
        sheet.paste(whole, (column * cell, 0))
        sheet.paste(image.crop((left, top, left + cell, top + cell)), (column * cell, small))
    return sheet


def _richest(grey: Floats, side: int) -> tuple[int, int]:
    """Left and top of the square that holds most of a photo's finest detail."""
    fine = gaussian_filter(grey, OCTAVES_PX[0]) - gaussian_filter(grey, OCTAVES_PX[1])
    energy = uniform_filter(fine * fine, side, mode="constant")
    half = side // 2
    inside = energy[half : grey.shape[0] - side + half + 1, half : grey.shape[1] - side + half + 1]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return int(left), int(top)
