"""A folder with a finished result, as the viewer's pages ask for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spaceport_cli.photos.find import find_photos
from spaceport_cli.run.checks import STATE_NAME
from spaceport_cli.run.record import read_record
from spaceport_runtime.errors import UserError

SCENE = "scene.sog"
GEO = "geo.json"
# Below the folder, in the order in which they are looked for.
PLACES: Mapping[str, tuple[str, ...]] = {
    SCENE: (SCENE,),
    "coarse.sog": ("coarse.sog",),
    "scene.ply": ("scene.ply",),
    GEO: (f"sparse/{GEO}", GEO),
    "report.json": ("report.json",),
    "report.html": ("report.html",),
    "preview.png": ("preview.png",),
    "flythrough.webp": ("flythrough.webp",),
}


@dataclass(frozen=True)
class Result:
    """The files by the names that pages ask for, and the photos by sfm's names of them."""

    files: Mapping[str, Path]
    photos: Mapping[str, Path]


def read_result(folder: Path) -> Result:
    """What there is to show; raises UserError where that is nothing."""
    if not folder.is_dir():
        what = "a file" if folder.exists() else "nothing"
        raise UserError(
            f"There is {what} at '{folder}', where the folder of a result should be.",
            "Give the folder that 'spaceport run' or 'make demo' wrote.",
        )
    found = {name: _first(folder, places) for name, places in PLACES.items()}
    files = {name: path for name, path in found.items() if path is not None}
    if SCENE not in files:
        raise UserError(
            f"'{folder}' holds no {SCENE}.",
            "Give the folder that 'spaceport run' or 'make demo' wrote, once it is done.",
        )
    return Result(files, _photos(folder, files.get(GEO)))


def _first(folder: Path, places: tuple[str, ...]) -> Path | None:
    return next((folder / place for place in places if (folder / place).is_file()), None)


def _photos(folder: Path, geo: Path | None) -> dict[str, Path]:
    """Where the photos still lie, if the run's record says so and nobody has moved them."""
    record = read_record(folder / STATE_NAME)
    source = Path(record.photos) if record else folder / "photos"
    if geo is None or not source.is_dir():
        return {}
    there = {photo.name: photo.path for photo in find_photos(source, skip=folder).photos}
    return {name: there[original] for name, original in _names(geo).items() if original in there}


def _names(geo: Path) -> dict[str, str]:
    """The user's own photo names by sfm's; {} where the file is none of sfm's."""
    try:
        photos = json.loads(geo.read_bytes())["photos"]
        return {str(photo["name"]): str(photo["original"]) for photo in photos}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
