"""How many photos show each place: on the ground, and on the walls of the subject."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from spaceport_dronepath.geometry.camera import HORIZON_MARGIN_DEG, Camera
from spaceport_dronepath.geometry.scanlines import crossings, edges_of
from spaceport_dronepath.patterns.brief import Target
from spaceport_dronepath.terrain.ground import Ground

Floats = NDArray[np.float64]
MAX_CELLS = 6_000_000
CELL_M = 5.0
WALL_STEP_M = 1.0
WALL_GSD_CM = 3.0
WALL_INCIDENCE_DEG = 75.0
CHUNK = 200_000


@dataclass(frozen=True)
class Shots:
    """All photos of a plan: places, heights above the take-off and directions (n)."""

    xy: Floats
    z_m: Floats
    heading_deg: Floats
    pitch_deg: Floats

    def axes(self) -> tuple[Floats, Floats, Floats]:
        """Unit vectors ahead, right and up in the image (n, 3), east-north-up."""
        h, p = np.radians(self.heading_deg), np.radians(self.pitch_deg)
        ahead = np.column_stack((np.sin(h) * np.cos(p), np.cos(h) * np.cos(p), np.sin(p)))
        right = np.column_stack((np.cos(h), -np.sin(h), np.zeros_like(h)))
        return ahead, right, np.cross(right, ahead)


def ground_corners(shots: Shots, camera: Camera, ground: Ground, home_ground_m: float) -> Floats:
    """Where the image corners meet the ground (n, 4, 2).

    Each ray is followed to the height of the ground where it last met it, three times over; rays
    closer than 10 degrees to the horizon end where one of 10 degrees would.
    """
    ahead, right, up = shots.axes()
    below_m = shots.z_m - _heights(ground, shots.xy, home_ground_m)
    flattest = math.tan(math.radians(HORIZON_MARGIN_DEG))
    corners = []
    for across, along in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        ray = ahead + across * camera.half_w * right + along * camera.half_h * up
        down = np.maximum(-ray[:, 2], flattest * np.hypot(ray[:, 0], ray[:, 1]))
        slope = ray[:, :2] / down[:, None]
        at = shots.xy + slope * below_m[:, None]
        if not ground.is_flat:
            at = _follow(shots, slope, at, ground, home_ground_m)
        corners.append(at)
    return np.stack(corners, axis=1)


def _follow(shots: Shots, slope: Floats, at: Floats, ground: Ground, home_m: float) -> Floats:
    for _ in range(3):
        below_m = np.maximum(shots.z_m - _heights(ground, at, home_m), 0)
        at = (at + shots.xy + slope * below_m[:, None]) / 2
    return at


def _heights(ground: Ground, xy: Floats, home_ground_m: float) -> Floats:
    return ground.known_heights_m(xy) - home_ground_m


@dataclass(frozen=True)
class CoverageMap:
    """Views of every cell; rows go north from y0, columns east from x0; -1 outside the area."""

    views: NDArray[np.int32]
    x0_m: float
    y0_m: float
    cell_m: float

    @property
    def inside(self) -> NDArray[np.int32]:
        """The views of the area's own cells."""
        return self.views[self.views >= 0]


def coverage(area: shapely.Geometry, corners: Floats) -> CoverageMap:
    """Count, for every cell of the area, the photos whose footprint holds the cell's middle.

    Footprints are convex quadrilaterals: each becomes one stretch of cells in every row it
    crosses, entered as +1 and -1 and summed up once at the end.
    """
    x0, y0, x1, y1 = area.bounds
    finest_m = math.sqrt((x1 - x0) * (y1 - y0) / MAX_CELLS)
    cell_m = max(CELL_M, finest_m)
    cell_m = min(cell_m, max(x1 - x0, y1 - y0) / 20, max(_width_m(area) / 2, finest_m))
    columns = max(math.ceil((x1 - x0) / cell_m), 1)
    rows = max(math.ceil((y1 - y0) / cell_m), 1)
    quads = (corners - (x0, y0)) / cell_m - 0.5
    change = np.zeros(rows * (columns + 1), np.int64)
    for first in range(0, len(quads), CHUNK // 8):
        change += _stretches(quads[first : first + CHUNK // 8], rows, columns)
    views = np.cumsum(change.reshape(rows, columns + 1), axis=1)[:, :-1].astype(np.int32)
    views = np.maximum(views, 0)  # a footprint over a cliff may be twisted
    x = x0 + (np.arange(columns) + 0.5) * cell_m
    y = y0 + (np.arange(rows) + 0.5) * cell_m
    views[~_inside(area, x, y)] = -1
    return CoverageMap(views, x0, y0, cell_m)


def _width_m(area: shapely.Geometry) -> float:
    """How wide a strip of that area and outline would be: cells must not miss a narrow one."""
    return 2 * float(area.area) / max(float(area.length), 1e-9)


def _inside(area: shapely.Geometry, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Which cells have their middle in the area, by scanlines."""
    row, enter, leave = crossings(*edges_of(area), y)
    step = x[1] - x[0] if len(x) > 1 else 1.0
    first = np.ceil((enter - x[0]) / step).clip(0, len(x)).astype(int)
    last = (np.floor((leave - x[0]) / step) + 1).clip(0, len(x)).astype(int)
    change = np.zeros(len(y) * (len(x) + 1), np.int64)
    np.add.at(change, row * (len(x) + 1) + first, 1)
    np.add.at(change, row * (len(x) + 1) + np.maximum(last, first), -1)
    inside: NDArray[np.bool_] = np.cumsum(change.reshape(len(y), -1), axis=1)[:, :-1] > 0
    return inside


def _stretches(quads: Floats, rows: int, columns: int) -> NDArray[np.int64]:
    """+1 where a footprint enters a row of cells and -1 beyond it (flat, rows x (columns + 1)).

    Every row that a footprint crosses meets one edge that goes up and one that goes down: seen
    counter-clockwise, the stretch begins at the one that goes down and ends at the other.
    """
    x, y = quads[:, :, 0], quads[:, :, 1]
    after_x, after_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    turns = np.sign((x * after_y - after_x * y).sum(axis=1))
    edges = np.stack((x, y, after_x, after_y), axis=-1).reshape(-1, 4)
    begins = np.repeat(turns, 4) * (edges[:, 3] - edges[:, 1]) < 0
    size = rows * (columns + 1)
    start = np.bincount(_crossed(edges[begins], rows, columns, np.ceil), minlength=size)
    end = np.bincount(_crossed(edges[~begins], rows, columns, _beyond), minlength=size)
    return start - end


def _beyond(x: Floats) -> Floats:
    return np.floor(x) + 1


def _crossed(
    edges: Floats, rows: int, columns: int, cell: Callable[[Floats], Floats]
) -> NDArray[np.intp]:
    """The cells (flat) at which edges (n, 4: from x, y to x, y) cross the middles of rows."""
    low = np.ceil(np.minimum(edges[:, 1], edges[:, 3])).clip(0, rows).astype(np.intp)
    high = np.ceil(np.maximum(edges[:, 1], edges[:, 3])).clip(0, rows).astype(np.intp)
    count = high - low
    x0, y0, x1, y1 = edges.T
    slope = (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    row = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count - low, count)
    x = np.repeat(x0 - slope * y0, count) + np.repeat(slope, count) * row
    cells: NDArray[np.intp] = row * (columns + 1) + cell(x).clip(0, columns).astype(np.intp)
    return cells


def wall_points(target: Target) -> tuple[Floats, Floats]:
    """Places on the subject's walls (n, 3) and the directions they face (n, 2), 1 m apart."""
    ring = target.outline
    if ring is None:
        ring = shapely.Point(target.center).buffer(target.radius_m, 8)
    corners = shapely.get_coordinates(shapely.orient_polygons(ring).exterior)
    rows = np.arange(WALL_STEP_M / 2, target.height_m, WALL_STEP_M)
    rows = rows if len(rows) else np.array([target.height_m / 2])
    places, facings = [], []
    for a, b in pairwise(corners):
        length = float(np.hypot(*(b - a)))
        if length < 1e-6:
            continue
        share = np.linspace(0, 1, max(round(length / WALL_STEP_M), 1) + 1)[:-1] + 0.5 / max(
            round(length / WALL_STEP_M), 1
        )
        out = np.array([(b - a)[1], -(b - a)[0]]) / length
        for row in rows:
            at = a + share[:, None] * (b - a)
            places.append(np.column_stack((at, np.full(len(at), row))))
            facings.append(np.broadcast_to(out, (len(at), 2)))
    return np.concatenate(places), np.concatenate(facings)


def wall_views(shots: Shots, camera: Camera, target: Target, base_m: float) -> NDArray[np.int64]:
    """For every place on the walls, the photos that show it usefully.

    Useful: inside the image, at 3 cm per pixel or finer, less than 75 degrees off the wall's
    direction (which also leaves out what the subject itself hides). base_m is the ground at the
    subject, above the take-off.
    """
    places, facing = wall_points(target)
    ahead, right, up = shots.axes()
    views = np.zeros(len(places), np.int64)
    for first in range(0, len(shots.xy), max(CHUNK // len(places), 1)):
        some = slice(first, first + max(CHUNK // len(places), 1))
        eye = np.column_stack((shots.xy[some], shots.z_m[some] - base_m))
        ray = places[None] - eye[:, None]
        depth = np.einsum("npk,nk->np", ray, ahead[some])
        across = np.abs(np.einsum("npk,nk->np", ray, right[some]))
        along = np.abs(np.einsum("npk,nk->np", ray, up[some]))
        distance = np.sqrt((ray**2).sum(axis=2))
        towards = -(ray[:, :, :2] * facing[None]).sum(axis=2) / distance
        seen = (depth > 0) & (across <= depth * camera.half_w) & (along <= depth * camera.half_h)
        seen &= camera.gsd_cm(1.0) * depth <= WALL_GSD_CM
        seen &= towards > math.cos(math.radians(WALL_INCIDENCE_DEG))
        views += seen.sum(axis=0)
    return views
