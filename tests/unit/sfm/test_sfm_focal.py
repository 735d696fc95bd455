"""Whose focal length is locked, on models whose truth is known."""

from pathlib import Path

import numpy as np
import pycolmap
import pytest
from tests.unit.sfm.flights import block, facade_walked, orbit
from tests.unit.sfm.models import HEIGHT_PX, WIDTH_PX, build, task_for

from spaceport_sfm.job.mapping.focal_lock import Hold, camera_error_px, settle_focal
from spaceport_sfm.job.mapping.model import poses_of
from spaceport_sfm.job.mapping.settle import drop_weak, roll_deg

TRUE_PX = 640.0
ONE, TWO = {1: 0}, {1: 0, 2: 1}


def params(focal_px: float) -> list[float]:
    return [focal_px, WIDTH_PX / 2, HEIGHT_PX / 2, 0.0]


def stretched(model: pycolmap.Reconstruction, focal_px: float, share: float) -> None:
    """Trade height for focal length, as a mapper does over flat ground seen from straight above."""
    for camera in model.cameras.values():
        camera.params = params(focal_px)
    for point in model.points3D.values():
        point.xyz = point.xyz - [0, 0, (share - 1) * 40.0]


def flat(count: int = 700) -> np.ndarray:
    random = np.random.default_rng(2)
    return random.uniform(-70, 70, (count, 3)) * [1, 1, 0]


def test_over_flat_ground_the_metadata_win(tmp_path: Path) -> None:
    flight = block(wobble_deg=0.0)
    cameras = [0] * len(flight.centres)
    # What looks straight down from one height cannot tell focal length from height.
    centres = flight.centres * [1, 1, 0] + [0, 0, 40.0]
    model = build(centres, flight.rotations, flat(), cameras, [params(TRUE_PX)])
    stretched(model, 1.2 * TRUE_PX, 1.2)
    settled = settle_focal(model, task_for(tmp_path, cameras, [TRUE_PX]), ONE, Hold())
    assert settled.note.startswith("locked")
    assert settled.model.cameras[1].mean_focal_length() == pytest.approx(TRUE_PX)


def test_a_lens_that_ran_away_is_led_back_to_its_metadata(tmp_path: Path) -> None:
    """Twelve photos of a beach: 0.585 of the width by the maker, 1.5 by the mapper, 0.83 free; at
    once at its metadata, it had all points behind the cameras, and 39 m became 54."""
    flight = block(wobble_deg=0.3)
    cameras = [0] * len(flight.centres)
    centres = flight.centres * [1, 1, 0] + [0, 0, 40.0]
    model = build(centres, flight.rotations, flat(), cameras, [params(TRUE_PX)])
    stretched(model, 2.6 * TRUE_PX, 2.6)
    settled = settle_focal(model, task_for(tmp_path, cameras, [TRUE_PX]), ONE, Hold())
    assert settled.note.startswith(("locked", "self-calibrated, ")), settled.note
    assert settled.model.cameras[1].mean_focal_length() == pytest.approx(TRUE_PX, rel=0.05)
    height = poses_of(settled.model).centres[:, 2] - np.median(
        [point.xyz[2] for point in settled.model.points3D.values()]
    )
    scale = np.ptp(poses_of(settled.model).centres[:, 0]) / np.ptp(centres[:, 0])
    assert abs(np.median(height)) / scale == pytest.approx(40, rel=0.05)


def test_what_lies_behind_its_camera_is_as_wrong_as_can_be() -> None:
    flight = block()
    cameras = [0] * len(flight.centres)
    model = build(flight.centres, flight.rotations, flat(), cameras, [params(TRUE_PX)])
    before = camera_error_px(model, scale_px=0.5)[1]
    for point in model.points3D.values():
        point.xyz = point.xyz - [0, 0, -100.0]
    assert camera_error_px(model, scale_px=0.5)[1] > 2 * before


def test_with_relief_wrong_metadata_lose(tmp_path: Path) -> None:
    flight = orbit()
    cameras = [0] * len(flight.centres)
    points = flight.points[40:] + np.random.default_rng(3).normal(0, 3, (1460, 3))
    model = build(flight.centres, flight.rotations, points, cameras, [params(TRUE_PX)])
    settled = settle_focal(model, task_for(tmp_path, cameras, [0.8 * TRUE_PX]), ONE, Hold())
    assert "against the metadata" in settled.note
    assert settled.model.cameras[1].mean_focal_length() == pytest.approx(TRUE_PX, rel=0.01)


def test_metadata_that_agree_or_say_nothing_leave_it_free(tmp_path: Path) -> None:
    flight = orbit()
    cameras = [0] * len(flight.centres)
    points = flight.points[40:] + np.random.default_rng(3).normal(0, 3, (1460, 3))
    for prior, words in ((1.02 * TRUE_PX, "self-calibrated, -"), (None, "promise no focal")):
        model = build(flight.centres, flight.rotations, points, cameras, [params(TRUE_PX)])
        settled = settle_focal(model, task_for(tmp_path, cameras, [prior]), ONE, Hold())
        assert words in settled.note


def test_one_suspect_does_not_freeze_the_other_camera(tmp_path: Path) -> None:
    """A nadir block over flat ground by one camera, an orbit of a building by another."""
    down, ring = block(wobble_deg=0.0), orbit()
    centres = np.concatenate([down.centres * [1, 1, 0] + [0, 0, 40.0], ring.centres])
    rotations = np.concatenate([down.rotations, ring.rotations])
    cameras = [0] * len(down.centres) + [1] * len(ring.centres)
    random = np.random.default_rng(4)
    tower = random.uniform(-6, 6, (300, 3)) * [1, 1, 0] + [0, 0, 1] * random.uniform(
        0, 12, (300, 1)
    )
    points = np.concatenate([flat(), tower])
    model = build(centres, rotations, points, cameras, [params(TRUE_PX), params(TRUE_PX)])
    # The second camera is half-way from where it should be, and its metadata are right about it.
    model.cameras[2].params = params(0.97 * TRUE_PX)
    task = task_for(tmp_path, cameras, [0.8 * TRUE_PX, TRUE_PX])
    settled = settle_focal(model, task, TWO, Hold())
    assert settled.model.cameras[2].mean_focal_length() == pytest.approx(TRUE_PX, rel=0.01)
    assert "camera 1:" in settled.note and "camera 2: self-calibrated, " in settled.note


def test_error_is_told_for_each_camera() -> None:
    flight = orbit()
    cameras = [i % 2 for i in range(len(flight.centres))]
    model = build(
        flight.centres, flight.rotations, flight.points[40:], cameras, [params(TRUE_PX)] * 2
    )
    model.cameras[2].params = params(1.05 * TRUE_PX)
    errors = camera_error_px(model, scale_px=1e3)
    assert errors[1] == pytest.approx(0.3 * np.sqrt(2), rel=0.2)
    assert errors[2] > 5
    doubted = camera_error_px(model, scale_px=0.5)
    assert doubted[1] < errors[1] and doubted[2] < 2, "large errors count by their logarithm"


def test_windows_taken_for_their_neighbours_bend_nothing(tmp_path: Path) -> None:
    """One observation in eight is a few pixels off, all to one side, as in a row of windows."""
    flight = facade_walked()
    cameras = [0] * len(flight.centres)
    model = build(flight.centres, flight.rotations, flight.points, cameras, [params(TRUE_PX)])
    for number, image in model.images.items():
        for place in range(0, len(image.points2D), 8):
            image.points2D[place].xy += [3.0 + number / 4, 1.0]
    settled = settle_focal(model, task_for(tmp_path, cameras, [TRUE_PX]), ONE, Hold(centre=True))
    found = poses_of(settled.model)
    turned = np.einsum("nji,njk->nik", flight.rotations, found.rotations)
    mean = turned[0]
    apart = [np.trace(mean.T @ turn) for turn in turned]
    assert np.degrees(np.arccos(np.clip((min(apart) - 1) / 2, -1, 1))) < 0.1
    assert settled.model.cameras[1].mean_focal_length() == pytest.approx(TRUE_PX, rel=0.005)


def test_what_is_held_stays(tmp_path: Path) -> None:
    flight = orbit()
    cameras = [0] * len(flight.centres)
    model = build(flight.centres, flight.rotations, flight.points[40:], cameras, [params(TRUE_PX)])
    task = task_for(tmp_path, cameras, [TRUE_PX])
    settled = settle_focal(model, task, ONE, Hold(centre=True, distortion=True))
    assert list(settled.model.cameras[1].params)[1:] == params(TRUE_PX)[1:]


def test_a_photo_that_rests_on_next_to_nothing_is_taken_out() -> None:
    flight = orbit()
    cameras = [0] * len(flight.centres)
    model = build(flight.centres, flight.rotations, flight.points[40:], cameras, [params(TRUE_PX)])
    lonely = model.images[3]
    for place, point in enumerate(lonely.points2D):
        if point.has_point3D() and lonely.num_points3D > 10:
            model.delete_observation(3, place)
    drop_weak(model)
    assert model.num_reg_images() == len(flight.centres) - 1
    assert not model.images[3].has_pose


def test_roll_is_what_the_cameras_lean() -> None:
    flight = orbit(wobble_deg=0.0)
    cameras = [0] * len(flight.centres)
    model = build(flight.centres, flight.rotations, flight.points[40:], cameras, [params(TRUE_PX)])
    assert roll_deg(model) < 0.01
    leaning = orbit(wobble_deg=3.0, count=40)
    model = build(
        leaning.centres, leaning.rotations, leaning.points[40:], [0] * 40, [params(TRUE_PX)]
    )
    assert roll_deg(model) == pytest.approx(3.0, rel=0.4)
