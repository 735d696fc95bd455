"""What to fly again, as a request of its own."""

import json

import shapely

from spaceport_dronepath.contract.request import Geometry, Pattern, PlanRequest
from spaceport_dronepath.flown.compare import Flown
from spaceport_dronepath.patterns.layout import line_pitch_deg
from spaceport_dronepath.plan import Plan

ON_LINES = (Pattern.GRID, Pattern.CROSSHATCH, Pattern.SPLAT)


def request_again(plan: Plan, flown: Flown) -> PlanRequest | None:
    """The same flight over the gaps only; None when there are none.

    Patterns that are no lines (orbits, walls, corridors) are flown again as a crosshatch, which
    shows whatever ground they left out.
    """
    if flown.gaps.is_empty:
        return None
    asked = plan.request
    degrees = shapely.transform(flown.gaps, lambda xy: plan.frame.to_lon_lat(xy).round(8))
    geometry = json.loads(shapely.to_geojson(degrees))
    on_lines = asked.pattern in ON_LINES
    changed = {
        "area": Geometry(type=geometry["type"], coordinates=geometry["coordinates"]),
        "pattern": Pattern.GRID if asked.pattern is Pattern.GRID else Pattern.CROSSHATCH,
        "gimbal_pitch_deg": line_pitch_deg(plan.brief) if on_lines else None,
        "agl_m": plan.wishes.agl_m,
        "gsd_cm": None,
        "radius_m": None,
        "width_m": None,
        "subject": None,
        "margin_m": 0.0,
        "takeoff": _home(plan),
        "title": f"{asked.title[:180]}, again",
    }
    return PlanRequest.model_validate(asked.model_copy(update=changed).model_dump())


def _home(plan: Plan) -> tuple[float, float]:
    lon, lat = plan.frame.to_lon_lat(plan.sky.home)[0]
    return float(lon), float(lat)
