"""The flight stays where the splat was seen, is smooth, level and closed."""

import numpy as np
import pytest
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job.pictures.flightpath import Survey, closed_flight
from spaceport_compress.job.pictures.preview import best_view, stepped_back
from spaceport_compress.job.pictures.views import UP_ENU, in_frame, look_at, pinhole, rings
from spaceport_splat.camera import Camera

SPLAT = field(1500)


def orbit(radius_m: float = 40.0, height_m: float = 25.0) -> list[Camera]:
    cameras = []
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        position = np.array([radius_m * np.cos(angle), radius_m * np.sin(angle), height_m])
        cameras.append(pinhole("o", look_at(position, np.zeros(3), UP_ENU), 60, 160, 90))
    return cameras


def strip() -> list[Camera]:
    down = np.array([0.0, 0.001, -1.0])
    positions = [np.array([x, 0.0, 30.0]) for x in np.linspace(-15, 15, 9)]
    return [pinhole("s", look_at(p, p + down, UP_ENU), 60, 160, 90) for p in positions]


CAPTURES = {
    "grid": grid_of_cameras(),
    "orbit": orbit(),
    "strip": strip(),
    "one": grid_of_cameras(1),
    "two": orbit()[:2],
    "none": rings(SPLAT, UP_ENU),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_a_flight_is_smooth_level_and_closed(name: str) -> None:
    cameras = CAPTURES[name]
    flight = closed_flight(Survey.of(cameras, SPLAT, UP_ENU), 48, (160, 90))
    positions = np.stack([camera.position for camera in flight])
    steps_m = np.linalg.norm(np.diff(positions, axis=0, append=positions[:1]), axis=1)
    assert np.isfinite(positions).all()
    assert steps_m.max() < 4 * np.median(steps_m) + 1e-6
    forwards = np.stack([camera.world_to_camera[2, :3] for camera in flight])
    turns = (forwards * np.roll(forwards, -1, axis=0)).sum(1)
    assert turns.min() > np.cos(np.radians(25))
    for camera in flight:
        rotation = camera.world_to_camera[:3, :3]
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(rotation) == pytest.approx(1)
        assert abs(rotation[0, 2]) < 1e-9  # the horizon is level


@pytest.mark.parametrize("name", ["grid", "orbit", "strip"])
def test_a_flight_stays_near_the_cameras(name: str) -> None:
    cameras = CAPTURES[name]
    known = np.stack([camera.position for camera in cameras])
    flight = closed_flight(Survey.of(cameras, SPLAT, UP_ENU), 48, (160, 90))
    size_m = np.linalg.norm(np.ptp(known, axis=0))
    for camera in flight:
        assert np.linalg.norm(known - camera.position, axis=1).min() < 0.25 * size_m
        assert known[:, 2].min() - 3 < camera.position[2] < known[:, 2].max() + 3


def test_an_orbit_is_flown_as_an_orbit_and_looks_inwards() -> None:
    flight = closed_flight(Survey.of(orbit(), SPLAT, UP_ENU), 48, (160, 90))
    radii_m = [float(np.linalg.norm(camera.position[:2])) for camera in flight]
    assert min(radii_m) > 30
    for camera in flight:
        assert camera.world_to_camera[2, :3] @ -camera.position > 0


def test_the_preview_is_no_photo_and_is_filled() -> None:
    cameras = grid_of_cameras()
    view = best_view(SPLAT, Survey.of(cameras, SPLAT, UP_ENU))
    assert (view.width_px, view.height_px) == (1280, 720)
    assert min(np.linalg.norm(view.position - camera.position) for camera in cameras) > 0.1


def test_the_preview_shows_what_most_photos_saw_and_not_the_border() -> None:
    """A bright mush at the border, which one photo saw, is no reason to look there."""
    cameras = grid_of_cameras()
    survey = Survey.of(cameras, SPLAT, UP_ENU)
    view = best_view(SPLAT, survey)
    middle = survey.middle
    in_view = view.world_to_camera[:3, :3] @ middle + view.world_to_camera[:3, 3]
    column, row = in_view[:2] / in_view[2] * view.fx + (view.cx, view.cy)
    assert 0 < column < view.width_px
    assert 0 < row < view.height_px
    shares = np.mean([in_frame(SPLAT, camera) for camera in cameras], axis=0)
    assert shares[in_frame(SPLAT, view)].mean() > shares.mean()


def test_a_camera_steps_back_from_what_it_looks_at() -> None:
    camera = grid_of_cameras()[0]
    further = stepped_back(camera, SPLAT, 2.0)
    assert np.allclose(further.world_to_camera[:3, :3], camera.world_to_camera[:3, :3])
    moved_m = camera.position - further.position
    depths_m = SPLAT.means @ camera.world_to_camera[2, :3] + camera.world_to_camera[2, 3]
    seen_m = float(np.median(depths_m[in_frame(SPLAT, camera)]))
    assert np.linalg.norm(moved_m) == pytest.approx(seen_m, rel=1e-3)
    assert moved_m @ camera.world_to_camera[2, :3] > 0
    assert stepped_back(camera, SPLAT, 1.0) is camera
