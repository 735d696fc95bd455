"""GeoJSON -> shapes in metres, with every mistake named by the path of its field."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import Circle, Geometry
from spaceport_dronepath.geometry.frame import LocalFrame

MAX_VERTICES = 10_000
MAX_EXTENT_M = 60_000.0
MAX_LATITUDE_DEG = 85.0
MIN_AREA_M2 = 1.0
SWAPPED_NEAR_M = 100_000.0
Ring = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """A geometry whose numbers were checked; still in degrees."""

    kind: str
    rings: tuple[tuple[Ring, ...], ...]
    field: str

    @property
    def positions(self) -> Ring:
        """Every position (n, 2)."""
        return np.concatenate([ring for part in self.rings for ring in part])


def read_shape(geometry: Geometry, field: str) -> Shape:
    """Check the numbers of a GeoJSON geometry.

    Raises FieldProblem with the path of the first position that is wrong.
    """
    path = f"{field}.coordinates"
    if _count(geometry.coordinates) > MAX_VERTICES:
        raise FieldProblem(
            path,
            f"It has more than {MAX_VERTICES:,} vertices.",
            "Simplify it; a tolerance of 1 m changes no flight.",
        )
    given = geometry.coordinates
    match geometry.type:
        case "Point":
            parts = [[_positions([given], path, 1)]]
        case "LineString":
            parts = [[_positions(given, path, 2)]]
        case "Polygon":
            parts = [_rings(given, path)]
        case _:
            parts = [_rings(_list(p, f"{path}.{n}"), f"{path}.{n}") for n, p in enumerate(given)]
    if not parts or not parts[0]:
        raise FieldProblem(path, "It is empty.", "Give at least one ring of positions.")
    shape = Shape(geometry.type, tuple(tuple(part) for part in parts), field)
    _refuse_poles(shape)
    return shape


def _count(given: Any) -> int:
    """The vertices below a list, up to one more than are allowed."""
    count, left = 0, [given]
    while left and count <= MAX_VERTICES:
        item = left.pop()
        if not isinstance(item, list) or not item:
            continue
        if isinstance(item[0], list):
            left.extend(item)
        else:
            count += 1
    return count


def _list(given: Any, path: str) -> list[Any]:
    if not isinstance(given, list):
        raise FieldProblem(path, "It is not a list.", "Write it as GeoJSON does (RFC 7946).")
    return given


def _rings(given: list[Any], path: str) -> list[Ring]:
    return [_ring(ring, f"{path}.{n}") for n, ring in enumerate(given)]


def _ring(given: Any, path: str) -> Ring:
    ring = _positions(given, path, 3)
    if not np.array_equal(ring[0], ring[-1]):
        ring = np.concatenate((ring, ring[:1]))
    if len(ring) < 4:
        raise FieldProblem(path, "The ring has fewer than three corners.", "Give at least three.")
    return ring


def _positions(given: Any, path: str, least: int) -> Ring:
    positions = _list(given, path)
    if len(positions) < least:
        raise FieldProblem(path, f"It has fewer than {least} positions.", "Give more of them.")
    return np.array([_position(p, f"{path}.{n}") for n, p in enumerate(positions)])


def _position(given: Any, path: str) -> tuple[float, float]:
    pair = _list(given, path)
    if len(pair) < 2 or not all(_is_finite(number) for number in pair[:2]):
        raise FieldProblem(
            path, "It is not a pair of numbers.", "Give longitude and latitude in degrees."
        )
    lon, lat = float(pair[0]), float(pair[1])
    if abs(lat) > 90 and abs(lon) <= 90 and abs(lat) <= 180:
        raise FieldProblem(
            path,
            f"Longitude and latitude are swapped: {lat:g} cannot be a latitude.",
            "Write longitude first, then latitude.",
        )
    if abs(lat) > 90 or abs(lon) > 360:
        raise FieldProblem(
            path,
            f"{lon:g}, {lat:g} is nowhere on Earth.",
            "Give longitude and latitude in degrees (WGS 84), not metres.",
        )
    return lon, lat


def _is_finite(number: Any) -> bool:
    return (
        isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
    )


def _refuse_poles(shape: Shape) -> None:
    if float(np.abs(shape.positions[:, 1]).max()) > MAX_LATITUDE_DEG:
        raise FieldProblem(
            f"{shape.field}.coordinates",
            f"It lies beyond {MAX_LATITUDE_DEG:g} degrees of latitude.",
            f"Plan between {MAX_LATITUDE_DEG:g} degrees south and north; near a pole a compass "
            "heading means nothing.",
        )


def frame_of(shape: Shape) -> LocalFrame:
    """The local frame around a shape, which may lie across the antimeridian."""
    positions = shape.positions
    lon = unwrap(positions[:, 0], positions[0, 0])
    middle_lon = (float(lon.min()) + float(lon.max())) / 2
    middle_lat = (float(positions[:, 1].min()) + float(positions[:, 1].max())) / 2
    return LocalFrame((middle_lon + 180) % 360 - 180, middle_lat)


def unwrap(lon_deg: Ring, reference_deg: float) -> Ring:
    """The same longitudes, each within half a turn of the reference."""
    return reference_deg + (lon_deg - reference_deg + 180) % 360 - 180


def to_metres(shape: Shape, frame: LocalFrame) -> BaseGeometry:
    """The shape in the local frame.

    Raises FieldProblem where it crosses itself, is too wide or has no area.
    """
    parts = [[frame.to_xy(ring) for ring in part] for part in shape.rings]
    corners = np.concatenate([ring for part in parts for ring in part])
    _refuse_extent(corners, shape)
    if shape.kind == "Point":
        return Point(parts[0][0][0])
    if shape.kind == "LineString":
        line = LineString(parts[0][0])
        if line.length < 1.0:
            raise FieldProblem(
                f"{shape.field}.coordinates", "The line has no length.", "Give two places."
            )
        return line
    many = shape.kind == "MultiPolygon"
    polygons = [
        _polygon(part, frame, f"{shape.field}.coordinates" + (f".{n}" if many else ""))
        for n, part in enumerate(parts)
    ]
    return shapely.unary_union(polygons) if len(polygons) > 1 else polygons[0]


def _refuse_extent(corners: Ring, shape: Shape) -> None:
    extent_m = float(np.ptp(corners, axis=0).max()) if np.isfinite(corners).all() else math.inf
    if extent_m > MAX_EXTENT_M:
        raise FieldProblem(
            f"{shape.field}.coordinates",
            f"It is {extent_m / 1000:,.0f} km wide.",
            f"Cut it into areas below {MAX_EXTENT_M / 1000:g} km, and look whether a position "
            "went astray.",
        )


def _polygon(rings: list[Ring], frame: LocalFrame, path: str) -> Polygon:
    polygon = Polygon(rings[0], rings[1:])
    if Polygon(rings[0]).convex_hull.area < MIN_AREA_M2:
        raise FieldProblem(path, "It has no area.", "Give a ring around what is to be flown over.")
    if not polygon.is_valid:
        raise FieldProblem(path, *_invalid(polygon, frame))
    if polygon.area < MIN_AREA_M2:
        raise FieldProblem(path, "Its holes leave no area.", "Take the holes out.")
    return polygon


def _invalid(polygon: Polygon, frame: LocalFrame) -> tuple[str, str]:
    reason = shapely.is_valid_reason(polygon)
    words, _, at = reason.partition("[")
    where = ""
    if at:
        x, y = (float(number) for number in at.rstrip("]").split()[:2])
        lon, lat = frame.to_lon_lat([(x, y)])[0]
        where = f" at {lon:.6f}, {lat:.6f}"
    if "Self-intersection" in words:
        message = f"It crosses itself{where}."
        return message, "Give the corners in the order in which one would walk around it."
    return (
        f"{words.strip()}{where}.",
        "Holes must lie inside the outer ring, apart from each other.",
    )


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons of any geometry, without slivers; largest first."""
    parts = shapely.get_parts(geometry) if hasattr(geometry, "geoms") else [geometry]
    found: list[Polygon] = []
    for part in parts:
        if isinstance(part, Polygon) and part.area > 1e-6:
            found.append(part)
        elif isinstance(part, MultiPolygon) or part.geom_type == "GeometryCollection":
            found.extend(polygons_of(part))
    return sorted(found, key=lambda polygon: -float(polygon.area))


def read_no_fly(zone: Geometry | Circle, frame: LocalFrame, field: str) -> BaseGeometry:
    """One no-fly zone in metres: a circle or a polygon.

    Raises FieldProblem for points and lines, which are no zones, and as `to_metres` does.
    """
    if isinstance(zone, Circle):
        return Point(frame.to_xy([zone.center])[0]).buffer(zone.radius_m / math.cos(math.pi / 64))
    if zone.type not in ("Polygon", "MultiPolygon"):
        raise FieldProblem(
            f"{field}.type",
            f"A {zone.type} is no zone.",
            "Give a Polygon, or a circle as center and radius_m.",
        )
    return to_metres(read_shape(zone, field), frame)


def read_place(
    position: tuple[float, float], frame: LocalFrame, field: str, far_m: float
) -> NDArray[np.float64]:
    """One place (2,) in metres, which must not be absurdly far from the area.

    Raises FieldProblem, and says so when longitude and latitude seem swapped.
    """
    xy: NDArray[np.float64] = frame.to_xy([position])[0]
    distance_m = float(np.hypot(*xy)) if np.isfinite(xy).all() else math.inf
    if distance_m <= far_m:
        return xy
    lon, lat = position
    if abs(lon) <= 90:
        other = frame.to_xy([(lat, lon)])[0]
        if np.isfinite(other).all() and float(np.hypot(*other)) <= SWAPPED_NEAR_M:
            raise FieldProblem(
                field,
                "Longitude and latitude are swapped, here or in the area.",
                "Write longitude first, then latitude, everywhere.",
            )
    raise FieldProblem(
        field,
        f"It is {distance_m / 1000:,.0f} km from the area.",
        "Give a place beside the area.",
    )
