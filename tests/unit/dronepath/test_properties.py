"""Random areas, zones and hills, at every latitude and across the antimeridian."""

import numpy as np
import pytest
import shapely
from tests.unit.dronepath import invariants
from tests.unit.dronepath.areas import PLACES, random_area, random_heights, to_geojson

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.plan import Plan, plan_flight

QUICK = 4
THOROUGH = 1000 // len(PLACES) + 1
EXPECTED = ("battery.minutes", "max_above_takeoff_m", "no_fly", "takeoff")


def random_request(rng: np.random.Generator, place: tuple[float, float]) -> dict[str, object]:
    size_m = float(rng.uniform(120, 700))
    area = random_area(rng, size_m)
    asked: dict[str, object] = {
        "area": to_geojson(area, *place),
        "pattern": rng.choice(["grid", "grid", "crosshatch", "splat"]),
        "camera": rng.choice(["mavic3e", "mini4pro", "phantom4rtk"]),
        "agl_m": float(rng.uniform(40, 100)),
        "front_overlap": float(rng.uniform(0.0, 0.85)),
        "side_overlap": float(rng.uniform(0.0, 0.8)),
        "battery": {"minutes": float(rng.uniform(8, 30))},
        "wind_mps": float(rng.uniform(0, 5)),
    }
    if rng.random() < 0.5:
        spot = shapely.geometry.mapping(area.representative_point().buffer(size_m * 0.08, 4))
        asked["no_fly"] = [to_geojson(shapely.geometry.shape(spot), *place)]
    if rng.random() < 0.6:
        asked["terrain"] = terrain(rng, place, float(rng.uniform(5, 150)))
    if rng.random() < 0.5:
        x, y = rng.uniform(-0.8, 0.8, 2) * size_m
        point = to_geojson(shapely.Point(x, y), *place)
        asked["takeoff"] = point["coordinates"]
    return asked


def terrain(
    rng: np.random.Generator, place: tuple[float, float], relief_m: float
) -> dict[str, object]:
    lon, lat = place
    half_lat = 0.03
    half_lon = half_lat / np.cos(np.radians(lat))
    return {
        "type": "grid",
        "west": (lon - half_lon + 180) % 360 - 180,
        "east": (lon + half_lon + 180) % 360 - 180,
        "south": lat - half_lat,
        "north": lat + half_lat,
        "heights_m": random_heights(rng, relief_m).tolist(),
    }


def plan_or_refusal(asked: dict[str, object]) -> Plan | None:
    try:
        return plan_flight(PlanRequest.model_validate(asked))
    except FieldProblem as problem:
        assert problem.field in EXPECTED, (problem.field, str(problem))
        return None


def check_seed(seed: int, place: tuple[float, float]) -> bool:
    rng = np.random.default_rng([seed, *(abs(round(n * 1000)) for n in place)])
    plan = plan_or_refusal(random_request(rng, place))
    if plan is None:
        return False
    invariants.check(plan)
    if plan.ground.is_flat:
        invariants.leaves_nothing_unseen(plan)
    return True


@pytest.mark.parametrize("place", PLACES)
def test_random_areas(place: tuple[float, float]) -> None:
    planned = sum(check_seed(seed, place) for seed in range(QUICK))
    assert planned >= QUICK * 0.5


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_thousand_random_areas(place: tuple[float, float]) -> None:
    planned = sum(check_seed(seed, place) for seed in range(QUICK, QUICK + THOROUGH))
    assert planned > THOROUGH * 0.7
