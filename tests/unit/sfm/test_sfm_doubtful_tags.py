"""Tags that are right in part: rounded positions, angles of another sign, angles that are missing,
another place on the same card."""

import re
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sfm.flights import (
    KINDS,
    START,
    Flight,
    block,
    facade_flown,
    facade_walked,
    fly,
    orbit,
    strip,
    wall,
)

from spaceport_sfm.job.placing.positions import gps_positions, taken_elsewhere_m

SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=12, deadline=None)


def said_of(flight: Flight) -> str:
    placement = flight.place()
    return " ".join((placement.note, *placement.warnings))


def before_a_wall(pitch_deg: float, seed: int = 0, gimbal: bool = False) -> Flight:
    """One line, all photos looking the same way: nothing but angles tells how far down."""
    centres = np.array([[5.0 * i - 30, 0.0, 12.0] for i in range(12)])
    centres += np.random.default_rng([seed, 3]).normal(0, 0.3, centres.shape)
    looks = [(0.0, pitch_deg)] * 12
    return fly(centres, looks, wall(seed), seed, drone=True, gimbal=gimbal)


def over_ground(pitch_deg: float, seed: int = 0) -> Flight:
    """The same 40 m above a plain, without angles."""
    random = np.random.default_rng([seed, 4])
    centres = np.array([[9.0 * i - 50, 0.0, 40.0] for i in range(12)])
    centres += random.normal(0, 0.3, centres.shape)
    points = random.uniform(-70, 70, (1500, 3)) * [1, 1, 0] + [0, 60, 0]
    points[:, 2] = random.normal(0, 0.5, 1500)
    return fly(centres, [(0.0, pitch_deg)] * 12, points, seed, drone=True)


def walk_around(seed: int = 0) -> Flight:
    """Somebody on foot around a third of a building."""
    turns = np.linspace(95, 225, 14)
    centres = 20.0 * np.stack([np.sin(np.radians(turns)), np.cos(np.radians(turns))], axis=1)
    centres = np.concatenate([centres, np.full((14, 1), 1.6)], axis=1)
    centres += np.random.default_rng([seed, 10]).normal(0, 0.1, centres.shape)
    looks = [((turn + 180) % 360, 8.0) for turn in turns]
    points = np.random.default_rng(seed).uniform((-5, -5, 1), (5, 5, 11), (1200, 3))
    return fly(centres, looks, points, seed, wobble_deg=2.0)


def within_deg(said: str) -> float:
    return float(re.findall(r"within ([0-9.]+) degrees\)", said)[0])


@FEW
@given(
    seed=SEEDS,
    kind=st.sampled_from(["block", "strip", "orbit"]),
    step_deg=st.sampled_from([1e-3, 1e-4, 1 / 60 / 100, 1 / 60 / 1000, 1 / 3600]),
)
def test_rounded_positions_are_said_and_covered(seed: int, kind: str, step_deg: float) -> None:
    """Editors write three or four decimals, hundredths of a minute or whole seconds."""
    flight = KINDS[kind](seed=seed)
    for photo, tags in zip(flight.photos, flight.tags, strict=True):
        for name in ("latitude_deg", "longitude_deg"):
            tags[name] = step_deg * round(getattr(photo, name) / step_deg)
    placement = flight.place()
    said = " ".join((placement.note, *placement.warnings))
    found = re.search(r"within ([0-9.]+)% and", placement.note)
    if found:
        assert abs(flight.scale(placement) - 1) < float(found[1]) / 100, said
    if step_deg == 1e-4:
        assert "rounded to steps of about 11 m" in said
    assert "repeats a position" not in said


def test_positions_rounded_to_the_same_place_are_none() -> None:
    flight = block()
    for tags in flight.tags:
        tags |= {"latitude_deg": 46.63, "longitude_deg": 7.9}
    assert "repeats one position" in said_of(flight)


def test_a_receiver_that_is_stuck_at_a_round_place_is_stuck() -> None:
    """Somebody gave most photos the town's position."""
    flight = block(noise_m=(0.3, 0.3))
    for tags in flight.tags[:11]:
        tags |= {"latitude_deg": 46.63, "longitude_deg": 7.9}
    said = said_of(flight)
    assert "The GPS of 11 of 18 photos repeats a position" in said
    assert "rounded" not in said


@pytest.mark.parametrize("decimals", [5, 6, 7])
def test_what_a_receiver_cannot_tell_may_be_rounded(decimals: int) -> None:
    flight = block(noise_m=(0.3, 0.3))
    for photo, tags in zip(flight.photos, flight.tags, strict=True):
        tags |= {
            "latitude_deg": round(photo.latitude_deg or 0.0, decimals),
            "longitude_deg": round(photo.longitude_deg or 0.0, decimals),
        }
    assert "rounded" not in said_of(flight)


@pytest.mark.parametrize("kind", ["block", "strip", "orbit"])
@pytest.mark.parametrize("seed", range(3))
def test_gimbals_that_count_down_as_positive_are_read_as_what_they_mean(
    kind: str, seed: int
) -> None:
    flight = KINDS[kind](seed=seed, gimbal=True)
    right = flight.place()
    for tags in flight.tags:
        tags["gimbal_pitch_deg"] *= -1
    placement = flight.place()
    assert "against the gimbal" not in placement.note
    assert within_deg(placement.note) == pytest.approx(within_deg(right.note), abs=0.3)
    assert flight.tilt_deg(placement) < 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pitch_deg", [-80.0, -45.0, -20.0, -8.0])
def test_the_other_sign_along_one_line_is_read_or_doubted(pitch_deg: float, seed: int) -> None:
    """Nothing tells whether such photos look up or down, so up is known to twice the pitch."""
    flight = before_a_wall(pitch_deg, seed, gimbal=True)
    assert flight.tilt_deg(flight.place()) < 1
    for tags in flight.tags:
        tags["gimbal_pitch_deg"] *= -1
    placement = flight.place()
    tilt_deg = flight.tilt_deg(placement)
    assert tilt_deg < within_deg(placement.note), placement.note
    assert tilt_deg < 2 or "Which way is up" in " ".join(placement.warnings)


@pytest.mark.parametrize("pitch_deg", [-20.0, -8.0])
def test_zeros_for_pitch_and_roll_are_doubted(pitch_deg: float) -> None:
    flight = before_a_wall(pitch_deg, gimbal=True)
    for tags in flight.tags:
        tags |= {"gimbal_pitch_deg": 0.0, "gimbal_roll_deg": 0.0}
    placement = flight.place()
    assert flight.tilt_deg(placement) < within_deg(placement.note)
    assert "Which way is up" in " ".join(placement.warnings)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("pitch_deg", [-30.0, -45.0, -60.0])
def test_a_line_flown_aslant_over_ground_stands_on_it(pitch_deg: float, seed: int) -> None:
    flight = over_ground(pitch_deg, seed)
    placement = flight.place()
    assert flight.tilt_deg(placement) < within_deg(placement.note), placement.note
    assert "whether they look down" in " ".join(placement.warnings)


@pytest.mark.parametrize("make", [lambda: before_a_wall(0.0), lambda: over_ground(-45.0)])
def test_one_line_flown_sideways_without_angles_says_what_was_supposed(make: object) -> None:
    assert callable(make)
    assert "whether they look down or at a wall" in said_of(make())


@pytest.mark.parametrize("make", [block, strip, orbit, facade_flown])
def test_what_gps_or_angles_settle_is_no_supposition(make: object) -> None:
    assert callable(make)
    assert "whether they look down" not in said_of(make())


def test_up_that_is_not_known_is_never_known_within_more_than_a_right_angle() -> None:
    for seed in range(6):
        assert within_deg(said_of(before_a_wall(-45.0, seed))) <= 90


@pytest.mark.parametrize("above_m", [30.0, 130.0])
def test_a_drone_high_before_a_wall_keeps_its_gps(above_m: float) -> None:
    """It shows no ground, so its height above it contradicts nothing."""
    flight = facade_flown()
    for tags in flight.tags:
        tags["relative_altitude_m"] = above_m
    placement = flight.place()
    assert placement.origin is not None, placement.warnings
    assert flight.tilt_deg(placement) < 5


@pytest.mark.parametrize("jump_m", [0.0, 25.0])
@pytest.mark.parametrize("kind", ["block", "orbit"])
def test_a_clock_that_jumps_by_a_year_bends_nothing(kind: str, jump_m: float) -> None:
    flight = KINDS[kind](gimbal=True)
    half = len(flight.tags) // 2
    flight.gps_m[half:, 2] += jump_m
    for number, tags in enumerate(flight.tags):
        away = timedelta(days=365 if number >= half else 0)
        tags["taken_at"] = START + timedelta(seconds=4 * number) - away
    placement = flight.place()
    assert flight.tilt_deg(placement) < 1
    assert flight.scale(placement) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("half", [9, 18])
def test_photos_of_another_place_leave_the_zero_at_one_of_the_two(half: int) -> None:
    """Half-way between two places nobody was: there a metre is no metre, and north is not north."""
    here = block().photos
    there = [
        photo.model_copy(
            update={
                "name": f"x{photo.name}",
                "latitude_deg": (photo.latitude_deg or 0.0) - 20.0,
                "longitude_deg": (photo.longitude_deg or 0.0) - 90.0,
            }
        )
        for photo in here[:half]
    ]
    origin = gps_positions([*here, *there]).origin
    assert origin is not None
    places = [(photo.latitude_deg, photo.longitude_deg) for photo in [*here, *there]]
    assert (origin.latitude_deg, origin.longitude_deg) in places


def test_strays_of_another_place_that_are_not_in_the_model_move_nothing() -> None:
    flight = block()
    alone = flight.place()
    photos = flight.photos
    strays = [
        photo.model_copy(update={"name": f"x{photo.name}", "latitude_deg": -40.0})
        for photo in photos
    ]
    both = flight.place(also=strays)
    assert both.origin == alone.origin
    assert flight.heading_deg(both) == pytest.approx(flight.heading_deg(alone), abs=1e-6)


def lie_down(flight: Flight, rows: range, side: int = 1) -> None:
    """Pixels that lie on their side: the camera's right is where its top or bottom was."""
    flight.rotations = flight.rotations.copy()
    for row in rows:
        right, down, forward = flight.rotations[row].T
        flight.rotations[row] = np.stack([-side * down, side * right, forward], axis=1)


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("make", [facade_walked, walk_around])
def test_photos_that_lie_because_their_tag_was_lost_turn_nothing(
    make: Callable[..., Flight], seed: int, side: int
) -> None:
    """A phone held upright: half of its photos kept the tag that says so."""
    flight = make(seed=seed)
    right = flight.place()
    count = len(flight.tags)
    for row in range(1, count, 2):
        flight.tags[row]["rotated"] = True
    lie_down(flight, range(0, count, 2), side)
    placement = flight.place()
    assert placement.note == right.note
    assert flight.tilt_deg(placement) == pytest.approx(flight.tilt_deg(right), abs=0.2)


def test_photos_of_a_wall_of_which_some_lie_are_not_taken_to_look_down() -> None:
    """A quarter turn is no flight to and fro, whoever is sure to stand."""
    flight = facade_walked()
    lie_down(flight, range(0, 14, 2))
    assert "straight down" not in said_of(flight)


@pytest.mark.parametrize("kind", ["block", "orbit"])
def test_photos_that_look_down_are_turned_by_nothing(kind: str) -> None:
    flight = KINDS[kind]()
    right = flight.place()
    for tags in flight.tags[::2]:
        tags["rotated"] = True
    assert flight.place().note == right.note


@pytest.mark.parametrize("noise_m", [0.05, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0])
@pytest.mark.parametrize("kind", ["block", "strip", "orbit"])
def test_distances_are_doubted_only_where_two_percent_are_no_rarity(
    kind: str, noise_m: float
) -> None:
    """ "Within" holds for 997 captures of 1,000; a warning is due where 990 are within 2 %."""
    flight = KINDS[kind](noise_m=(noise_m, 0.3))
    placement = flight.place()
    said = re.search(r"within ([0-9.]+)% and", placement.note)
    assert said, placement.note
    doubted = any("distances may be wrong" in text for text in placement.warnings)
    if doubted or float(said[1]) > 2.6:
        assert doubted and float(said[1]) > 2.1
    assert doubted or abs(flight.scale(placement) - 1) < 0.02


@pytest.mark.parametrize(("east_deg", "is_elsewhere"), [(0.001, False), (0.05, True), (120, True)])
def test_only_photos_too_far_away_to_show_the_scene_are_elsewhere(
    east_deg: float, is_elsewhere: bool
) -> None:
    photos = block().photos
    strays = [
        photo.model_copy(
            update={"name": f"x{n}", "longitude_deg": (photo.longitude_deg or 0.0) + east_deg}
        )
        for n, photo in enumerate(photos[:9])
    ]
    unplaced = photos[0].model_copy(update={"name": "y"})
    found = taken_elsewhere_m([*photos, *strays, unplaced], {photo.name for photo in photos})
    assert sorted(found) == ([stray.name for stray in strays] if is_elsewhere else [])
    if east_deg == 0.05:
        assert found["x0"] == pytest.approx(0.05 * 111_320 * np.cos(np.radians(46.63)), rel=0.05)


def test_where_the_scene_is_not_known_nothing_is_elsewhere() -> None:
    photos = block().photos
    assert taken_elsewhere_m(photos, {photos[0].name, photos[1].name}) == {}
    assert taken_elsewhere_m(photos, set()) == {}
    assert taken_elsewhere_m([], {"a"}) == {}
