"""Litchi's CSV: 99 waypoints a mission, legs of 0.6 to 1999 m, 30 km in all."""

import csv
import io

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.exports.track import (
    ExportFile,
    Point,
    Track,
    in_parts,
    metres_between,
    without_long_legs,
)

MOST_WAYPOINTS = 99
LONGEST_LEG_M = 1900.0
LONGEST_M = 29_500.0
LOWEST_M, HIGHEST_M = -200.0, 500.0
SMALLEST_CURVE_M = 0.2
ACTIONS = 15
NO_ACTION, TAKE_PHOTO, TILT = -1, 1, 5
INTERPOLATE_GIMBAL = 2
ABOVE_TAKEOFF = 0
FASTEST_MPS = 15.0
HEADER = (
    "latitude",
    "longitude",
    "altitude(m)",
    "heading(deg)",
    "curvesize(m)",
    "rotationdir",
    "gimbalmode",
    "gimbalpitchangle",
    *(f"action{what}{n}" for n in range(1, ACTIONS + 1) for what in ("type", "param")),
    "altitudemode",
    "speed(m/s)",
    "poi_latitude",
    "poi_longitude",
    "poi_altitude(m)",
    "poi_altitudemode",
    "photo_timeinterval",
    "photo_distinterval",
)


def litchi(track: Track) -> list[ExportFile]:
    """One CSV for each part of the flight that Litchi can hold.

    Raises FieldProblem where the flight is higher or lower than Litchi flies.
    """
    heights = [point.z_m for point in track.points]
    if max(heights) > HIGHEST_M or min(heights) < LOWEST_M:
        raise FieldProblem(
            "exports",
            f"Litchi flies from {LOWEST_M:g} to {HIGHEST_M:g} m above the take-off; this flight "
            f"needs {min(heights):.0f} to {max(heights):.0f} m.",
            "Take off elsewhere, or leave litchi out.",
        )
    points = without_long_legs(track.points, LONGEST_LEG_M)
    parts = in_parts(points, MOST_WAYPOINTS, LONGEST_M)
    several = len(parts) > 1
    return [
        ExportFile(
            f"sortie-{track.number:02d}" + (f"-part-{n}" if several else "") + ".litchi.csv",
            _csv(part),
            "text/csv",
        )
        for n, part in enumerate(parts, 1)
    ]


def _csv(points: list[Point]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for n, point in enumerate(points):
        writer.writerow(_row(point, _curve_m(points, n)))
    return text.getvalue().encode()


def _curve_m(points: list[Point], n: int) -> float:
    """A curve that never eats more than 0.3 of a leg, so that two of them always fit."""
    if points[n].stop or points[n].photo_every_m:
        return SMALLEST_CURVE_M
    legs = [
        metres_between(*pair)
        for pair in zip(points[n - 1 : n + 1], points[n : n + 2], strict=False)
    ]
    shortest = min(legs, default=0.0) if 0 < n < len(points) - 1 else 0.0
    return min(max(0.3 * shortest, SMALLEST_CURVE_M), 5.0)


def _row(point: Point, curve_m: float) -> list[str]:
    return [
        f"{point.lat_deg:.8f}",
        f"{point.lon_deg:.8f}",
        f"{point.z_m:.2f}",
        f"{point.heading_deg:.1f}",
        f"{curve_m:.1f}",
        "0",
        str(INTERPOLATE_GIMBAL),
        f"{point.pitch_deg:.0f}",
        *_actions(point),
        str(ABOVE_TAKEOFF),
        f"{min(point.speed_mps, FASTEST_MPS):.2f}",
        *("0", "0", "0", "0"),
        "-1",
        f"{point.photo_every_m:.2f}" if point.photo_every_m else "-1",
    ]


def _actions(point: Point) -> list[str]:
    """Photos at the waypoint, with a tilt before each where the camera looks several ways."""
    found: list[tuple[int, float]] = []
    for view in point.views:
        if len(point.views) > 1:
            found.append((TILT, view.pitch_deg))
        if view.photo:
            found.append((TAKE_PHOTO, 0))
    found = found[:ACTIONS]
    found += [(NO_ACTION, 0)] * (ACTIONS - len(found))
    return [f"{number:.0f}" for pair in found for number in pair]
