"""What was typed -> a request: an area from a file, and the options beside it."""

import argparse
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spaceport_cli.flights.kml import SUFFIXES, read_kml
from spaceport_dronepath.api import REMEDIES
from spaceport_dronepath.contract.geojson import one_geometry
from spaceport_dronepath.contract.request import ExportFormat, PlanRequest
from spaceport_runtime.errors import UserError
from spaceport_runtime.http.validation import BODY, field_errors

POSITION = 2


def request_of(typed: argparse.Namespace) -> PlanRequest:
    """The request. Raises UserError that names the option or the field."""
    document = read_json(typed.area)
    asked: dict[str, Any] = (
        dict(document) if "area" in document else {"area": geometry_of(document, typed.area)}
    )
    asked |= _options(typed)
    asked.setdefault("title", typed.area.stem)
    asked.setdefault("exports", _usual_exports(asked.get("camera")))
    try:
        return PlanRequest.model_validate(asked)
    except ValidationError as error:
        located = [{**each, "loc": (BODY, *each["loc"])} for each in error.errors()]
        first = field_errors(located, asked, [PlanRequest], REMEDIES)[0]
        raise UserError(f"{first.field}: {first.message}", first.remedy) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file, or what a KML file holds as one. Raises UserError."""
    if path.suffix.lower() in SUFFIXES:
        return read_kml(path)
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise UserError(f"There is no {path}.", "Give a GeoJSON or KML file.") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON.", "Give a GeoJSON or KML file.") from error
    if not isinstance(document, dict):
        raise UserError(f"{path} is no GeoJSON object.", "Give a GeoJSON or KML file.")
    return document


def geometry_of(document: dict[str, Any], path: Path) -> dict[str, Any]:
    """The one geometry of a GeoJSON object. Raises UserError where there is none, or no one."""
    try:
        return one_geometry(document)
    except ValueError as error:
        raise UserError(f"{path}: {error}.", "Give a GeoJSON or KML file of one area.") from error


PLAIN = (
    "pattern", "gsd_cm", "agl_m", "front_overlap", "side_overlap", "gimbal_pitch_deg",
    "heading_deg", "radius_m", "width_m", "standoff_m", "margin_m", "max_speed_mps", "wind_mps",
    "max_agl_m", "min_clearance_m", "title",
)  # fmt: skip


def _options(typed: argparse.Namespace) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: getattr(typed, name) for name in PLAIN if getattr(typed, name) is not None
    }
    if typed.drone:
        given["camera"] = typed.drone
    if typed.takeoff:
        given["takeoff"] = position(typed.takeoff, "--takeoff")
    if typed.dem:
        given["terrain"] = {"type": "dem", "url": str(typed.dem)}
    if typed.no_fly:
        given["no_fly"] = [zone for path in typed.no_fly for zone in _zones(path)]
    if typed.fence:
        given["fence"] = geometry_of(read_json(typed.fence), typed.fence)
    if typed.subject:
        given["subject"] = _subject(typed.subject, typed.subject_height_m)
    battery = {"minutes": typed.minutes, "reserve": typed.reserve, "count": typed.batteries}
    battery = {name: value for name, value in battery.items() if value is not None}
    if battery:
        given["battery"] = battery
    if typed.export:
        given["exports"] = typed.export
    return given


def position(text: str, option: str) -> list[float]:
    """`LON,LAT` -> [longitude, latitude]. Raises UserError."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != POSITION:
        raise UserError(f"{option} {text} is no place.", "Write it as LON,LAT, such as 8.5,47.1.")
    return numbers


def _zones(path: Path) -> list[dict[str, Any]]:
    geometry = geometry_of(read_json(path), path)
    return [geometry]


def _subject(text: str, height_m: float | None) -> dict[str, Any]:
    """A place as LON,LAT, or the outline in a GeoJSON file."""
    path = Path(text)
    place: dict[str, Any]
    if path.exists():
        place = {"outline": geometry_of(read_json(path), path)}
    else:
        place = {"center": position(text, "--subject")}
    return place | ({} if height_m is None else {"height_m": height_m})


def _usual_exports(camera: object) -> list[str]:
    """What the drone's own app reads, and what everybody reads."""
    from spaceport_dronepath.drones.library import find_drone  # noqa: PLC0415

    wanted = [ExportFormat.GEOJSON, ExportFormat.KML, ExportFormat.LITCHI, ExportFormat.QGC]
    if isinstance(camera, str):
        drone = find_drone(camera)
        if drone.dji_fly:
            wanted.append(ExportFormat.DJI_FLY)
        elif drone.wpml_drone is not None:
            wanted.append(ExportFormat.WPML)
    return [each.value for each in wanted]
