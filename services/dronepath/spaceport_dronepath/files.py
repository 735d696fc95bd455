"""Every file of a plan, each flight file read back before it leaves."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from spaceport_contracts.flight import PHOTO_COLUMNS, PLAN_FILE
from spaceport_dronepath.answer import answer_of
from spaceport_dronepath.contract.answer import PlanAnswer, PlanFile
from spaceport_dronepath.contract.request import ExportFormat
from spaceport_dronepath.exports.litchi import litchi
from spaceport_dronepath.exports.maps import geojson, kml
from spaceport_dronepath.exports.mavlink import qgc_plan, wpl
from spaceport_dronepath.exports.pilot import pilot_page
from spaceport_dronepath.exports.readback import hold_against
from spaceport_dronepath.exports.track import ExportFile, Track, track_of
from spaceport_dronepath.exports.wpml import kind_of
from spaceport_dronepath.exports.wpml import wpml as wpml_files
from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.page.html import plan_page
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.forecast import Forecast, forecast
from spaceport_dronepath.prediction.picture import coverage_geojson, coverage_png

PLAN_JSON = PLAN_FILE


@dataclass(frozen=True)
class Delivery:
    """The answer and the files that belong to it."""

    answer: PlanAnswer
    files: tuple[ExportFile, ...]


def deliver(plan: Plan, plan_id: str) -> Delivery:
    """Predict, write, read back.

    Raises FieldProblem where a format cannot hold the flight, ValueError where a written file
    does not say what was planned.
    """
    expected = forecast(plan)
    tracks = [
        track_of(sortie, n, plan.request.title, plan.frame)
        for n, sortie in enumerate(plan.sorties, 1)
    ]
    files = [*flight_files(plan, tracks), *_pages(plan, expected, tracks)]
    listed = [described(file) for file in files]
    answer = answer_of(plan, expected, tracks, listed, plan_id)
    files.append(_plan_json(plan, answer))
    return Delivery(answer, tuple(files))


def described(file: ExportFile) -> PlanFile:
    """The file as the answer lists it."""
    digest = hashlib.sha256(file.content).hexdigest()
    return PlanFile(name=file.name, bytes=len(file.content), sha256=digest)


def flight_files(plan: Plan, tracks: Sequence[Track]) -> list[ExportFile]:
    """The flight files in every format that was asked for, each once."""
    files: list[ExportFile] = []
    for wanted in dict.fromkeys(plan.request.exports):
        files += _written(wanted, plan, tracks)
    return files


def _written(wanted: ExportFormat, plan: Plan, tracks: Sequence[Track]) -> list[ExportFile]:
    if wanted is ExportFormat.GEOJSON:
        whole = geojson(tracks, plan.sorties, plan.frame)
    elif wanted is ExportFormat.KML:
        whole = kml(tracks)
    else:
        return [file for track in tracks for file in _of_sortie(wanted, plan, track)]
    for track in tracks:
        hold_against(track, [whole], above_ground=wanted is ExportFormat.KML)
    return [whole]


def _of_sortie(wanted: ExportFormat, plan: Plan, track: Track) -> list[ExportFile]:
    match wanted:
        case ExportFormat.QGC:
            files = [qgc_plan(track, _zones(plan))]
        case ExportFormat.WPL:
            files = [wpl(track)]
        case ExportFormat.LITCHI:
            files = litchi(track)
        case _:
            kind = kind_of(plan.wishes.drone, wanted is ExportFormat.DJI_FLY)
            files = wpml_files(track, kind)
    hold_against(track, files)
    return files


def _zones(plan: Plan) -> list[list[tuple[float, float]]]:
    """The no-fly zones near the area, as rings in degrees."""
    near = shapely.box(*plan.place.bounds)
    return [
        [(float(lon), float(lat)) for lon, lat in plan.frame.to_lon_lat(polygon.exterior.coords)]
        for polygon in polygons_of(plan.place.blocked.simplify(0.1))
        if polygon.intersects(near)
    ]


def _pages(plan: Plan, expected: Forecast, tracks: Sequence[Track]) -> list[ExportFile]:
    picture = coverage_png(expected.map)
    return [
        ExportFile("coverage.png", picture, "image/png"),
        ExportFile(
            "coverage.geojson",
            coverage_geojson(expected.map, plan.frame),
            "application/geo+json",
        ),
        ExportFile("plan.html", plan_page(plan, expected, picture), "text/html; charset=utf-8"),
        pilot_page(plan.request, plan.wishes, tracks, expected.warnings),
    ]


def _plan_json(plan: Plan, answer: PlanAnswer) -> ExportFile:
    """Request, answer and every photo: what `--check` needs to hold photos against the plan."""
    photos = []
    for sortie in plan.sorties:
        p = sortie.photos
        degrees = plan.frame.to_lon_lat(p.xy)
        photos.append(
            [
                [
                    round(float(degrees[n, 0]), 8),
                    round(float(degrees[n, 1]), 8),
                    round(float(p.z_m[n]), 2),
                    round(float(p.heading_deg[n]), 1),
                    round(float(p.pitch_deg[n]), 1),
                ]
                for n in range(len(p))
            ]
        )
    document = {
        "version": 1,
        "request": plan.request.model_dump(mode="json"),
        "answer": answer.model_dump(mode="json", by_alias=True),
        "photo_columns": PHOTO_COLUMNS,
        "photos": photos,
    }
    return ExportFile(PLAN_JSON, json.dumps(document).encode(), "application/json")
