"""`spaceport plan PLAN --check PHOTOS`: what was flown, and what to fly again."""

import argparse
import json
from io import BytesIO
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from pydantic import ValidationError
from rich.console import Console

from spaceport_cli.flights.ask import read_json
from spaceport_cli.flights.plan import planned_here, write
from spaceport_cli.photos.find import find_photos
from spaceport_contracts.capture import Photo
from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.files import PLAN_JSON, deliver
from spaceport_dronepath.flown.again import request_again
from spaceport_dronepath.flown.compare import Flown, compare
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.picture import coverage_png
from spaceport_ingest.inspect.photos.exif import read_exif
from spaceport_ingest.inspect.photos.xmp import read_xmp
from spaceport_runtime.errors import UserError

AGAIN = "again"
HEAD_BYTES = 1 << 20


def check(typed: argparse.Namespace, console: Console) -> int:
    """Compare, write flown.json, flown.png and (where there are gaps) a plan to fly again."""
    planned = planned_here(planned_before(typed.area))
    photos = read_photos(typed.check)
    flown = compare(planned, photos)
    folder = typed.out
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flown.json").write_text(json.dumps(as_document(flown), indent=1), encoding="utf-8")
    (folder / "flown.png").write_bytes(coverage_png(flown.map))
    again = fly_again(planned, flown, folder)
    for line in [*sentences(flown), again]:
        console.print(line, soft_wrap=True)
    return 0


def planned_before(area: Path) -> PlanRequest:
    """The request of a plan that was written before. Raises UserError."""
    path = area / PLAN_JSON if area.is_dir() else area
    document = read_json(path)
    try:
        return PlanRequest.model_validate(document["request"])
    except (KeyError, ValidationError) as error:
        raise UserError(
            f"{path} is not the plan.json of a plan.", "Give the folder that 'plan --out' wrote."
        ) from error


def read_photos(folder: Path) -> list[Photo]:
    """What every photo in a folder says of itself. Raises UserError where there are none."""
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}.", "Give the folder of the photos.")
    found = [read_photo(each.path, each.name) for each in find_photos(folder).photos]
    photos = [photo for photo in found if photo is not None]
    if not photos:
        raise UserError(f"There are no photos in {folder}.", "Give the folder of the photos.")
    return photos


def read_photo(path: Path, name: str) -> Photo | None:
    """Only the head of the file is looked at; None for what is no picture."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    try:
        with Image.open(BytesIO(head)) as image:
            exif, size = read_exif(image), image.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None
    xmp = read_xmp(head)
    position = exif.position or xmp.position
    return Photo(
        name=name,
        key=name,
        bytes=max(path.stat().st_size, 1),
        sha256="",
        width_px=size[0],
        height_px=size[1],
        latitude_deg=position.latitude_deg if position else None,
        longitude_deg=position.longitude_deg if position else None,
        relative_altitude_m=xmp.relative_altitude_m,
        gimbal_pitch_deg=xmp.gimbal_pitch_deg,
        gimbal_yaw_deg=xmp.gimbal_yaw_deg,
    )


def as_document(flown: Flown) -> dict[str, object]:
    """flown.json."""
    names = (
        "photos", "without_place", "without_height", "without_angles", "planned_photos",
        "missing_photos", "off_m", "off_height_m", "coverage_pct", "planned_coverage_pct",
        "views_p50", "planned_views_p50", "gap_m2",
    )  # fmt: skip
    return {name: getattr(flown, name) for name in names}


def sentences(flown: Flown) -> list[str]:
    """What was flown, in a few lines."""
    lines = [
        f"{flown.photos} photos; of {flown.planned_photos} planned ones {flown.missing_photos} are "
        f"missing. Typically {flown.off_m:.1f} m off the plan.",
        f"{flown.coverage_pct:.1f} % of the area seen (planned {flown.planned_coverage_pct:.1f} %),"
        f" each place in {flown.views_p50:.0f} photos (planned {flown.planned_views_p50:.0f}).",
    ]
    unknown = {
        "no position": flown.without_place,
        "no height above the take-off": flown.without_height,
        "no gimbal angles": flown.without_angles,
    }
    lines += [f"{count} photos have {what}." for what, count in unknown.items() if count]
    return lines


def fly_again(planned: Plan, flown: Flown, folder: Path) -> str:
    """Write the plan of the gaps; returns what to say of it."""
    request = request_again(planned, flown)
    if request is None:
        return "Nothing needs to be flown again."
    delivery = deliver(planned_here(request), AGAIN)
    write(delivery, folder / AGAIN)
    return (
        f"{flown.gap_m2:,.0f} m2 need to be flown again: {delivery.answer.totals.photos} photos, "
        f"{delivery.answer.totals.time_s / 60:.0f} minutes, in {folder / AGAIN}."
    )
