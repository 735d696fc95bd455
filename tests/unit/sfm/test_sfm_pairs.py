"""Which photos are compared."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from spaceport_sfm.job.matching.likeness import pairs_by_likeness
from spaceport_sfm.job.matching.pairs import (
    all_pairs,
    choose_pairs,
    components,
    needs_likeness,
    pairs_by_position,
    pairs_in_sequence,
)
from spaceport_sfm.job.photos.order import taking_order
from spaceport_sfm.job.placing.positions import gps_positions
from spaceport_sfm.job.task import TaskPhoto

START = datetime(2026, 1, 1)


def photos(count: int) -> list[TaskPhoto]:
    return [TaskPhoto(name=f"{i}.jpg", original=f"{i:04d}.jpg", camera=0) for i in range(count)]


def test_sequence_pairs_reach_forward_only() -> None:
    assert pairs_in_sequence([2, 0, 1], reach=1) == {(0, 2), (0, 1)}


def test_position_pairs_are_the_nearest_on_the_ground() -> None:
    line = {i: np.array([10.0 * i, 0.0, 50.0 * (i % 2)]) for i in range(10)}
    pairs = pairs_by_position(line, nearest=2)
    assert (4, 5) in pairs
    assert (0, 2) in pairs, "the end of a line looks inwards"
    assert (2, 5) not in pairs


def test_a_small_capture_with_a_photo_without_gps_is_matched_exhaustively() -> None:
    located = {i: np.array([float(i), 0.0, 0.0]) for i in range(19)}
    assert choose_pairs(photos(20), located, ()) == all_pairs(20)


def test_a_large_capture_costs_a_constant_number_of_pairs_per_photo() -> None:
    side = 20
    located = {
        r * side + c: np.array([10.0 * c, 10.0 * r, 0.0]) for r in range(side) for c in range(side)
    }
    pairs = choose_pairs(photos(side * side), located, ())
    assert len(pairs) <= 17 * side * side
    assert not needs_likeness(side * side, len(located))
    assert needs_likeness(side * side, len(located) - 1)


def test_taking_order_is_time_or_name() -> None:
    by_name = photos(3)
    assert taking_order(by_name) == [0, 1, 2]
    timed = [
        photo.model_copy(update={"taken_at": START - timedelta(seconds=i)})
        for i, photo in enumerate(by_name)
    ]
    assert taking_order(timed) == [2, 1, 0]
    assert taking_order([*timed[:2], by_name[2]]) == [0, 1, 2]


def test_photos_of_the_same_place_look_alike() -> None:
    random = np.random.default_rng(0)
    places = [random.integers(0, 120, (300, 128)) for _ in range(4)]
    seen = [
        np.clip(place + random.integers(-6, 7, place.shape), 0, 255).astype(np.uint8)
        for place in places
        for _ in range(3)
    ]
    seen.append(np.zeros((0, 128), np.uint8))
    pairs = pairs_by_likeness(seen, most_alike=2)
    wanted = {(3 * p + a, 3 * p + b) for p in range(4) for a, b in ((0, 1), (0, 2), (1, 2))}
    assert wanted <= pairs
    assert all(12 not in pair for pair in pairs), "a photo without features resembles nothing"


def test_components_come_largest_first() -> None:
    assert components(6, {(0, 1), (2, 3), (3, 4)}) == [[2, 3, 4], [0, 1], [5]]


def test_gps_that_repeats_one_position_is_not_used() -> None:
    stuck = [
        photo.model_copy(update={"latitude_deg": 47.0, "longitude_deg": 8.0, "altitude_m": 400.0})
        for photo in photos(5)
    ]
    gps = gps_positions(stuck)
    assert gps.origin is None
    assert gps.by_name == {}
    assert "repeats one position" in gps.warnings[0]


@pytest.mark.parametrize(
    "facts",
    [
        {"latitude_deg": 91.0},
        {"longitude_deg": -200.0},
        {"latitude_deg": 0.0, "longitude_deg": 0.0},
        {"latitude_deg": None},
        {"longitude_deg": float("nan")},
        {"hemisphere_known": False},
        {"gps_error_m": 1500.0},
    ],
)
def test_what_is_no_place_on_earth_is_no_position(facts: dict[str, float | bool | None]) -> None:
    located = [
        photo.model_copy(update={"latitude_deg": 47.0 + 1e-4 * i, "longitude_deg": 8.0})
        for i, photo in enumerate(photos(4))
    ]
    located[2] = located[2].model_copy(update=facts)
    assert sorted(gps_positions(located).by_name) == ["0.jpg", "1.jpg", "3.jpg"]


@pytest.mark.parametrize("altitude_m", [None, float("inf"), 1.1e6, -5000.0])
def test_one_photo_without_an_altitude_leaves_the_others_theirs(altitude_m: float | None) -> None:
    located = [
        photo.model_copy(
            update={
                "latitude_deg": 47.0 + 1e-4 * i,
                "longitude_deg": 8.0,
                "altitude_m": altitude_m if i == 1 else 400.0 + i,
            }
        )
        for i, photo in enumerate(photos(4))
    ]
    up = [gps_positions(located).by_name[f"{i}.jpg"][2] for i in range(4)]
    assert np.isnan(up).tolist() == [False, True, False, False]
    assert up[3] - up[2] == pytest.approx(1.0, abs=1e-3)
