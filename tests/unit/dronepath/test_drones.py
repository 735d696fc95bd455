"""The library: real cameras, each with its source."""

import math

import pytest

from spaceport_dronepath.drones.library import Drone, drones
from spaceport_dronepath.geometry.camera import Camera, check_camera


def test_there_are_twenty_and_more() -> None:
    assert len(drones()) >= 20


@pytest.mark.parametrize("drone", drones().values(), ids=lambda drone: drone.id)
def test_a_row_is_a_camera_that_can_be(drone: Drone) -> None:
    camera = Camera(*drone.sensor_mm, drone.focal_mm, *drone.px, drone.min_interval_s, 1e-3, 8)
    check_camera(camera, "camera")
    hfov_deg = 2 * math.degrees(math.atan(camera.half_w))
    assert 50 < hfov_deg < 85 or "p1" in drone.id
    assert 0.7 < 1000 * drone.sensor_mm[0] / drone.px[0] < 5.0, "micrometres a pixel"
    assert 100 < drone.mass_g < 25_000
    assert 20 <= drone.minutes <= 60


@pytest.mark.parametrize("drone", drones().values(), ids=lambda drone: drone.id)
def test_a_row_says_where_its_numbers_were_read(drone: Drone) -> None:
    said = " ".join(source.says for source in drone.sources)
    assert len(drone.sources) >= 2
    assert all(source.at and source.says for source in drone.sources)
    width, height = drone.px
    assert any(f"{w} x {h}" in said for w, h in ((width, height), (2 * width, 2 * height))), said
    assert f"{drone.minutes:g} min" in said, "how long it flies"
    if drone.wpml_drone and not drone.dji_fly:
        assert "-".join(map(str, drone.wpml_drone)) in said, "DJI's number for the drone"


@pytest.mark.parametrize("drone", drones().values(), ids=lambda drone: drone.id)
def test_gsd_follows_from_the_stated_field_of_view(drone: Drone) -> None:
    """At 100 m, from sensor and focal length as from the maker's diagonal: within 4 %."""
    camera = Camera(*drone.sensor_mm, drone.focal_mm, *drone.px, drone.min_interval_s, 1e-3, 8)
    across_m = 2 * 100 * math.tan(math.radians(drone.fov_deg / 2))
    assert camera.gsd_cm(100) == pytest.approx(100 * across_m / math.hypot(*drone.px), rel=0.04)


def test_the_mass_is_told_as_the_law_draws_its_lines() -> None:
    known = drones()
    assert known["mini4pro"].mass_class == "below 250 g"
    assert known["air3"].mass_class == "below 900 g"
    assert known["mavic3e"].mass_class == "below 4 kg"
    assert known["matrice350p1"].mass_class == "below 25 kg"


def test_the_findings_numbers_come_out() -> None:
    """findings: 100 m, Mini 4 Pro: 144.2 x 108.2 m, lines 36.06 m apart at 75 %."""
    drone = drones()["mini4pro"]
    camera = Camera(*drone.sensor_mm, drone.focal_mm, *drone.px, 2, 1e-3, 8)
    assert 200 * camera.half_w == pytest.approx(144.2, rel=0.01)
    assert 200 * camera.half_h == pytest.approx(108.2, rel=0.01)
    assert 200 * camera.half_w * 0.25 == pytest.approx(36.06, rel=0.01)
