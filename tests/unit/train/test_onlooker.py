"""What people see of a training while it runs."""

from pathlib import Path

import numpy as np
from PIL import Image

from spaceport_train.job.onlooker import WIDEST_PX, write_look


def test_the_photo_is_on_the_left_and_the_render_on_the_right(tmp_path: Path) -> None:
    photo = np.zeros((600, 900, 3), np.float32)
    render = np.full((600, 900, 3), 1.4, np.float32)  # brighter than white, as renders may be
    path = tmp_path / "checkpoints" / "look.jpg"
    write_look(path, photo, render)
    pixels = np.asarray(Image.open(path))
    assert pixels.shape == (320, 2 * WIDEST_PX, 3)
    assert pixels[:, :400].max() < 20
    assert pixels[:, -400:].min() > 235
    assert [each.name for each in path.parent.iterdir()] == ["look.jpg"]


def test_small_photos_are_not_blown_up(tmp_path: Path) -> None:
    photo = np.zeros((30, 40, 3), np.float32)
    write_look(tmp_path / "look.jpg", photo, photo)
    assert Image.open(tmp_path / "look.jpg").size == (80, 30)
