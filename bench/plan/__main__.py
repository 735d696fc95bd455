"""The planner's cost and correctness, beside other planners over the same areas.

    python bench/plan/__main__.py [--rivals PYTHON] [--out out/bench/plan.json]

`PYTHON` is the interpreter of an environment of its own, outside the repository, with the rivals:

    python -m venv /tmp/rivals
    /tmp/rivals/bin/pip install opencoverage==0.2.0
    /tmp/rivals/bin/pip install --no-deps drone-flightplan==1.0.0 && \
        /tmp/rivals/bin/pip install geojson

All plan the same grid: nadir, 75 % front and side overlap, 100 m, a Mini 4 Pro. CPU time is of one
process, warm. What is seen is counted here for all alike, from photo places and the true camera on
a raster of 5 m; what is flown outside is the length of straight legs between the places.
"""

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import Proj
from rasterio.transform import from_bounds
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.drones.library import find_drone
from spaceport_dronepath.plan import Plan, plan_flight
from spaceport_dronepath.prediction.forecast import forecast
from spaceport_dronepath.terrain.dem import read_dem

Floats = NDArray[np.float64]
LON, LAT = 8.0, 50.8
AGL_M, OVERLAP = 100.0, 0.75
DRONE = "mini4pro"
REPEATS = 5
GRID_MS, DEM_MS, TEN_TIMES = 100.0, 300.0, 12.0
CELL_M = 5.0


def areas() -> dict[str, BaseGeometry]:
    """Metres around the place: convex, concave, holed, and large."""
    square = affinity.rotate(shapely.box(-500, -500, 500, 500), 17)
    u = shapely.box(-500, -500, 500, 500).difference(shapely.box(-300, -200, 300, 501))
    holed = square.difference(shapely.Point(0, 0).buffer(200, 8))
    side = math.sqrt(10e6) / 2
    large = affinity.rotate(shapely.box(-side, -side, side, side), 17)
    return {"1 km2": square, "U": u, "hole": holed, "10 km2": large}


def request_over(area: BaseGeometry, projection: Proj, **more: Any) -> PlanRequest:
    degrees = shapely.transform(
        area, lambda xy: np.column_stack(projection(xy[:, 0], xy[:, 1], inverse=True))
    )
    asked = {
        "area": json.loads(shapely.to_geojson(degrees)),
        "camera": DRONE,
        "agl_m": AGL_M,
        "front_overlap": OVERLAP,
        "side_overlap": OVERLAP,
        **more,
    }
    return PlanRequest.model_validate(asked)


def cpu_ms(work: Callable[[], object]) -> float:
    """The median of a few, after one to warm up."""
    work()
    found = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        found.append(1000 * (time.process_time() - start))
    return float(np.median(found))


def judged(area: BaseGeometry, path: Floats, photos: Floats, heading_deg: float) -> dict[str, Any]:
    """Share of the area in no photo, and metres flown outside it."""
    drone = find_drone(DRONE)
    half_w = AGL_M * drone.sensor_mm[0] / drone.focal_mm / 2
    half_h = AGL_M * drone.sensor_mm[1] / drone.focal_mm / 2
    x0, y0, x1, y1 = area.bounds
    x, y = np.arange(x0, x1, CELL_M), np.arange(y0, y1, CELL_M)
    places = np.stack(np.meshgrid(x, y), axis=-1)
    inside = shapely.contains_xy(area, places[..., 0], places[..., 1])
    h = math.radians(heading_deg)
    ahead, right = np.array([math.sin(h), math.cos(h)]), np.array([math.cos(h), -math.sin(h)])
    reach = math.hypot(half_w, half_h)
    seen = np.zeros(inside.shape, bool)
    for photo in photos:
        rows, columns = (
            slice(*np.searchsorted(axis, (at - reach, at + reach)))
            for axis, at in ((y, photo[1]), (x, photo[0]))
        )
        away = places[rows, columns] - photo
        seen[rows, columns] |= (np.abs(away @ ahead) <= half_h) & (np.abs(away @ right) <= half_w)
    seen = seen[inside]
    flown = shapely.LineString(path)
    return {
        "photos": len(photos),
        "unseen_pct": 100 * float((~seen).mean()),
        "outside_m": float(flown.difference(area.buffer(0.5)).length),
        "km": flown.length / 1000,
    }


def ours(area: BaseGeometry, projection: Proj) -> dict[str, Any]:
    request = request_over(area, projection)
    plan = plan_flight(request)
    work = np.concatenate([s.photos.xy for s in plan.sorties])
    path = np.concatenate([s.waypoints.xy[1:-1] for s in plan.sorties])
    heading = float(plan.strips[0].heading_deg[0])
    moved = plan.frame.to_lon_lat(np.concatenate((path, work)))
    metres = np.column_stack(projection(moved[:, 0], moved[:, 1]))
    row = judged(area, metres[: len(path)], metres[len(path) :], heading)
    return {"cpu_ms": cpu_ms(lambda: plan_flight(request)), **row}


def theirs(area: BaseGeometry, flight: dict[str, Any], projection: Proj) -> dict[str, Any]:
    if "failed" in flight:
        return flight

    def metres(kind: str) -> Floats:
        if f"{kind}_m" in flight:
            return np.array(flight[f"{kind}_m"], np.float64)[:, :2]
        degrees = np.array(flight[f"{kind}_deg"], np.float64)
        return np.column_stack(projection(degrees[:, 0], degrees[:, 1]))

    path, photos = metres("path"), metres("photos")
    legs = np.diff(path, axis=0)
    longest = legs[np.argmax(np.hypot(*legs.T))]
    lengths = np.hypot(*legs.T)
    course = np.degrees(np.arctan2(legs[:, 0], legs[:, 1])) % 180
    bins, edges = np.histogram(course, 180, (0, 180), weights=lengths)
    best = int(np.argmax(bins))
    heading = float(edges[best] + 0.5) if len(legs) > 3 else float(np.degrees(np.arctan2(*longest)))
    return {"cpu_ms": flight["cpu_ms"], **judged(area, path, photos, heading)}


def jobs(found: dict[str, BaseGeometry], projection: Proj) -> list[dict[str, Any]]:
    drone = find_drone(DRONE)
    return [
        {
            "name": name,
            "rings_m": [list(map(list, ring.coords)) for ring in _rings(area)],
            "geometry": request_over(area, projection).area.model_dump(),
            "camera": drone.model_dump(include={"sensor_mm", "focal_mm", "px", "min_interval_s"}),
            "agl_m": AGL_M,
            "front": OVERLAP,
            "side": OVERLAP,
        }
        for name, area in found.items()
    ]


def _rings(area: BaseGeometry) -> list[Any]:
    return [area.exterior, *area.interiors]


def own_figures(projection: Proj, folder: Path) -> dict[str, float]:
    """The cost of a grid, of a DEM with a coverage map, and of ten times the area."""
    ten = areas()["10 km2"]
    hundred = affinity.scale(ten, math.sqrt(10), math.sqrt(10), origin=(0, 0))
    grid = request_over(ten, projection)
    dem = write_dem(folder / "dem.tif", projection)
    hilly = request_over(ten, projection, terrain={"type": "dem", "url": str(dem)})

    # Nobody flies 100 km2 from one place with 34 minutes: both with a battery that would.
    long_ten = request_over(ten, projection, battery={"minutes": 120})
    long_hundred = request_over(hundred, projection, battery={"minutes": 120})

    def with_dem() -> object:
        return forecast(plan_with(hilly))

    def with_map() -> object:
        return forecast(plan_flight(grid))

    return {
        "photo points": sum(strip.photos for strip in plan_flight(grid).strips),
        "grid ms": cpu_ms(lambda: plan_flight(grid)),
        "grid + coverage ms": cpu_ms(with_map),
        "DEM window + coverage ms": cpu_ms(with_dem),
        "10 km2 grid, long flights ms": cpu_ms(lambda: plan_flight(long_ten)),
        "100 km2 grid, long flights ms": cpu_ms(lambda: plan_flight(long_hundred)),
    }


def plan_with(request: PlanRequest) -> Plan:
    return plan_flight(request, lambda url, *rest: read_dem(Path(url), *rest))


def write_dem(path: Path, projection: Proj) -> Path:
    """30 m cells, as national and space-borne models have them; hills of 60 m."""
    size, half = 600, 9000.0
    lon, lat = projection(np.array([-half, half]), np.array([-half, half]), inverse=True)
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(-1, 1, size))
    heights = (200 + 30 * np.sin(9 * x) * np.cos(7 * y)).astype(np.float32)
    place = from_bounds(lon[0], lat[0], lon[1], lat[1], size, size)
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=1, dtype="float32",
        crs="EPSG:4326", transform=place, tiled=True, compress="deflate",
    ) as dataset:  # fmt: skip
        dataset.write(heights, 1)
    return path


def report(rows: dict[str, dict[str, dict[str, Any]]], figures: dict[str, float]) -> bool:
    say = sys.stdout.write
    for area, planners in rows.items():
        for planner, row in planners.items():
            if "failed" in row:
                say(f"{area:8} {planner:17} {row['failed']}\n")
                continue
            say(
                f"{area:8} {planner:17} {row['cpu_ms']:8.0f} ms {row['photos']:7d} photos "
                f"{row['unseen_pct']:6.2f} % unseen {row['outside_m']:8.0f} m outside "
                f"{row['km']:7.1f} km\n"
            )
    for name, value in figures.items():
        say(f"{name}: {value:,.0f}\n")
    ratio = figures["100 km2 grid, long flights ms"] / figures["10 km2 grid, long flights ms"]
    say(f"100 km2 : 10 km2 = {ratio:.1f} (<= {TEN_TIMES:g})\n")
    return (
        figures["grid ms"] <= GRID_MS
        and figures["DEM window + coverage ms"] <= DEM_MS
        and ratio <= TEN_TIMES
        and all(r["ours"]["unseen_pct"] == 0 and r["ours"]["outside_m"] == 0 for r in rows.values())
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rivals", type=Path, metavar="PYTHON")
    parser.add_argument("--out", type=Path)
    typed = parser.parse_args()
    projection = Proj(f"+proj=tmerc +lat_0={LAT} +lon_0={LON} +k=1 +ellps=WGS84")
    found = areas()
    rows = {name: {"ours": ours(area, projection)} for name, area in found.items()}
    if typed.rivals:
        script = Path(__file__).with_name("rivals.py")
        answer = subprocess.run(
            [str(typed.rivals), str(script)],
            input=json.dumps(jobs(found, projection)),
            capture_output=True,
            text=True,
            check=True,
        )
        for planner, flights in json.loads(answer.stdout.splitlines()[-1]).items():
            for name, flight in flights.items():
                rows[name][planner] = theirs(found[name], flight, projection)
    with TemporaryDirectory() as folder:
        figures = own_figures(projection, Path(folder))
    good = report(rows, figures)
    if typed.out:
        typed.out.parent.mkdir(parents=True, exist_ok=True)
        typed.out.write_text(json.dumps({"rows": rows, "figures": figures}, indent=1))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
