"""`spaceport demo`: photograph a made-up village, then run the pipeline on the photos."""

import json
import shutil
from fnmatch import fnmatch
from pathlib import Path

from rich.console import Console

from spaceport_cli.photos.upload import Wishes
from spaceport_cli.run.checks import check_out
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.run.run import RunOptions, run
from spaceport_cli.show.voice import say
from spaceport_contracts.results import Quality
from spaceport_runtime.errors import UserError

TRUTH_NAME = "truth.json"
TITLE = "A made-up village"
EMAIL = "you@example.com"
OUR_PHOTOS = "SPACE_[0-9]*.JPG"
TOLD_EVERY = 7


def demo(out: Path, photos: int | None, console: Console) -> int:
    """The whole pipeline in draft quality on a capture whose true poses are known."""
    check_out(out)
    folder = out / "photos"
    if not _is_whole(folder, photos):
        _photograph(folder, photos, console)
    code = run(RunOptions(folder, out, Wishes(Quality.DRAFT, EMAIL, TITLE)), console)
    if code == EXIT_DONE:
        _compare(folder, out, console)
    return code


def _compare(folder: Path, out: Path, console: Console) -> None:
    from spaceport_scenery.truth import compare_with_truth  # noqa: PLC0415

    errors = compare_with_truth(folder / TRUTH_NAME, out / "sparse" / "geo.json")
    say(
        console,
        f"against the truth: pose error {errors.pose_error_m:.2f} m, "
        f"height error {errors.height_error_m:.2f} m, tilt {errors.tilt_deg:.1f} degrees",
    )


def _is_whole(folder: Path, photos: int | None) -> bool:
    """The capture is there already, every photo of it, and as many as asked for."""
    try:
        names = json.loads((folder / TRUTH_NAME).read_text(encoding="utf-8"))["photos"]
    except (OSError, ValueError, KeyError):
        return False
    is_there = all((folder / name).is_file() for name in names)
    return is_there and photos in (None, len(names))


def _is_ours(folder: Path) -> bool:
    """The folder holds made-up photos only; one that holds others is left to be refused."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return bool(names) and all(name == TRUTH_NAME or fnmatch(name, OUR_PHOTOS) for name in names)


def _photograph(folder: Path, photos: int | None, console: Console) -> None:
    # numba's kernels take a second to load; only here are they needed.
    from spaceport_scenery import CaptureRefused, generate_capture  # noqa: PLC0415

    if _is_ours(folder):
        shutil.rmtree(folder)
    say(console, "photographing a made-up village")

    def told(done: int, total: int) -> None:
        if done % TOLD_EVERY == 0 or done == total:
            say(console, f"photographing a made-up village {done}/{total}")

    try:
        if photos is None:
            generate_capture(folder, progress=told)
        else:
            generate_capture(folder, photos=photos, progress=told)
    except CaptureRefused as refused:
        raise UserError(*refused.args) from refused
