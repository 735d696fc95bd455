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
    assert drone.source.startswith("https://")
    assert 100 < drone.mass_g < 25_000
    assert 20 <= drone.minutes <= 60


def test_the_findings_numbers_come_out() -> None:
    """findings: 100 m, Mini 4 Pro: 144.2 x 108.2 m, lines 36.06 m apart at 75 %."""
    drone = drones()["mini4pro"]
    camera = Camera(*drone.sensor_mm, drone.focal_mm, *drone.px, 2, 1e-3, 8)
    assert 200 * camera.half_w == pytest.approx(144.2, rel=0.01)
    assert 200 * camera.half_h == pytest.approx(108.2, rel=0.01)
    assert 200 * camera.half_w * 0.25 == pytest.approx(36.06, rel=0.01)
