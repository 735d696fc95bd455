"""Requests for the tests: squares and what they need."""

import math
from typing import Any

from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.plan import Plan, ReadDem, no_dem, plan_flight

HERE = (8.0, 50.0)


def square(size_m: float, at: tuple[float, float] = HERE, height_m: float = 0) -> dict[str, Any]:
    """A rectangle around a place, longitudes within +-180."""
    lon, lat = at
    east = size_m / 2 / 111_320 / math.cos(math.radians(lat))
    north = (height_m or size_m) / 2 / 111_195
    ring = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    corners = [[(lon + a * east + 180) % 360 - 180, lat + b * north] for a, b in ring]
    return {"type": "Polygon", "coordinates": [corners]}


def ask(**fields: Any) -> PlanRequest:
    """A grid over 300 m with a Mavic 3 Enterprise, unless said."""
    asked: dict[str, Any] = {"area": square(300), "camera": "mavic3e", **fields}
    return PlanRequest.model_validate(asked)


def planned(read_dem: ReadDem = no_dem, **fields: Any) -> Plan:
    """The plan of `ask`."""
    return plan_flight(ask(**fields), read_dem)


def point(at: tuple[float, float] = HERE) -> dict[str, Any]:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": list(at)}
