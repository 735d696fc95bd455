"""What is promised: views counted one by one, walls, and the house of the findings."""

import io
import json
import math

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from PIL import Image
from tests.unit.dronepath.asking import HERE, planned, square
from tests.unit.dronepath.invariants import corners

from spaceport_dronepath.files import deliver
from spaceport_dronepath.geometry.camera import Camera
from spaceport_dronepath.patterns.brief import Target
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.forecast import forecast, shots_of
from spaceport_dronepath.prediction.picture import CLASSES, coverage_png
from spaceport_dronepath.prediction.views import Shots, coverage, wall_views

HOUSE = {
    "outline": {
        "type": "Polygon",
        "coordinates": square(20, HERE, height_m=30)["coordinates"],
    },
    "height_m": 8,
}


@pytest.mark.parametrize(("pattern", "pitch"), [("grid", -90), ("crosshatch", -60), ("splat", -60)])
def test_views_are_what_counting_one_by_one_gives(pattern: str, pitch: float) -> None:
    plan = planned(area=square(120), pattern=pattern, gimbal_pitch_deg=pitch)
    shots = shots_of(plan)
    agl = np.concatenate([s.photos.agl_m for s in plan.sorties])
    quads = corners(plan.wishes.camera, shots.xy, agl, shots.heading_deg, shots.pitch_deg)
    seen = coverage(plan.place.area, quads)
    polygons = shapely.polygons(quads)
    rows, columns = np.nonzero(seen.views >= 0)
    for row, column in list(zip(rows, columns, strict=True))[::7]:
        x = seen.x0_m + (column + 0.5) * seen.cell_m
        y = seen.y0_m + (row + 0.5) * seen.cell_m
        counted = int(shapely.intersects_xy(polygons, x, y).sum())
        assert abs(int(seen.views[row, column]) - counted) <= 1


def test_gsd_is_what_the_camera_gives() -> None:
    expected = forecast(planned(agl_m=80, camera="mavic3e"))
    by_hand = 100 * 80 * 17.3 / 12.29 / 5280
    assert expected.gsd_p50_cm == pytest.approx(by_hand, rel=1e-6)
    assert forecast(planned(gsd_cm=2.0)).gsd_p50_cm == pytest.approx(2.0, rel=1e-6)


def test_oblique_gsd_is_along_the_slant() -> None:
    plan = planned(gsd_cm=1.5, pattern="crosshatch", gimbal_pitch_deg=-60)
    assert plan.wishes.agl_m == pytest.approx(
        plan.wishes.camera.distance_m(1.5) * math.sin(math.radians(60))
    )


def house_walls(plan: Plan) -> np.ndarray:
    target = plan.place.target
    assert target is not None
    return wall_views(shots_of(plan), plan.wishes.camera, target, 0.0)


# findings/dronepath.md: the earlier system's spiral over the same house, the camera along its path
# and turned to the house; three batteries.
EARLIER_VIEWS, EARLIER_VIEWS_FACING, EARLIER_MINUTES = 1.9, 10.7, 55.6


def test_splat_shows_the_walls_five_times_better_in_less_than_half_the_time() -> None:
    """The house of the findings: 20 x 30 x 8 m on a parcel of 150 m, seen at 24 mm, 4:3."""
    plan = planned(area=square(150), pattern="splat", subject=HOUSE, camera="mini4pro")
    walls = house_walls(plan)
    minutes = sum(s.time_s for s in plan.sorties) / 60
    assert walls.mean() >= 5 * EARLIER_VIEWS_FACING > 5 * EARLIER_VIEWS
    assert np.percentile(walls, 5) >= 20
    assert minutes <= 0.4 * EARLIER_MINUTES


def test_a_wall_is_not_seen_from_behind_or_from_afar() -> None:
    camera = Camera(17.3, 13.0, 12.29, 5280, 3956, 1, 1e-3, 8)
    target = Target(np.zeros(2), 10, 8, shapely.box(-5, -5, 5, 5))
    plan = planned(area=square(60), pattern="orbit", radius_m=20, min_clearance_m=2, agl_m=6)
    shots = shots_of(plan)
    north = shots.xy[:, 1] > 19
    seen = wall_views(_only(shots, north), camera, target, 0.0)
    assert (seen > 0).any()
    assert (seen == 0).any(), "the south wall is hidden"
    assert wall_views(shots, _coarse(camera), target, 0.0).max() == 0


def _only(shots: Shots, chosen: NDArray[np.bool_]) -> Shots:
    return Shots(*(values[chosen] for values in vars(shots).values()))


def _coarse(camera: Camera) -> Camera:
    return Camera(17.3, 13.0, 12.29, 200, 150, 1, 1e-3, 8)


def test_the_picture_shows_the_area_north_up() -> None:
    plan = planned(area=square(200, HERE, height_m=400))
    seen = forecast(plan).map
    image = Image.open(io.BytesIO(coverage_png(seen)))
    assert image.height == pytest.approx(2 * image.width, rel=0.1)
    pixels = np.asarray(image).reshape(-1, 4)
    colours = {tuple(map(int, p[:3])) for p in np.unique(pixels, axis=0) if p[3]}
    assert colours <= {colour for _, _, colour, _ in CLASSES}


def test_unseen_ground_is_warned_of_and_in_the_map() -> None:
    zone = {"center": list(HERE), "radius_m": 60}
    plan = planned(no_fly=[zone], agl_m=25, front_overlap=0.1, side_overlap=0.1)
    expected = forecast(plan)
    assert expected.coverage_pct == 100, "a no-fly zone is not part of the area"
    orbit = planned(area=square(150), pattern="orbit", radius_m=8, agl_m=30)
    assert any("in no photo" in warning for warning in forecast(orbit).warnings)


def test_the_coverage_map_is_geojson_over_the_area() -> None:
    delivered = deliver(planned(area=square(300, (180.0, 10.0))), "p")
    file = next(f for f in delivered.files if f.name == "coverage.geojson")
    features = json.loads(file.content)["features"]
    shape = shapely.union_all([shapely.geometry.shape(f["geometry"]) for f in features])
    west = 180 - 150 / 111_320 / math.cos(math.radians(10))
    assert shape.bounds[0] % 360 == pytest.approx(west, abs=1e-3)
    assert shape.bounds[2] - shape.bounds[0] < 0.004, "whole across the antimeridian"
