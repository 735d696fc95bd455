"""Where it all lies: the request's shapes in metres, and where photos may be taken from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import Pattern, PlanRequest, Subject
from spaceport_dronepath.geometry.areas import (
    frame_of,
    polygons_of,
    read_no_fly,
    read_place,
    read_shape,
    to_metres,
)
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.geometry.region import Region
from spaceport_dronepath.patterns.brief import Target
from spaceport_dronepath.terrain.profile import Solid

Floats = NDArray[np.float64]
FAR_M = 20_000.0
LEAST_RADIUS_M = 5.0
AROUND = (Pattern.ORBIT, Pattern.MULTI_ORBIT, Pattern.SPIRAL, Pattern.SPLAT, Pattern.FACADE)
FREE = (Pattern.ORBIT, Pattern.MULTI_ORBIT, Pattern.SPIRAL, Pattern.FACADE)
DEFAULT_RADIUS_M = 50.0
BESIDE_M = 0.5  # so that nothing at the edge of what is blocked counts as above the solid


@dataclass(frozen=True)
class Place:
    """Shapes in metres. `area` is what must be seen; `work` is where photos are taken from."""

    frame: LocalFrame
    area: BaseGeometry
    work: tuple[Region, ...]
    work_is_area: bool
    fence: BaseGeometry | None
    blocked: BaseGeometry
    holes: tuple[Polygon, ...]
    target: Target | None
    line: BaseGeometry | None
    home: Floats | None
    solid: Solid | None

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """Around everything that is flown over, with room for orbits and detours."""
        shapes = [self.area.buffer(200)]
        if self.home is not None:
            shapes.append(Point(self.home).buffer(200))
        if self.target is not None:
            shapes.append(Point(self.target.center).buffer(self.target.radius_m + 200))
        if self.fence is not None:
            shapes.append(self.fence)
        near = shapely.union_all(shapes)
        crossing = self.blocked.intersection(near.envelope)
        x0, y0, x1, y1 = shapely.union_all([near, crossing.buffer(50)]).bounds
        return float(x0), float(y0), float(x1), float(y1)


def place_of(request: PlanRequest) -> Place:
    """Read and check every shape of the request. Raises FieldProblem."""
    shape = read_shape(request.area, "area")
    frame = frame_of(shape)
    given = to_metres(shape, frame)
    line = given if shape.kind == "LineString" else None
    area = _area(request, given)
    fence = _fence(request, frame)
    target = _target(request, frame, given)
    solid = _solid(request, target)
    blocked = _blocked(request, frame)
    if solid is not None and not (request.pattern is Pattern.FACADE or _may_be_flown_over(request)):
        blocked = blocked.union(solid.shape.buffer(BESIDE_M))
    seen = polygons_of(area.difference(blocked)) if fence is None else None
    if fence is not None:
        seen = polygons_of(area.intersection(fence).difference(blocked))
    if not seen:
        raise FieldProblem(
            "no_fly" if fence is None else "fence",
            "Nothing of the area is left to fly over.",
            "Draw the zones smaller, or no_fly_margin_m.",
        )
    free = fence is None and (given.geom_type == "Point" or line is not None)
    free = free and request.pattern in FREE
    home = None
    if request.takeoff is not None:
        home = read_place(request.takeoff, frame, "takeoff", FAR_M + _half_width_m(area))
    seen_area = shapely.union_all(seen)
    room = _room(request, seen_area, fence, blocked, free)
    return Place(
        frame=frame,
        area=seen_area,
        work=tuple(Region(polygon) for polygon in polygons_of(room)),
        work_is_area=fence is None and not free and request.pattern is not Pattern.FACADE,
        fence=fence,
        blocked=blocked,
        holes=() if free else _holes(area),
        target=target,
        line=line,
        home=home,
        solid=solid,
    )


def _solid(request: PlanRequest, target: Target | None) -> Solid | None:
    """The subject as a thing to keep clear of."""
    if request.subject is None or target is None:
        return None
    footprint = target.outline
    if footprint is None:
        footprint = Point(target.center).buffer(target.radius_m)
    return Solid.around(footprint, target.height_m)


def _may_be_flown_over(request: PlanRequest) -> bool:
    """Whether there is air between the clearance over the subject's top and the ceiling."""
    if request.subject is None:
        return True
    return request.subject.height_m + request.min_clearance_m + 1 <= request.max_agl_m


def _half_width_m(area: BaseGeometry) -> float:
    x0, y0, x1, y1 = area.bounds
    return float(np.hypot(x1 - x0, y1 - y0)) / 2


def _area(request: PlanRequest, given: BaseGeometry) -> BaseGeometry:
    """What must be seen."""
    if given.geom_type == "Point":
        if request.radius_m is None and request.pattern not in FREE:
            raise FieldProblem(
                "radius_m", "A point has no area.", "Give radius_m, or a polygon as the area."
            )
        radius_m = request.radius_m or DEFAULT_RADIUS_M
        return given.buffer(radius_m + request.margin_m, quad_segs=32)
    if given.geom_type == "LineString":
        if request.pattern not in (Pattern.CORRIDOR, Pattern.FACADE):
            raise FieldProblem(
                "pattern",
                f"A {request.pattern.value} needs an area, not a line.",
                "Give a polygon, or ask for the pattern corridor or facade.",
            )
        width_m = request.width_m
        if width_m is None and request.pattern is Pattern.CORRIDOR:
            raise FieldProblem("width_m", "A corridor needs a width.", "Give width_m in metres.")
        return given.buffer((width_m or 20.0) / 2 + request.margin_m, cap_style="flat")
    if request.pattern is Pattern.CORRIDOR:
        raise FieldProblem(
            "area.type", "A corridor needs a line.", "Give a LineString, or ask for a grid."
        )
    return given.buffer(request.margin_m) if request.margin_m else given


def _blocked(request: PlanRequest, frame: LocalFrame) -> BaseGeometry:
    zones = [
        read_no_fly(zone, frame, f"no_fly.{n}").buffer(request.no_fly_margin_m)
        for n, zone in enumerate(request.no_fly)
    ]
    return shapely.union_all(zones) if zones else Polygon()


def _fence(request: PlanRequest, frame: LocalFrame) -> BaseGeometry | None:
    if request.fence is None:
        return None
    if request.fence.type not in ("Polygon", "MultiPolygon"):
        raise FieldProblem("fence.type", f"A {request.fence.type} is no fence.", "Give a Polygon.")
    return to_metres(read_shape(request.fence, "fence"), frame)


def _room(
    request: PlanRequest,
    area: BaseGeometry,
    fence: BaseGeometry | None,
    blocked: BaseGeometry,
    free: bool,
) -> BaseGeometry:
    """Where photos may be taken from."""
    if fence is not None:
        return fence.difference(blocked)
    if free or request.pattern is Pattern.FACADE:
        return area.envelope.buffer(5000, join_style="mitre").difference(blocked)
    return area


def _holes(area: BaseGeometry) -> tuple[Polygon, ...]:
    """The holes of the area, without islands in them."""
    filled = [Polygon(polygon.exterior) for polygon in polygons_of(area)]
    return tuple(polygons_of(shapely.union_all(filled).difference(area)))


def _target(request: PlanRequest, frame: LocalFrame, given: BaseGeometry) -> Target | None:
    """What orbits look at: the subject, or the middle of the area."""
    if request.subject is not None:
        return _subject(request.subject, frame)
    if request.pattern not in AROUND:
        return None
    if given.geom_type == "Point":
        return Target(np.array(given.coords[0]), LEAST_RADIUS_M, 8.0)
    if given.geom_type == "LineString":
        middle = given.interpolate(0.5, normalized=True)
        return Target(np.array(middle.coords[0]), given.length / 2, 8.0)
    largest = polygons_of(given)[0]
    radius_line = shapely.maximum_inscribed_circle(largest)
    center, edge = shapely.get_coordinates(radius_line)
    inscribed_m = float(np.hypot(*(edge - center)))
    return Target(center, min(max(inscribed_m / 4, LEAST_RADIUS_M), 20.0), 8.0)


def _subject(subject: Subject, frame: LocalFrame) -> Target:
    if subject.outline is None:
        if subject.center is None:
            raise TypeError("the contract lets no subject without a place through")
        center = read_place(subject.center, frame, "subject.center", FAR_M)
        return Target(center, subject.radius_m or LEAST_RADIUS_M, subject.height_m)
    if subject.outline.type != "Polygon":
        raise FieldProblem("subject.outline.type", "It is no outline.", "Give a Polygon.")
    outline = to_metres(read_shape(subject.outline, "subject.outline"), frame)
    x0, y0, x1, y1 = outline.bounds
    center = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    corners = shapely.get_coordinates(outline)
    radius_m = float(np.hypot(*(corners - center).T).max())
    return Target(center, radius_m, subject.height_m, outline)
