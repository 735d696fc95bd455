"""Cameras keep their place through a file and their ray through a resize."""

from pathlib import Path

import numpy as np
import pytest

from spaceport_runtime.errors import UserError
from spaceport_splat.camera import Camera, read_cameras, write_cameras


def camera() -> Camera:
    pose = np.eye(4)
    pose[:3, :3] = [[0, -1, 0], [1, 0, 0], [0, 0, 1]]
    pose[:3, 3] = [1, 2, 3]
    return Camera("a.jpg", pose, 600.0, 610.0, 400.0, 225.0, 800, 450, held_out=True)


def test_cameras_come_back_from_a_file(tmp_path: Path) -> None:
    write_cameras(tmp_path / "cameras.json", [camera()])
    (again,) = read_cameras(tmp_path / "cameras.json")
    assert {**vars(again), "world_to_camera": 0} == {**vars(camera()), "world_to_camera": 0}
    np.testing.assert_array_equal(again.world_to_camera, camera().world_to_camera)


def test_position_is_where_the_camera_maps_to_zero() -> None:
    it = camera()
    np.testing.assert_allclose(it.world_to_camera[:3] @ [*it.position, 1], 0, atol=1e-12)


def test_a_smaller_image_shows_the_same_view() -> None:
    small = camera().scaled(0.5)
    assert (small.width_px, small.height_px, small.fx, small.cy) == (400, 225, 300.0, 112.5)


@pytest.mark.parametrize("content", ["", "{}", '[{"name": "a"}]'])
def test_damaged_cameras_end_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "cameras.json").write_text(content)
    with pytest.raises(UserError, match=r"cameras\.json cannot be read"):
        read_cameras(tmp_path / "cameras.json")
