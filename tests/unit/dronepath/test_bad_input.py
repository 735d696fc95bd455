"""Every bad input is refused with the path of its field and a remedy."""

import math
from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.dronepath.asking import HERE, ask, planned, point, square

from spaceport_dronepath.contract.problems import FieldProblem

LON, LAT = HERE
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[8, 50], [8.002, 50.002], [8.002, 50], [8, 50.002], [8, 50]]],
}
SWAPPED = {"type": "Polygon", "coordinates": [[[10, 100], [10, 101], [11, 101], [10, 100]]]}
ZERO = {"type": "Polygon", "coordinates": [[[8, 50], [8.001, 50], [8.002, 50], [8, 50]]]}
NAN = {"type": "Polygon", "coordinates": [[[8, 50], [8.001, math.nan], [8.002, 50.1], [8, 50]]]}
POLE = {"type": "Polygon", "coordinates": [[[8, 89.9], [9, 89.9], [9, 89.91], [8, 89.9]]]}
METRES = {"type": "Polygon", "coordinates": [[[4e5, 5e6], [4e5, 5.1e6], [5e5, 5e6], [4e5, 5e6]]]}
WIDE = {"type": "Polygon", "coordinates": [[[8, 50], [10, 50], [10, 51], [8, 51], [8, 50]]]}
WORDS = {"type": "Polygon", "coordinates": [[["8", "50"], [8.1, 50], [8.1, 50.1], [8, 50]]]}
MANY = {
    "type": "Polygon",
    "coordinates": [
        [
            [8 + 0.01 * math.cos(n / 1e5 * math.tau), 50 + 0.01 * math.sin(n / 1e5 * math.tau)]
            for n in range(100_000)
        ]
    ],
}
HOLE_OUTSIDE = {
    "type": "Polygon",
    "coordinates": [
        square(300)["coordinates"][0],
        square(100, (8.01, 50))["coordinates"][0],
    ],
}
LINE = {"type": "LineString", "coordinates": [[8, 50], [8.01, 50]]}
CAMERA = {"sensor_mm": [17.3, 13.0], "focal_mm": 12.29, "px": [5280, 3956]}

CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "self-crossing": ({"area": BOW_TIE}, "area.coordinates", "crosses itself at 8.0"),
    "swapped": ({"area": SWAPPED}, "area.coordinates.0.0", "swapped"),
    "swapped take-off": ({"takeoff": [LAT, LON]}, "takeoff", "swapped"),
    "far take-off": ({"takeoff": [9.5, 51]}, "takeoff", "km from the area"),
    "zero area": ({"area": ZERO}, "area.coordinates", "no area"),
    "not a number": ({"area": NAN}, "area.coordinates.0.1", "pair of numbers"),
    "text": ({"area": WORDS}, "area.coordinates.0.0", "pair of numbers"),
    "pole": ({"area": POLE}, "area.coordinates", "85 degrees"),
    "metres": ({"area": METRES}, "area.coordinates.0.0", "nowhere on Earth"),
    "huge": ({"area": WIDE}, "area.coordinates", "km wide"),
    "100,000 vertices": ({"area": MANY}, "area.coordinates", "10,000 vertices"),
    "hole outside": ({"area": HOLE_OUTSIDE}, "area.coordinates", "Hole lies outside"),
    "no ring": ({"area": {"type": "Polygon", "coordinates": []}}, "area.coordinates", "empty"),
    "two corners": (
        {"area": {"type": "Polygon", "coordinates": [[[8, 50], [8.1, 50]]]}},
        "area.coordinates.0",
        "fewer than 3",
    ),
    "a list of lists of nothing": (
        {"area": {"type": "MultiPolygon", "coordinates": [[]]}},
        "area.coordinates",
        "empty",
    ),
    "a point as line": (
        {"area": {"type": "LineString", "coordinates": [[8, 50], [8, 50]]}, "pattern": "corridor"},
        "area.coordinates",
        "no length",
    ),
    "too few batteries": (
        {"area": square(3000), "battery": {"count": 2}},
        "battery.count",
        "It takes 1",
    ),
    "battery too weak": ({"battery": {"minutes": 0.9}}, "battery.minutes", "there and back"),
    "ceiling below clearance": (
        {"max_agl_m": 20, "min_clearance_m": 40, "agl_m": 20},
        "max_agl_m",
        "no room",
    ),
    "above the ceiling": ({"gsd_cm": 5}, "gsd_cm", "ceiling is 120"),
    "below the clearance": ({"gsd_cm": 0.2}, "gsd_cm", "clearance is 20"),
    "agl above the ceiling": ({"agl_m": 121}, "agl_m", "ceiling"),
    "unknown drone": ({"camera": "mavic3x"}, "camera", "mavic3"),
    "absurd sensor": (
        {"camera": {**CAMERA, "sensor_mm": [1730, 1300]}},
        "camera.sensor_mm",
        "no drone",
    ),
    "absurd focal length": ({"camera": {**CAMERA, "focal_mm": 0.5}}, "camera.focal_mm", "degrees"),
    "absurd pixels": ({"camera": {**CAMERA, "px": [5, 3]}}, "camera.px", "no drone"),
    "height before width": ({"camera": {**CAMERA, "px": [3956, 5280]}}, "camera.px", "fit"),
    "too windy": ({"wind_mps": 11}, "wind_mps", "wind"),
    "too fast": ({"max_speed_mps": 39}, "max_speed_mps", "at most 15"),
    "too many photos": (
        {"area": square(20_000), "agl_m": 21, "front_overlap": 0.95, "side_overlap": 0.95},
        "area",
        "photos",
    ),
    "take-off in a no-fly zone": (
        {"takeoff": list(HERE), "no_fly": [{"center": list(HERE), "radius_m": 30}]},
        "takeoff",
        "no-fly zone",
    ),
    "all of it no-fly": (
        {"no_fly": [{"center": list(HERE), "radius_m": 3000}]},
        "no_fly",
        "Nothing of the area",
    ),
    "a point as no-fly zone": ({"no_fly": [point()]}, "no_fly.0.type", "no zone"),
    "crossing no-fly zone": ({"no_fly": [BOW_TIE]}, "no_fly.0.coordinates", "crosses itself"),
    "walled in": (
        {
            "takeoff": [8.004, 50],
            "no_fly": [
                {
                    "type": "Polygon",
                    "coordinates": [
                        square(900, (8, 50))["coordinates"][0],
                        square(500, (8, 50))["coordinates"][0],
                    ],
                }
            ],
        },
        "takeoff",
        "no-fly zone",
    ),
    "a point without radius": ({"area": point()}, "radius_m", "no area"),
    "corridor over an area": ({"pattern": "corridor"}, "area.type", "needs a line"),
    "corridor without width": (
        {"area": LINE, "pattern": "corridor"},
        "width_m",
        "needs a width",
    ),
    "a grid along a line": (
        {"area": LINE},
        "pattern",
        "needs an area",
    ),
    "too flat": ({"gimbal_pitch_deg": -20}, "gimbal_pitch_deg", "unseen"),
    "fence elsewhere": ({"fence": square(300, (8.02, 50))}, "fence", "Nothing of the area"),
    "no dem here": ({"terrain": {"type": "dem", "url": "s3://b/k.tif"}}, "terrain.url", "cannot"),
    "ragged grid": (
        {
            "terrain": {
                "type": "grid", "west": 7, "east": 9, "south": 49, "north": 51,
                "heights_m": [[1, 2], [3]],
            }
        },
        "terrain.heights_m",
        "no grid",
    ),
    "grid elsewhere": (
        {
            "terrain": {
                "type": "grid", "west": 17, "east": 19, "south": 49, "north": 51,
                "heights_m": [[1, 2], [3, 4]],
            }
        },
        "terrain",
        "outside the raster",
    ),
    "grid with an unknown height": (
        {
            "terrain": {
                "type": "grid", "west": 7.99, "east": 8.01, "south": 49.99, "north": 50.01,
                "heights_m": [[1, 2, 3], [3, None, 5], [1, 2, 3]],
            }
        },
        "terrain",
        "no data",
    ),
    "grid upside down": (
        {
            "terrain": {
                "type": "grid", "west": 7.99, "east": 8.01, "south": 50.01, "north": 49.99,
                "heights_m": [[1, 2], [3, 4]],
            }
        },
        "terrain",
        "wrong order",
    ),
    "grid of nonsense": (
        {
            "terrain": {
                "type": "grid", "west": 7.99, "east": 8.01, "south": 49.99, "north": 50.01,
                "heights_m": [[-32768, 2], [3, 4]],
            }
        },
        "terrain.heights_m",
        "no ground on Earth",
    ),
    "a hill above what a drone may climb": (
        {
            "terrain": {
                "type": "grid", "west": 7.99, "east": 8.01, "south": 49.99, "north": 50.01,
                "heights_m": [[0, 0, 0, 2000, 2000]] * 5,
            },
            "takeoff": [7.998, 50],
        },
        "max_above_takeoff_m",
        "Clearing the highest ground",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_its_field_and_a_remedy(case: str) -> None:
    fields, path, words = CASES[case]
    with pytest.raises(FieldProblem) as caught:
        planned(**fields)
    assert caught.value.field == path
    assert words in caught.value.message
    assert caught.value.remedy.endswith(".")


NOT_IN_THE_CONTRACT: dict[str, tuple[dict[str, Any], str]] = {
    "both heights": ({"gsd_cm": 2, "agl_m": 60}, "agl_m"),
    "infinite height": ({"agl_m": math.inf}, "agl_m"),
    "no height": ({"agl_m": 0}, "agl_m"),
    "NaN overlap": ({"front_overlap": math.nan}, "front_overlap"),
    "full overlap": ({"side_overlap": 1.0}, "side_overlap"),
    "unknown pattern": ({"pattern": "zigzag"}, "pattern"),
    "unknown field": ({"height": 3}, "height"),
    "no reserve": ({"battery": {"reserve": 0}}, "battery.reserve"),
    "no batteries": ({"battery": {"count": 0}}, "battery.count"),
    "three numbers": ({"takeoff": [8, 50, 3]}, "takeoff"),
    "terrain by name": ({"terrain": {"type": "google"}}, "terrain"),
    "two subjects": (
        {"subject": {"center": [8, 50], "outline": square(20)}},
        "subject.outline",
    ),
    "a subject nowhere": ({"subject": {"height_m": 3}}, "subject.outline"),
    "negative focal length": ({"camera": {**CAMERA, "focal_mm": -3}}, "camera.CameraSpec.focal_mm"),
    "a curve": ({"area": {"type": "Curve", "coordinates": []}}, "area.type"),
}


@pytest.mark.parametrize("case", NOT_IN_THE_CONTRACT)
def test_the_contract_refuses_it(case: str) -> None:
    fields, path = NOT_IN_THE_CONTRACT[case]
    with pytest.raises(ValidationError) as caught:
        ask(**fields)
    assert path in {".".join(map(str, error["loc"])) for error in caught.value.errors()}


def test_an_area_that_is_not_closed_is_closed() -> None:
    area = square(300)
    whole = planned(area=area)
    area["coordinates"][0].pop()
    assert planned(area=area).place.area.equals(whole.place.area)
