"""Reading what sfm left: poses, photos, points; and the sentences for what is wrong with it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.train import posed

from spaceport_runtime.errors import UserError
from spaceport_splat.rasterise import render
from spaceport_train.job.evaluate import names_of_photos
from spaceport_train.job.scene.reduced import reduced, reduced_camera
from spaceport_train.job.scene.scene import read_photo, read_scene


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return posed.write_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def test_poses_and_photos_belong_together(folder: Path) -> None:
    scene = read_scene(folder, 800)
    assert [camera.name for camera in scene.cameras] == sorted(c.name for c in scene.cameras)
    image, _ = render(posed.floor(), scene.cameras[3], (0.4, 0.5, 0.6))
    photo = scene.photos[3].astype(np.float32) / 255
    assert np.abs(image.clip(0, 1) - photo).max() < 0.01
    assert 100 < len(scene.points.xyz) < 300
    assert all(30 < len(seen) < len(scene.points.xyz) for seen in scene.seen)


def test_photos_become_smaller_and_cameras_with_them(folder: Path) -> None:
    scene = read_scene(folder, 48)
    assert scene.photos[0].shape == (32, 48, 3)
    assert (scene.cameras[0].fx, scene.cameras[0].cy) == (45.0, 16.0)
    assert scene.pixels == 32 * 48


def test_reducing_a_photo_leaves_every_detail_in_its_place(tmp_path: Path) -> None:
    """Waves of 12 px become the same waves of 10 px: weaker perhaps, but not moved or broken."""
    across = np.sin(2 * np.pi * (np.arange(960) + 0.5) / 12)
    wave = np.rint(127 + 100 * across).astype(np.uint8)
    Image.fromarray(np.broadcast_to(wave[None, :, None], (96, 960, 3))).save(tmp_path / "p.png")
    row = read_photo(tmp_path / "p.png", 800)[40, :, 0].astype(np.float64)[20:-20]
    expected = np.sin(2 * np.pi * (np.arange(800) + 0.5) / 10)[20:-20]
    amplitude = (row - row.mean()) @ expected / (expected @ expected)
    rest = row - row.mean() - amplitude * expected
    assert 80 < amplitude <= 101
    assert np.sqrt((rest**2).mean()) < 0.5  # of the 255 steps


def test_levels_cut_what_does_not_fill_a_block() -> None:
    photo = np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3)
    assert reduced(photo, 2).shape == (3, 2, 3)
    assert reduced(photo, 2)[0, 0, 0] == pytest.approx(photo[:2, :2, 0].mean() / 255)
    camera = posed.cameras()[0]
    assert reduced_camera(camera, 4).fx == camera.fx / 4


def test_simple_pinhole_is_read(copy: Path) -> None:
    posed.write_cameras_bin(copy / "sparse/0/cameras.bin", model=0)
    assert read_scene(copy, 800).cameras[0].fy == posed.FOCAL


def test_distorted_cameras_are_refused(copy: Path) -> None:
    path = copy / "sparse/0/cameras.bin"
    data = bytearray(path.read_bytes())
    data[12] = 4  # OPENCV
    path.write_bytes(data)
    with pytest.raises(UserError, match="not a pinhole"):
        read_scene(copy, 800)


@pytest.mark.parametrize("name", ["cameras.bin", "images.bin", "points3D.bin"])
def test_a_model_that_is_cut_short_or_missing_is_named(copy: Path, name: str) -> None:
    path = copy / "sparse/0" / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(UserError, match=rf"{name} of the sparse model is cut short"):
        read_scene(copy, 800)
    path.unlink()
    with pytest.raises(UserError, match=rf"{name} of the sparse model is missing"):
        read_scene(copy, 800)


def test_a_missing_photo_is_named(copy: Path) -> None:
    (copy / "images/p02.png").unlink()
    with pytest.raises(UserError, match=r"p02\.png is missing"):
        read_scene(copy, 800)


def test_a_photo_of_another_shape_is_named(copy: Path) -> None:
    Image.new("RGB", (64, 64)).save(copy / "images/p02.png")
    with pytest.raises(UserError, match=r"p02\.png is 64 x 64"):
        read_scene(copy, 800)


def test_too_few_photos_or_points_are_refused(tmp_path: Path, copy: Path) -> None:
    with pytest.raises(UserError, match="Only 2 photos"):
        read_scene(posed.write_scene(tmp_path / "two", photos=2), 800)
    posed.write_points_bin(
        copy / "sparse/0/points3D.bin", posed.floor().means[:50], np.zeros((50, 3))
    )
    with pytest.raises(UserError, match="Only 50 points"):
        read_scene(copy, 800)


def test_grey_and_transparent_photos_become_colour(tmp_path: Path) -> None:
    Image.new("LA", (8, 6), (100, 0)).save(tmp_path / "a.png")
    assert read_photo(tmp_path / "a.png", 8).shape == (6, 8, 3)


def test_held_out_photos_carry_the_users_own_names(tmp_path: Path) -> None:
    assert names_of_photos(tmp_path) == {}
    geo = {"photos": [{"name": "a.jpg", "original": "Über dem Haus/a.JPG"}, {"name": "b.jpg"}]}
    (tmp_path / "geo.json").write_text(json.dumps(geo), encoding="utf-8")
    assert names_of_photos(tmp_path) == {"a.jpg": "Über dem Haus/a.JPG", "b.jpg": "b.jpg"}
