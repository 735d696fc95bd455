"""Random areas as people draw them: concave, holed, in parts, anywhere on Earth."""

import math
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

PLACES = ((8.0, 0.0), (8.0, 50.0), (-70.0, -50.0), (25.0, 70.0), (180.0, 50.0), (-179.999, -17.0))
SHAPES = ("star", "u", "comb", "holed", "parts", "sliver", "blob")


def random_area(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    """A valid Polygon or MultiPolygon around the origin, in metres."""
    shape = SHAPES[rng.integers(len(SHAPES))]
    area = _SHAPES[shape](rng, size_m)
    area = affinity.rotate(area, rng.uniform(0, 360), origin=(0, 0))
    return shapely.make_valid(area) if not area.is_valid else area


def _star(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    n = int(rng.integers(5, 16))
    angle = np.sort(rng.uniform(0, 2 * math.pi, n))
    radius = size_m / 2 * rng.uniform(0.25, 1.0, n)
    return Polygon(np.column_stack((np.cos(angle) * radius, np.sin(angle) * radius))).buffer(0)


def _u(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    wall = size_m * rng.uniform(0.08, 0.3)
    half = size_m / 2
    return box(-half, -half, half, half).difference(
        box(-half + wall, -half + wall, half - wall, half + 1)
    )


def _comb(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    half = size_m / 2
    teeth = int(rng.integers(2, 6))
    shape: BaseGeometry = box(-half, -half, half, half)
    width = size_m / (2 * teeth + 1)
    for n in range(teeth):
        x = -half + (2 * n + 1) * width
        shape = shape.difference(box(x, -half * rng.uniform(-0.5, 0.9), x + width, half + 1))
    return shape


def _holed(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    shape = _blob(rng, size_m)
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(-0.25, 0.25, 2) * size_m
        shape = shape.difference(shapely.Point(x, y).buffer(size_m * rng.uniform(0.02, 0.12), 3))
    return _largest(shape)


def _parts(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    found: list[Polygon] = []
    for n in range(int(rng.integers(2, 4))):
        part = affinity.translate(_largest(_star(rng, size_m / 2)), n * size_m * 0.7, 0)
        found.append(part)
    return MultiPolygon(found)


def _sliver(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    bend = rng.uniform(-0.3, 0.3) * size_m
    line = shapely.LineString([(-size_m / 2, 0), (0, bend), (size_m / 2, 0)])
    return line.buffer(size_m * rng.uniform(0.01, 0.06), cap_style="flat", join_style="mitre")


def _blob(rng: np.random.Generator, size_m: float) -> BaseGeometry:
    points = shapely.MultiPoint(rng.uniform(-0.4, 0.4, (4, 2)) * size_m)
    return points.buffer(size_m * 0.22, 4).convex_hull


def _largest(shape: BaseGeometry) -> Polygon:
    parts = [p for p in shapely.get_parts(shape) if isinstance(p, Polygon)]
    return max(parts, key=lambda p: p.area)


_SHAPES = {
    "star": lambda r, s: _largest(_star(r, s)),
    "u": _u,
    "comb": _comb,
    "holed": _holed,
    "parts": _parts,
    "sliver": _sliver,
    "blob": _blob,
}


def to_geojson(shape: BaseGeometry, lon: float, lat: float) -> dict[str, Any]:
    """Metres -> degrees by the local scale of the ellipsoid; longitudes within +-180."""
    e2, a = 0.00669437999014, 6378137.0
    w = math.sqrt(1 - e2 * math.sin(math.radians(lat)) ** 2)
    north = math.radians(1) * a * (1 - e2) / w**3
    east = math.radians(1) * a * math.cos(math.radians(lat)) / w

    def degrees(xy: np.ndarray) -> np.ndarray:
        at = np.column_stack((lon + xy[:, 0] / east, lat + xy[:, 1] / north))
        at[:, 0] = (at[:, 0] + 180) % 360 - 180
        return at

    document: dict[str, Any] = shapely.geometry.mapping(shapely.transform(shape, degrees))
    found: dict[str, Any] = _lists(document)
    return found


def _lists(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _lists(value) for key, value in document.items()}
    return [_lists(part) for part in document] if isinstance(document, list | tuple) else document


def random_heights(rng: np.random.Generator, relief_m: float, n: int = 24) -> np.ndarray:
    """Hills, a ridge and a step, as rows from north to south."""
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    ground = rng.uniform(-1, 1) * x * relief_m / 2
    for _ in range(3):
        cx, cy, width = *rng.uniform(-1, 1, 2), rng.uniform(0.1, 0.6)
        ground = ground + relief_m / 2 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / width**2)
    return ground + 300 + np.where(x > rng.uniform(-1, 1), relief_m / 6, 0)
