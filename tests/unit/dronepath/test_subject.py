"""What the photos are taken of is solid: nothing flies into it, or too low over it."""

import math
from typing import Any

import pytest
from tests.unit.dronepath.asking import HERE, planned, point, square
from tests.unit.dronepath.invariants import check, clears_the_subject

from spaceport_dronepath.prediction.forecast import forecast

HOUSE = {"outline": square(12, height_m=30), "height_m": 19}
TOWER = {"center": list(HERE), "radius_m": 10, "height_m": 60}
MAST = {"center": list(HERE), "radius_m": 3, "height_m": 110}
BESIDE = [8.0, 49.9985]


@pytest.mark.parametrize("subject", [HOUSE, TOWER, MAST], ids=["house", "tower", "mast"])
@pytest.mark.parametrize(
    "asked",
    [
        {"pattern": "splat"},
        {"pattern": "splat", "agl_m": 45},
        {"pattern": "multi_orbit", "takeoff": BESIDE},
        {"pattern": "orbit", "radius_m": 40, "agl_m": 30, "takeoff": BESIDE},
        {"pattern": "crosshatch", "agl_m": 40},
        {"pattern": "spiral", "battery": {"count": 2}, "takeoff": BESIDE},
    ],
    ids=lambda asked: f"{asked['pattern']}-{asked.get('agl_m')}",
)
def test_nothing_flies_into_the_subject(subject: dict[str, Any], asked: dict[str, Any]) -> None:
    plan = planned(area=square(150), subject=subject, **asked)
    check(plan)
    clears_the_subject(plan)


def test_an_orbit_narrower_than_the_subject_goes_over_it() -> None:
    subject = {"center": list(HERE), "radius_m": 12, "height_m": 25}
    plan = planned(area=point(), pattern="orbit", radius_m=8, agl_m=30, subject=subject)
    clears_the_subject(plan)


def test_a_splats_lines_lie_above_the_subject_from_the_start() -> None:
    assert planned(pattern="splat", subject=TOWER).brief.agl_m > 60 + 20
    assert planned(pattern="splat", subject=HOUSE).brief.agl_m == 45


def test_a_round_tower_takes_no_more_photos_than_its_way_around_asks_for() -> None:
    outline = {"type": "Polygon", "coordinates": [_circle(8)]}
    subject = {"outline": outline, "height_m": 45}
    plan = planned(area=outline, pattern="facade", standoff_m=10, subject=subject)
    rows = len({round(float(strip.agl_m[0]), 3) for strip in plan.strips})
    camera, asked = plan.wishes.camera, plan.request
    step_m = 2 * camera.half_w * 10 * (1 - asked.front_overlap)
    around_m = math.tau * 18
    photos = sum(len(strip.photo_s_m) for strip in plan.strips)
    assert photos < 1.5 * rows * around_m / step_m
    assert not any("of the area" in warning for warning in forecast(plan).warnings)


def test_a_sliver_is_seen_and_counted() -> None:
    plan = planned(area=square(600, height_m=0.5))
    assert forecast(plan).coverage_pct == 100


def _circle(radius_m: float) -> list[list[float]]:
    lon, lat = HERE
    east = radius_m / 111_320 / math.cos(math.radians(lat))
    turns = [math.tau * n / 64 for n in range(65)]
    return [[lon + east * math.cos(t), lat + radius_m / 111_195 * math.sin(t)] for t in turns]
