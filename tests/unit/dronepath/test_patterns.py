"""Each pattern: the overlap that was asked for, no more photos than it takes, nothing unseen."""

import math

import numpy as np
import pytest
import shapely
from tests.unit.dronepath import invariants
from tests.unit.dronepath.areas import PLACES, random_area, to_geojson
from tests.unit.dronepath.asking import HERE, planned, point, square

from spaceport_dronepath.patterns.strip import Kind
from spaceport_dronepath.plan import Plan

FULL_PLAN = 1.05


def lines_of(plan: Plan) -> list[np.ndarray]:
    return [strip.photo_xy for strip in plan.strips if strip.kind is Kind.LINE]


def footprint_m(plan: Plan) -> tuple[float, float]:
    """Along and across the line, level, from the camera's numbers."""
    camera, agl_m = plan.wishes.camera, plan.wishes.agl_m
    return (
        agl_m * camera.sensor_h_mm / camera.focal_mm,
        agl_m * camera.sensor_w_mm / camera.focal_mm,
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("front", "side"), [(0.8, 0.7), (0.6, 0.3), (0.0, 0.0)])
def test_overlap_is_as_asked_at_every_latitude(
    place: tuple[float, float], front: float, side: float
) -> None:
    plan = planned(
        area=square(400, place), front_overlap=front, side_overlap=side, heading_deg=0, agl_m=80
    )
    height, width = footprint_m(plan)
    lines = lines_of(plan)
    for xy in lines:
        assert np.hypot(*np.diff(xy, axis=0).T).max() <= height * (1 - front) + 1e-6
    across = np.sort([xy[0, 0] for xy in lines])
    assert np.diff(across).max() <= width * (1 - side) + 1e-6
    least = math.ceil(400 / (width * (1 - side))) * math.ceil(400 / (height * (1 - front)))
    assert least <= invariants.photos(plan) <= math.ceil(least * FULL_PLAN) + len(lines)
    invariants.check(plan)
    invariants.leaves_nothing_unseen(plan)


@pytest.mark.parametrize("seed", range(25))
def test_random_areas_take_hardly_more_photos_than_they_must(seed: int) -> None:
    """Against the ideal of lines that meet the area exactly: a photo for every step of every line.

    The ideal is counted here, by intersecting parallel lines with the area at the asked spacing.
    """
    rng = np.random.default_rng(seed)
    area = random_area(rng, 900)
    plan = planned(area=to_geojson(area, *HERE), agl_m=50, front_overlap=0.8, side_overlap=0.7)
    height, width = footprint_m(plan)
    along, across = height * 0.2, width * 0.3
    heading = next(strip.heading_deg[0] for strip in plan.strips if strip.kind is Kind.LINE)
    ideal = 0
    for part in shapely.get_parts(plan.place.area):
        turned = shapely.affinity.rotate(part, heading - 90, origin=(0, 0))
        x0, y0, x1, y1 = turned.bounds
        n = math.ceil((y1 - y0) / across)
        for y in y0 + (np.arange(n) + 0.5) * (y1 - y0) / n:
            line = turned.intersection(shapely.LineString([(x0 - 1, y), (x1 + 1, y)]))
            ideal += sum(max(math.ceil(p.length / along), 1) for p in shapely.get_parts(line))
    assert invariants.photos(plan) <= math.ceil(FULL_PLAN * ideal) + 2


@pytest.mark.parametrize("pattern", ["grid", "crosshatch", "splat"])
@pytest.mark.parametrize("pitch", [-90, -75, -60, -45])
def test_oblique_lines_leave_nothing_unseen(pattern: str, pitch: int) -> None:
    plan = planned(pattern=pattern, gimbal_pitch_deg=pitch, front_overlap=0.3, side_overlap=0.1)
    invariants.leaves_nothing_unseen(plan)
    assert {float(strip.pitch_deg[0]) for strip in plan.strips if strip.kind is Kind.LINE} == {
        pitch
    }


def test_the_legs_of_a_u_stay_in_it() -> None:
    u = shapely.box(-200, -200, 200, 200).difference(shapely.box(-120, -120, 120, 210))
    plan = planned(area=to_geojson(u, *HERE), agl_m=40)
    invariants.check(plan)
    outside = sum(
        shapely.LineString(s.waypoints.xy).difference(plan.place.area.buffer(0.1)).length
        for s in plan.sorties
    )
    assert outside == 0


def test_an_island_in_a_hole_is_flown_too_and_the_way_is_told() -> None:
    ring = shapely.Point(0, 0).buffer(200).difference(shapely.Point(0, 0).buffer(120))
    area = shapely.union_all([ring, shapely.Point(0, 0).buffer(60)])
    plan = planned(area=to_geojson(area, *HERE), agl_m=50)
    invariants.leaves_nothing_unseen(plan)


def test_a_corridor_with_sharp_bends_is_seen_whole() -> None:
    for bend in (0.0005, 0.003, 0.01):
        line = {"type": "LineString", "coordinates": [[8, 50], [8.005, 50 + bend], [8.01, 50]]}
        plan = planned(area=line, pattern="corridor", width_m=60, agl_m=50)
        invariants.check(plan)
        invariants.leaves_nothing_unseen(plan)


def test_an_orbit_looks_at_its_subject_from_all_sides() -> None:
    plan = planned(
        area=point(),
        pattern="orbit",
        radius_m=40,
        agl_m=30,
        subject={"center": list(HERE), "height_m": 10},
    )
    photos = plan.sorties[0].photos
    away = np.hypot(*photos.xy.T)
    assert np.allclose(away, 40, atol=0.01)
    towards = np.degrees(np.arctan2(-photos.xy[:, 0], -photos.xy[:, 1])) % 360
    assert np.abs((photos.heading_deg - towards + 180) % 360 - 180).max() < 0.1
    assert np.allclose(photos.pitch_deg, -math.degrees(math.atan2(25, 40)), atol=0.1)
    assert np.diff(np.sort(towards)).max() <= 7.51
    invariants.check(plan)


def test_orbits_rise_as_they_widen_and_keep_the_clearance() -> None:
    plan = planned(area=point(), pattern="multi_orbit", agl_m=45, min_clearance_m=10)
    heights = [strip.agl_m[0] for strip in plan.strips]
    radii = [float(np.hypot(*strip.path[0])) for strip in plan.strips]
    assert sorted(zip(radii, heights, strict=True)) == sorted(
        zip(sorted(radii), sorted(heights), strict=True)
    )
    assert min(heights) >= 10
    invariants.check(plan)


def test_orbits_go_around_what_is_forbidden() -> None:
    zone = {"center": [8.0005, 50.0], "radius_m": 20}
    plan = planned(area=point(), pattern="multi_orbit", no_fly=[zone])
    assert len(plan.strips) > 3
    invariants.check(plan)


@pytest.mark.parametrize("batteries", [1, 2, 3, 5])
def test_a_spiral_gives_each_battery_its_sector(batteries: int) -> None:
    """What the earlier Spaceport offered: a place and some batteries."""
    plan = planned(area=point(), pattern="spiral", battery={"count": batteries, "minutes": 20})
    assert len(plan.sorties) == batteries
    assert max(s.most_used_s for s in plan.sorties) > 0.8 * plan.wishes.budget_s
    for n, sortie in enumerate(plan.sorties):
        angle = np.degrees(np.arctan2(*sortie.photos.xy.T)) % 360
        width = 360 / batteries
        assert ((angle >= n * width - 0.01) & (angle <= (n + 1) * width + 0.01)).all()
        assert sortie.max_agl_m <= plan.request.max_agl_m
    invariants.check(plan)


def test_a_facade_is_faced_from_the_standoff_at_every_height() -> None:
    plan = planned(
        area=square(30),
        pattern="facade",
        standoff_m=12,
        min_clearance_m=2,
        subject={"outline": square(30), "height_m": 25},
    )
    photos = plan.sorties[0].photos
    assert plan.place.target is not None
    assert plan.place.target.outline is not None
    away = shapely.distance(shapely.points(photos.xy), plan.place.target.outline.boundary)
    assert np.allclose(away, 12, atol=0.1)
    rows = np.unique(photos.agl_m.round(2))
    step = 2 * plan.wishes.camera.half_h * 12 * 0.3
    assert len(rows) > 2
    assert np.diff(rows).max() <= step + 0.01
    path = shapely.LineString(np.concatenate([s.waypoints.xy for s in plan.sorties]))
    assert path.distance(plan.place.target.outline) > 9
    invariants.check(plan)


def test_a_fence_is_never_left_and_may_be_wider_than_the_area() -> None:
    plan = planned(
        area=square(150),
        pattern="splat",
        fence=square(220),
        subject={"center": [8.0009, 50.0], "height_m": 8},
    )
    xy = np.concatenate([s.photos.xy for s in plan.sorties])
    assert np.abs(xy).max() <= 110.1
    assert np.abs(xy).max() > 75.1
    invariants.check(plan)
    invariants.leaves_nothing_unseen(plan)


def test_a_margin_is_flown_and_seen() -> None:
    plan = planned(area=square(200), margin_m=30)
    assert plan.place.area.area > 240 * 240
    invariants.leaves_nothing_unseen(plan)


def test_speed_obeys_the_shutter_and_the_camera() -> None:
    slow = {"sensor_mm": [17.3, 13], "focal_mm": 12.29, "px": [5280, 3956], "shutter_s": 1 / 100}
    plan = planned(camera=slow, agl_m=60, battery={"minutes": 60})
    strip = plan.strips[0]
    gsd_m = plan.wishes.camera.gsd_cm(60) / 100
    assert strip.speed_mps <= 0.5 * gsd_m * 100 + 1e-9
    lazy = {**slow, "shutter_s": 1 / 2000, "min_interval_s": 5}
    strip = planned(camera=lazy, agl_m=60, battery={"minutes": 90}).strips[0]
    assert strip.speed_mps * 5 <= strip.spacing_m + 1.5


def test_each_camera_is_looked_up_or_given_alike() -> None:
    named = planned(camera="Mavic 3E", agl_m=80)
    given = planned(
        camera={
            "sensor_mm": [17.3, 13.0], "focal_mm": 12.29, "px": [5280, 3956], "min_interval_s": 0.7,
        },
        agl_m=80,
        battery={"minutes": 45},
        max_speed_mps=12,
    )  # fmt: skip
    assert invariants.photos(named) == invariants.photos(given)
