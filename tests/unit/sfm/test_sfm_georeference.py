"""From the mapper's frame to east, north, up, on cameras and points that are only numbers."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.sfm.flights import (
    KINDS,
    START,
    Flight,
    block,
    edges_of,
    facade_flown,
    facade_walked,
    orbit,
    strip,
)
from tests.unit.sfm.scene import grid

from spaceport_sfm.job.placing.geodesy import to_enu
from spaceport_sfm.job.placing.ground import measure_ground
from spaceport_sfm.job.placing.sim3 import rotation_between
from spaceport_sfm.job.task import Origin

Array = NDArray[np.float64]
ORIGIN = Origin(latitude_deg=47.0, longitude_deg=8.0, altitude_m=400.0)
SEEDS = st.integers(0, 10_000)
UP = "Which way is up"
FEW = settings(max_examples=12, deadline=None)


def check(flight: Flight, tilt_deg: float = 1.0, scale: float = 0.02) -> str:
    """The placed frame is level and true to scale; returns all that was said about it."""
    placement = flight.place()
    said = " ".join((placement.note, *placement.warnings))
    assert placement.origin is not None, said
    assert flight.tilt_deg(placement) < tilt_deg, said
    assert flight.scale(placement) == pytest.approx(1.0, abs=scale), said
    assert flight.heading_deg(placement) < 3.0, said
    return said


def test_enu_of_a_degree() -> None:
    there = np.array([[47.001, 8.0, 400.0], [47.0, 8.001, 410.0], [47.0, 8.0, 400.0]])
    enu = to_enu(there, ORIGIN)
    # Meridian and parallel arcs at 47 degrees on WGS84.
    assert enu[0] == pytest.approx([0.0, 111.17, 0.0], abs=0.02)
    assert enu[1] == pytest.approx([76.06, 0.0, 10.0], abs=0.02)
    assert enu[2] == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)


@FEW
@given(seed=SEEDS, gimbal=st.booleans(), kind=st.sampled_from(["block", "strip", "orbit"]))
def test_good_tags_make_a_level_frame_and_no_noise(seed: int, gimbal: bool, kind: str) -> None:
    flight = KINDS[kind](seed=seed, gimbal=gimbal, noise_m=(0.3, 0.3))
    placement = flight.place()
    check(flight)
    # Along one line without angles, up is what a barometer that may drift makes of it.
    loud = [text for text in placement.warnings if gimbal or kind != "strip" or UP not in text]
    assert loud == []
    assert placement.gps_rms_m is not None and 0.1 < placement.gps_rms_m < 1.5


@FEW
@given(
    seed=SEEDS,
    kind=st.sampled_from(["block", "strip", "orbit"]),
    share=st.floats(0.02, 0.35),
    reach_m=st.sampled_from([50.0, 400.0, 3_000.0, 5_000_000.0]),
)
def test_any_third_of_the_fixes_may_be_anywhere(
    seed: int, kind: str, share: float, reach_m: float
) -> None:
    """A stale fix, another hemisphere, a broken writer: none bends a line, a grid or a ring."""
    flight = KINDS[kind](seed=seed)
    random = np.random.default_rng(seed)
    count = max(1, int(share * len(flight.gps_m)))
    wrong = random.choice(len(flight.gps_m), count, replace=False)
    turn = random.uniform(0, 2 * np.pi, count)
    away = np.stack([np.cos(turn), np.sin(turn), 0.1 * np.sin(3 * turn)], axis=1)
    flight.gps_m[wrong] += away * reach_m * random.uniform(0.6, 1.0, (count, 1))
    said = check(flight, tilt_deg=1.5)
    assert f"The GPS of {count} of" in said


@FEW
@given(
    seed=SEEDS,
    kind=st.sampled_from(["block", "orbit"]),
    gimbal=st.booleans(),
    jump_m=st.floats(5, 60),
    after=st.floats(0.2, 0.8),
)
def test_a_barometer_that_starts_anew_tilts_nothing(
    seed: int, kind: str, gimbal: bool, jump_m: float, after: float
) -> None:
    flight = KINDS[kind](seed=seed, gimbal=gimbal)
    flight.gps_m[int(after * len(flight.gps_m)) :, 2] += jump_m
    check(flight)


@FEW
@given(seed=SEEDS, kind=st.sampled_from(["block", "orbit"]), drift_m=st.floats(0.5, 1.5))
def test_a_barometer_that_drifts_tilts_nothing(seed: int, kind: str, drift_m: float) -> None:
    flight = KINDS[kind](seed=seed, gimbal=True)
    flight.gps_m[:, 2] += drift_m * np.arange(len(flight.gps_m))
    check(flight, tilt_deg=2.0)


@FEW
@given(seed=SEEDS, drift_m=st.floats(0.2, 0.6))
def test_drift_along_a_strip_without_angles_tilts_it_little(seed: int, drift_m: float) -> None:
    """Along one line drift and slope are the same: the heights count for no more than that."""
    flight = strip(count=12, seed=seed)
    flight.gps_m[:, 2] += drift_m * np.arange(12)
    placement = flight.place()
    tilt_deg = flight.tilt_deg(placement)
    said_deg = float(re.findall(r"within ([0-9.]+) degrees", placement.note)[0])
    assert tilt_deg < said_deg, placement.note
    assert tilt_deg < 3, placement.note


@FEW
@given(seed=SEEDS, drift_m=st.floats(0.3, 1.5))
def test_drift_along_a_block_without_angles_is_told_from_a_slope(seed: int, drift_m: float) -> None:
    """Flown to and fro: place and time go together only across the rows."""
    flight = block(seed=seed)
    flight.gps_m[:, 2] += drift_m * np.arange(18)
    placement = flight.place()
    assert flight.tilt_deg(placement) < 2, placement.note


def test_six_photos_of_which_four_agree_by_chance_keep_the_others() -> None:
    """A bent strip: GPS residuals of decimetres but for its end, 2 m off."""
    flight = strip(count=6, noise_m=(0.05, 0.3))
    flight.centres[5] += [2.3, 0.0, 0.0]
    placement = flight.place()
    assert not any("was not used" in text for text in placement.warnings)
    assert flight.scale(placement) == pytest.approx(0.98, abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_height_above_take_off_counts_before_the_altitude(seed: int) -> None:
    flight = block(seed=seed)
    for tags, centre in zip(flight.tags, flight.centres, strict=True):
        tags["relative_altitude_m"] = round(float(centre[2]), 1)
    flight.gps_m[:, 2] += np.linspace(0, 30, len(flight.gps_m))
    said = check(flight)
    assert "height above take-off" in said


@pytest.mark.parametrize("seed", range(4))
def test_a_wall_flown_to_and_fro_stands(seed: int) -> None:
    check(facade_flown(seed=seed, gimbal=True), tilt_deg=1.5)
    placement = facade_flown(seed=seed).place()
    assert facade_flown(seed=seed).tilt_deg(placement) < 5, placement.note


@pytest.mark.parametrize("seed", range(4))
def test_somebody_on_foot_before_a_wall_stands_on_the_ground(seed: int) -> None:
    flight = facade_walked(seed=seed)
    placement = flight.place()
    tilt_deg = flight.tilt_deg(placement)
    assert tilt_deg < 6
    assert tilt_deg < 2 or any("within about" in text for text in placement.warnings)


@pytest.mark.parametrize("seed", range(4))
def test_what_stands_before_somebody_on_foot_says_where_up_is(seed: int) -> None:
    flight = facade_walked(seed=seed)
    upright, lying = [[0, 0, 1.0]] * 30, [[1.0, 0, 0]] * 30 + [[0, 1.0, 0]] * 10
    placement = flight.place(lambda: edges_of(flight, np.array(upright + lying)))
    assert flight.tilt_deg(placement) < 1, placement.note
    assert "upright edges" in placement.note
    assert not any("Which way is up" in text for text in placement.warnings)


@pytest.mark.parametrize("seed", range(4))
def test_edges_that_lie_anyhow_say_nothing(seed: int) -> None:
    flight = facade_walked(seed=seed)
    anyhow = np.random.default_rng(seed).normal(size=(60, 3))
    placement = flight.place(lambda: edges_of(flight, anyhow, alike=False))
    assert "upright edges" not in placement.note


def test_edges_are_not_looked_for_straight_down() -> None:
    """A street's edges meet in a point as well."""
    check_flight = block()
    placement = check_flight.place(lambda: pytest.fail("asked for edges"))
    assert placement.origin is not None


def test_a_block_without_a_maker_is_taken_to_look_down_and_says_so() -> None:
    flight = block()
    for tags in flight.tags:
        tags |= {"drone": False, "latitude_deg": None}
    flight.rotations = flight.rotations.copy()
    for row in range(6, 12):  # flown without turning
        flight.rotations[row] = flight.rotations[row] @ np.diag([-1.0, -1.0, 1.0])
    placement = flight.place()
    assert flight.tilt_deg(placement) < 2, placement.note
    assert any("whether they look down" in text for text in placement.warnings)


def test_cameras_alone_level_a_model_without_gps() -> None:
    for flight in (block(), strip(), orbit(), facade_walked()):
        for tags in flight.tags:
            tags["latitude_deg"] = None
        placement = flight.place()
        assert placement.origin is None
        assert placement.gps_rms_m is None
        assert flight.tilt_deg(placement) < 4, placement.note
        assert any("no usable GPS" in text for text in placement.warnings)


def test_gimbal_angles_level_a_wall_without_gps_and_turn_it_north() -> None:
    flight = facade_flown(gimbal=True)
    for tags in flight.tags:
        tags["latitude_deg"] = None
    placement = flight.place()
    assert flight.tilt_deg(placement) < 1
    assert flight.heading_deg(placement) < 6, "the compass is 4 degrees off"
    assert "compass" in placement.note


def test_angles_that_a_writer_filled_in_with_zeros_are_none() -> None:
    flight = block()
    for tags in flight.tags:
        tags |= {"gimbal_pitch_deg": 0.0, "gimbal_roll_deg": 0.0, "gimbal_yaw_deg": 0.0}
    assert "gimbal" not in check(flight)


def test_wrong_gimbal_angles_are_outvoted() -> None:
    flight = block()
    for tags in flight.tags:
        tags |= {"gimbal_pitch_deg": -20.0, "gimbal_roll_deg": 0.0, "gimbal_yaw_deg": 90.0}
    assert "against" in check(flight)


def test_gps_as_coarse_as_the_walk_gives_no_scale_and_says_so() -> None:
    flight = orbit(noise_m=(15.0, 15.0))
    placement = flight.place()
    assert placement.origin is None
    assert any("neither scale nor heading" in text for text in placement.warnings)
    assert flight.tilt_deg(placement) < 2


def test_gps_in_between_says_how_far_distances_may_be_off() -> None:
    flight = orbit(noise_m=(4.0, 4.0))
    placement = flight.place()
    assert placement.origin is not None
    assert any("distances may be wrong by" in text for text in placement.warnings)
    assert flight.scale(placement) == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("count", [5, 9, 12])
def test_a_receiver_that_repeats_a_position_is_left_out_while_others_move(count: int) -> None:
    flight = block(noise_m=(0.3, 0.3))
    flight.gps_m[:count] = [400.0, -700.0, 3.0]
    assert f"The GPS of {count} of 18 photos repeats a position" in check(flight)


def test_some_altitudes_in_another_unit_are_said_and_no_residual() -> None:
    flight = block()
    for row in (3, 8, 12):
        flight.tags[row]["altitude_m"] = 652.0 / 0.3048
    placement = flight.place()
    assert "altitude of 3 of 18 photos" in check(flight)
    assert placement.gps_rms_m is not None and placement.gps_rms_m < 1.5


def test_few_located_photos_say_that_nothing_checks_them() -> None:
    flight = block()
    for tags in flight.tags[3:]:
        tags["latitude_deg"] = None
    placement = flight.place()
    assert any("Only 3 of 18" in text for text in placement.warnings)
    for tags in flight.tags[2:]:
        tags["latitude_deg"] = None
    assert flight.place().origin is None


def test_letters_lost_in_all_photos_are_noticed_and_set_right_by_the_compass() -> None:
    plain, compass = block(), block(gimbal=True)
    for flight in (plain, compass):
        for photo, tags in zip(flight.photos, flight.tags, strict=True):
            tags["longitude_deg"] = -(photo.longitude_deg or 0.0)
    assert plain.place().origin is None
    assert any("hemisphere" in text for text in plain.place().warnings)
    placement = compass.place()
    assert placement.origin is not None and placement.origin.longitude_deg > 0
    check(compass)


def test_both_letters_lost_turn_the_flight_by_half_a_turn() -> None:
    plain, compass = block(), block(gimbal=True)
    for flight in (plain, compass):
        for photo, tags in zip(flight.photos, flight.tags, strict=True):
            tags |= {
                "latitude_deg": -(photo.latitude_deg or 0.0),
                "longitude_deg": -(photo.longitude_deg or 0.0),
                "hemisphere_known": False,
            }
    assert plain.place().origin is None
    check(compass)


@pytest.mark.parametrize("factor", [30.0, 13_000.0, 1e-3])
def test_a_scale_that_cannot_be_is_no_scale(factor: float) -> None:
    flight = block()
    flight.gps_m[:, :2] *= factor
    for tags in flight.tags:
        tags["relative_altitude_m"] = 40.0
    placement = flight.place()
    assert placement.origin is None
    assert placement.warnings


def test_flights_that_cannot_be_that_fast_have_no_scale() -> None:
    flight = block()
    flight.gps_m[:, :2] *= 70
    assert any("m/s" in text for text in flight.place().warnings)
    for tags in flight.tags:
        tags["taken_at"] = START  # an editor gave all the same time: that says nothing
    assert flight.place().origin is not None


def test_one_altitude_alone_missing_changes_nothing() -> None:
    flight = block()
    flight.tags[7]["altitude_m"] = None
    placement = flight.place()
    check(flight)
    assert np.isnan(placement.gps_m["0007.jpg"][2])


def test_no_altitude_at_all_leaves_the_height_unknown_and_says_so() -> None:
    flight = block()
    for tags in flight.tags:
        tags["altitude_m"] = None
    assert "heights above sea level are unknown" in check(flight)


def test_rotation_between_opposite_directions() -> None:
    down = np.array([0.0, 0.0, -1.0])
    turn = rotation_between(down, -down)
    assert turn @ down == pytest.approx(-down)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_ground_below_the_cameras_not_the_hill_beside_them() -> None:
    random = np.random.default_rng(0)
    flat = random.uniform(-60, 60, (3000, 3)) * [1, 1, 0]
    hill = random.uniform(200, 260, (4000, 3)) * [1, 1, 0] + [0, 0, 35.0]
    ground = measure_ground(np.array(grid(3, 3)), np.concatenate([flat, hill]))
    assert ground.height_above == pytest.approx(40.0, abs=0.6)


def test_cameras_over_water_do_not_guess_the_ground_below_them() -> None:
    """A beach on a slope, and five of twelve cameras over the lake, where nothing is found."""
    random = np.random.default_rng(0)
    beach = random.uniform(0, 60, (3000, 3)) * [1, 1, 0] + [0, 0, 0.0]
    beach[:, 2] = 0.05 * beach[:, 0] + random.normal(0, 0.1, 3000)
    over_beach = np.array([[x, 30.0, 40.0] for x in (20, 25, 30, 35, 40, 45, 50)])
    over_lake = np.array([[-40.0 - 5 * i, 30.0, 40.0] for i in range(5)])
    alone = measure_ground(over_beach, beach)
    assert measure_ground(np.concatenate([over_beach, over_lake]), beach) == alone
    assert alone.height_above == pytest.approx(40 - 0.05 * 35, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_a_building_whose_back_was_taken_for_its_front_is_noticed(seed: int) -> None:
    """The mapper lays the photos of the far side over those of the near one."""
    flight = orbit(count=20, seed=seed)
    half_turn = np.diag([-1.0, -1.0, 1.0])
    flight.centres[13:] = flight.centres[13:] @ half_turn
    flight.rotations[13:] = np.einsum("ij,njk->nik", half_turn, flight.rotations[13:])
    placement = flight.place()
    said = " ".join(placement.warnings)
    assert "7 of 20 photos" in said and "look alike" in said, said
    assert flight.scale(placement) == pytest.approx(1, abs=0.05)
    alone = orbit(count=20, seed=seed)
    alone.gps_m[13:, :2] += np.random.default_rng(seed).uniform(-90, 90, (7, 2))
    assert "look alike" not in " ".join(alone.place().warnings)


def test_a_wall_above_the_cameras_is_no_ground() -> None:
    flight = facade_walked()
    assert not measure_ground(flight.centres, flight.points).seen
    assert measure_ground(orbit().centres, orbit().points).seen


def test_ground_of_an_orbit_without_points_below_is_the_median_of_all() -> None:
    ground = measure_ground(np.array([[100.0, 0.0, 30.0]]), np.zeros((50, 3)))
    assert ground.height_above == 30.0
