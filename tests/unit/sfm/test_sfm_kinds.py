"""The kinds of capture that the generated world flies, placed by what their tags say."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.sfm.flights import START, Flight, any_frame, ground

from spaceport_scenery.kinds import CHURCH, KINDS, Land, Shot, plan

PHOTOS = 16
FLOWN = ("nadir block", "strip", "orbit", "two batteries", "exposure")
SEEDS = st.integers(0, 10_000)


LEVEL = Land(lambda _x, _y: 0.0)


def tags(shot: Shot) -> dict[str, object]:
    facts: dict[str, object] = {
        "taken_at": START + timedelta(seconds=shot.seconds),
        "relative_altitude_m": shot.above_m,
        "drone": not shot.phone,
    }
    if not shot.phone:
        facts |= {
            "gimbal_pitch_deg": shot.pose.pitch_deg,
            "gimbal_roll_deg": shot.pose.roll_deg,
            "gimbal_yaw_deg": shot.pose.yaw_deg,
        }
    return facts


def flown(kind: str, seed: int) -> Flight:
    """A kind's capture as the mapper would leave it."""
    shots = [shot for shot in plan(kind, PHOTOS, seed, LEVEL) if not shot.thermal]
    centres = np.array([shot.pose.position for shot in shots])
    points = ground(60, seed)
    if shots[0].phone:
        points = points * [0.3, 0.05, 0.1] + [*CHURCH, 5.0]
    return Flight(
        centres,
        np.array([shot.pose.camera_to_world() for shot in shots]),
        points,
        np.array([shot.gps_m for shot in shots]),
        [tags(shot) for shot in shots],
        any_frame(seed),
    )


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from(FLOWN))
def test_what_a_drone_flies_stands_level_and_true_to_scale(seed: int, kind: str) -> None:
    flight = flown(kind, seed)
    placement = flight.place()
    assert flight.tilt_deg(placement) < 1, placement.note
    assert flight.scale(placement) == pytest.approx(1, abs=0.02)


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from(["facade", "walk"]))
def test_what_a_phone_takes_is_level_or_said_not_to_be(seed: int, kind: str) -> None:
    flight = flown(kind, seed)
    placement = flight.place()
    said = " ".join(placement.warnings)
    tilt_deg = flight.tilt_deg(placement)
    assert tilt_deg < 6, placement.note
    assert tilt_deg < 2 or "Which way is up" in said, placement.note
    if placement.origin is not None:
        off = abs(flight.scale(placement) - 1)
        assert off < 0.02 or "distances may be wrong" in said
        assert off < 0.3


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_kind_is_the_same_for_the_same_seed_and_has_as_many_photos(kind: str) -> None:
    shots = plan(kind, PHOTOS, 3, LEVEL)
    assert shots == plan(kind, PHOTOS, 3, LEVEL)
    assert sum(not shot.thermal for shot in shots) == PHOTOS
    assert [shot.seconds for shot in shots] == sorted(shot.seconds for shot in shots)
    assert len({shot.pose.position for shot in shots}) == PHOTOS
