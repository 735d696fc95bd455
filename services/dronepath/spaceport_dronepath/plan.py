"""The whole plan: request -> strips -> sorties -> prediction."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import DemTerrain, GridTerrain, Pattern, PlanRequest
from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.geometry.region import Airspace, sky_of
from spaceport_dronepath.patterns.brief import Brief
from spaceport_dronepath.patterns.layout import facade_walls, lay_out, standoff_m
from spaceport_dronepath.patterns.strip import Strip
from spaceport_dronepath.place import Place, place_of
from spaceport_dronepath.sorties.flight import Sky, Sortie
from spaceport_dronepath.sorties.motion import Pace
from spaceport_dronepath.sorties.order import in_order
from spaceport_dronepath.sorties.split import split
from spaceport_dronepath.terrain.ground import (
    Bounds,
    FlatGround,
    Ground,
    Raster,
    RasterGround,
    grid_raster,
)
from spaceport_dronepath.terrain.profile import Limits
from spaceport_dronepath.wishes import Wishes, wishes_of

Floats = NDArray[np.float64]
ReadDem = Callable[[str, LocalFrame, Bounds, str], Raster]
REACH_M = 25_000.0
MAX_SPIRAL_M = 400.0
SPIRAL_STEPS = 8


@dataclass(frozen=True)
class Plan:
    """What was decided, in metres; `contract.answer` says it in degrees."""

    request: PlanRequest
    wishes: Wishes
    place: Place
    brief: Brief
    ground: Ground
    sky: Sky
    strips: tuple[Strip, ...]
    sorties: tuple[Sortie, ...]
    notes: tuple[str, ...]

    @property
    def frame(self) -> LocalFrame:
        """The frame of all metres here."""
        return self.place.frame


def no_dem(_url: str, _frame: LocalFrame, _bounds: Bounds, field: str) -> Raster:
    """For callers without files: an elevation model is refused."""
    raise FieldProblem(field, "Elevation models cannot be read here.", "Send a grid instead.")


def plan_flight(request: PlanRequest, read_dem: ReadDem = no_dem) -> Plan:
    """Plan the whole flight.

    Raises FieldProblem, with the path of the field and the remedy, for everything that cannot be
    planned as asked.
    """
    wishes = wishes_of(request)
    place = place_of(request)
    ground = _ground(request, place, read_dem)
    relief_m = _relief_m(place, ground, wishes)
    brief = _brief(request, wishes, place, relief_m)
    fly_all = _as_far_as_they_last if _reach_is_free(request) else _flights
    sky, strips, sorties = fly_all(request, wishes, place, brief, ground)
    _refuse_batteries(request, len(sorties))
    notes = (*wishes.notes, *_notes(request, brief, relief_m))
    return Plan(request, wishes, place, brief, ground, sky, tuple(strips), tuple(sorties), notes)


Flights = tuple[Sky, list[Strip], list[Sortie]]


def _flights(
    request: PlanRequest, wishes: Wishes, place: Place, brief: Brief, ground: Ground
) -> Flights:
    """Runs, ordered, and cut into sorties."""
    strips = lay_out(brief)
    if not strips:
        raise FieldProblem(
            "area",
            "No photo can be taken inside the allowed air.",
            "Look whether no-fly zones or the fence leave anything of the area.",
        )
    sky = _sky(request, brief, place, ground, strips, wishes.cruise_mps)
    ordered = in_order(strips, sky.airspace, sky.home)
    apart = request.pattern is Pattern.SPIRAL and (request.battery.count or 1) > 1
    return sky, ordered, split(ordered, sky, wishes.budget_s, apart=apart)


def _reach_is_free(request: PlanRequest) -> bool:
    """A spiral of given batteries and no given radius goes out as far as the batteries last."""
    is_spiral = request.pattern is Pattern.SPIRAL
    return is_spiral and request.radius_m is None and request.battery.count is not None


def _as_far_as_they_last(
    request: PlanRequest, wishes: Wishes, place: Place, brief: Brief, ground: Ground
) -> Flights:
    """The widest spiral that the batteries fly, found by bisection."""
    near_m, far_m = 0.0, MAX_SPIRAL_M
    best: Flights | None = None
    for _ in range(SPIRAL_STEPS):
        reach_m = (near_m + far_m) / 2
        flights = _flights(request, wishes, place, replace(brief, reach_m=reach_m), ground)
        if len(flights[2]) <= (request.battery.count or 1):
            near_m, best = reach_m, flights
        else:
            far_m = reach_m
    return best if best is not None else flights


def _ground(request: PlanRequest, place: Place, read_dem: ReadDem) -> Ground:
    terrain = request.terrain
    if isinstance(terrain, GridTerrain):
        return RasterGround(grid_raster(terrain, "terrain"), place.frame, place.bounds)
    if isinstance(terrain, DemTerrain):
        raster = read_dem(terrain.url, place.frame, place.bounds, "terrain.url")
        return RasterGround(raster, place.frame, place.bounds)
    return FlatGround()


def _relief_m(place: Place, ground: Ground, wishes: Wishes) -> float:
    """How much higher than below the drone the ground in one photo may be."""
    if ground.is_flat:
        return 0.0
    half_m = max(wishes.camera.half_w, wishes.camera.half_h) * wishes.agl_m
    step_m = max(ground.step_m, half_m / 6, max(np.ptp(_corners(place.area), axis=0)) / 1500)
    x0, y0, x1, y1 = place.area.bounds
    x, y = np.arange(x0, x1 + step_m, step_m), np.arange(y0, y1 + step_m, step_m)
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = shapely.intersects_xy(place.area.buffer(step_m), places[:, 0], places[:, 1])
    heights = np.full(len(places), -np.inf)
    heights[inside] = ground.heights_m(places[inside])
    field = heights.reshape(len(y), len(x))
    highest = _running_max(field, max(round(half_m / step_m), 1))
    known = np.isfinite(field)
    return float((highest[known] - field[known]).max()) + 0.03 * wishes.agl_m


def _corners(area: BaseGeometry) -> Floats:
    found: Floats = shapely.get_coordinates(area)
    return found


def _running_max(field: Floats, reach: int) -> Floats:
    """The maximum over a square of 2 reach + 1 cells."""
    for axis in (0, 1):
        padded = np.pad(field, [(reach, reach) if a == axis else (0, 0) for a in (0, 1)], "edge")
        view = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis)
        field = view.max(axis=-1)
    return field


def _brief(request: PlanRequest, wishes: Wishes, place: Place, relief_m: float) -> Brief:
    return Brief(
        request=request,
        camera=wishes.camera,
        area=place.area,
        work=tuple(place.work),
        agl_m=wishes.agl_m,
        relief_m=relief_m,
        max_speed_mps=wishes.work_speed_mps,
        target=place.target,
        line=place.line,
    )


def _refuse_batteries(request: PlanRequest, needed: int) -> None:
    count = request.battery.count
    if count is not None and needed > count:
        raise FieldProblem(
            "battery.count",
            f"It takes {needed} batteries; there are {count}.",
            f"Bring {needed}, fly higher, ask for less overlap, or plan a smaller area.",
        )


def _sky(
    request: PlanRequest,
    brief: Brief,
    place: Place,
    ground: Ground,
    strips: list[Strip],
    cruise_mps: float,
) -> Sky:
    blocked = place.blocked
    if request.pattern is Pattern.FACADE:
        keep_off = facade_walls(brief).buffer(standoff_m(brief) * 0.8)
        blocked = shapely.union_all([blocked, keep_off])
    home = place.home if place.home is not None else _nearest_home(strips, place, blocked)
    holes = shapely.union_all([hole for hole in place.holes if not hole.covers(Point(home))])
    low, high = place.area.bounds[:2], place.area.bounds[2:]
    reach = Polygon.from_bounds(
        low[0] - REACH_M, low[1] - REACH_M, high[0] + REACH_M, high[1] + REACH_M
    )
    work = shapely.union_all([region.shape for region in place.work])
    is_area = request.fence is None and place.work_is_area
    airspace = Airspace(
        work.difference(blocked) if is_area else Polygon(),
        sky_of(reach, place.fence, blocked, holes),
        sky_of(reach, place.fence, blocked, Polygon()),
    )
    if not bool(airspace.open_sky.covers(home[None])[0]):
        raise FieldProblem(
            "takeoff",
            "The take-off lies in a no-fly zone or outside the fence.",
            "Move it, or leave it out for a place beside the first photo.",
        )
    return Sky(
        airspace=airspace,
        ground=ground,
        limits=Limits(request.min_clearance_m, request.max_agl_m, request.max_above_takeoff_m),
        pace=Pace(cruise_mps),
        home=home,
        home_ground_m=float(ground.heights_m(home[None])[0]),
        # Rows along walls keep their stand-off; on the way home they are in the way all the same.
        solid=place.solid if request.pattern is not Pattern.FACADE else None,
        highest_built_m=place.solid.height_m if place.solid is not None else 0.0,
    )


def _nearest_home(strips: list[Strip], place: Place, blocked: BaseGeometry) -> Floats:
    """Without a take-off: the photo that is nearest to the middle of the area's south edge."""
    ends = np.concatenate([strip.path[[0, -1]] for strip in strips])
    x0, y0, x1, _ = place.area.bounds
    free = ~shapely.intersects_xy(blocked, ends[:, 0], ends[:, 1])
    ends = ends[free] if free.any() else ends
    best = int(np.argmin(np.hypot(ends[:, 0] - (x0 + x1) / 2, ends[:, 1] - y0)))
    home: Floats = ends[best]
    return home


def _notes(request: PlanRequest, brief: Brief, relief_m: float) -> list[str]:
    notes = []
    if request.terrain.type == "none":
        notes.append(
            "Flat ground was assumed: where the ground rises, the drone comes nearer to it. "
            "Give an elevation model if it is not flat."
        )
    if relief_m > brief.agl_m / 2:
        notes.append(
            f"The ground rises by up to {relief_m:.0f} m within one photo: overlap there falls "
            "below what was asked for."
        )
    if request.takeoff is None:
        notes.append("No take-off was given: it was put below a photo at the area's south edge.")
    hidden = len(polygons_of(brief.area))
    if hidden > 50:
        notes.append(f"The area has {hidden} parts; the ways between them cost time.")
    return notes
