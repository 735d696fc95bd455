"""Other planners over the same areas; run by the Python that has them installed.

    RIVALS_PYTHON bench/plan/rivals.py < areas.json > flights.json

Knows hotosm drone-flightplan (GPL-3, not ours to ship) and opencoverage (MIT). What is not
installed is left out. Each area is planned twice and the second time counts.
"""

import json
import sys
import time
import types
from collections.abc import Callable
from itertools import pairwise
from typing import Any

Flight = dict[str, Any]


def opencoverage(job: dict[str, Any]) -> Flight:
    from opencoverage import models  # noqa: PLC0415
    from opencoverage.planner import plan  # noqa: PLC0415
    from shapely.geometry import Polygon  # noqa: PLC0415

    camera = job["camera"]
    pinhole = models.PinholeCamera(
        pixel_size_mm=camera["sensor_mm"][0] / camera["px"][0],
        focal_length_mm=camera["focal_mm"],
        sensor_width_mm=camera["sensor_mm"][0],
        sensor_height_mm=camera["sensor_mm"][1],
        capture_rate_s=camera["min_interval_s"],
    )
    mission = plan(
        polygon=Polygon(job["rings_m"][0], job["rings_m"][1:]),
        uav=models.UAV(min_height=10.0, survey_velocity=12.0),
        camera=pinhole,
        lateral_overlap=job["side"],
        forward_overlap=job["front"],
        target="altitude",
        target_value=job["agl_m"],
    )
    return {"path_m": mission.path, "photos_m": _along(mission.path, mission.forward_distance)}


def _along(path: list[list[float]], step: float) -> list[list[float]]:
    """A photo at every step of the distance flown."""
    photos, left = [list(path[0])], step
    for a, b in pairwise(path):
        length = ((b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2) ** 0.5
        at = left
        while at <= length:
            share = at / length
            photos.append([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])])
            at += step
        left = at - length
    return photos


def drone_flightplan(job: dict[str, Any]) -> Flight:
    _stand_in_for_gdal()
    from drone_flightplan.enums import FlightMode, GimbalAngle  # noqa: PLC0415
    from drone_flightplan.waypoints import create_waypoint  # noqa: PLC0415

    answer = create_waypoint(
        project_area={"type": "Feature", "properties": {}, "geometry": job["geometry"]},
        agl=job["agl_m"],
        gsd=None,
        forward_overlap=100 * job["front"],
        side_overlap=100 * job["side"],
        mode=FlightMode.WAYPOINTS,
        gimbal_angle=GimbalAngle.NADIR,
    )
    found = answer.get("geojson", answer)
    found = json.loads(found) if isinstance(found, str) else found
    places = [f["geometry"]["coordinates"][:2] for f in found["features"]]
    return {"path_deg": places, "photos_deg": places}


def _stand_in_for_gdal() -> None:
    """Its elevation module wants GDAL at import; a flat grid never calls it."""
    try:
        import osgeo  # noqa: F401, PLC0415
    except ImportError:
        for name in ("osgeo", "osgeo.gdal", "osgeo.ogr", "osgeo.osr"):
            sys.modules[name] = types.ModuleType(name)
        for name in ("gdal", "ogr", "osr"):
            setattr(sys.modules["osgeo"], name, sys.modules[f"osgeo.{name}"])


RIVALS: dict[str, Callable[[dict[str, Any]], Flight]] = {
    "opencoverage": opencoverage,
    "drone-flightplan": drone_flightplan,
}


def measure(name: str, job: dict[str, Any]) -> Flight:
    plan = RIVALS[name]
    try:
        plan(job)
        start = time.process_time()
        flight = plan(job)
        return {**flight, "cpu_ms": 1000 * (time.process_time() - start)}
    except Exception as error:  # a rival may fail in any way; that it did is the result
        return {"failed": f"{type(error).__name__}: {error}"[:200]}


def main() -> int:
    jobs = json.load(sys.stdin)
    found = {name: {job["name"]: measure(name, job) for job in jobs} for name in RIVALS}
    json.dump(found, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
