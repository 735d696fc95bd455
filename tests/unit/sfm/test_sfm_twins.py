"""Thermal and small twins of larger photos, by what their tags say."""

from datetime import datetime, timedelta

import pytest

from spaceport_contracts.capture import Photo
from spaceport_sfm.job.photos.twins import leave_out_twins

START = datetime(2026, 6, 1, 10, 0, 0)


def shot(name: str, second: float, width_px: int, **tags: object) -> Photo:
    facts: dict[str, object] = {
        "name": name,
        "key": name,
        "bytes": 10_000,
        "sha256": "0" * 64,
        "width_px": width_px,
        "height_px": width_px * 3 // 4,
        "make": "DJI",
        "model": "ZH20T",
        "taken_at": START + timedelta(seconds=second),
        "latitude_deg": 47.0 + second * 1e-5,
        "longitude_deg": 8.0,
    }
    return Photo.model_validate(facts | tags)


def pairs(apart_s: float, small_px: int = 640, **tags: object) -> list[Photo]:
    """Six photos with a small one beside each, of the same place."""
    found = []
    for number in range(6):
        large = shot(f"A{number}", 5.0 * number, 4000)
        small = shot(f"B{number}", 5.0 * number, small_px, **tags)
        later = START + timedelta(seconds=5.0 * number + apart_s)
        found += [large, small.model_copy(update={"taken_at": later})]
    return found


@pytest.mark.parametrize("apart_s", [-1.0, 0.0, 1.0])
def test_small_twins_need_no_name_and_no_tag(apart_s: float) -> None:
    used, rejected = leave_out_twins(pairs(apart_s))
    assert [photo.name for photo in used] == [f"A{number}" for number in range(6)]
    assert "small twin (640 x 480)" in rejected[0].reason


def test_a_second_camera_of_about_the_size_is_no_twin() -> None:
    assert len(leave_out_twins(pairs(0.0, small_px=3000))[0]) == 12


def test_small_photos_of_other_places_are_no_twins() -> None:
    assert len(leave_out_twins(pairs(0.0, latitude_deg=47.5))[0]) == 12
    assert len(leave_out_twins(pairs(3.0))[0]) == 12
