"""Which of the photos that show the same is used."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from spaceport_contracts.capture import Photo
from spaceport_sfm.job.photos.prepare import Prepared
from spaceport_sfm.job.photos.repeats import leave_out_repeats

START = datetime(2026, 6, 1, 10, 0, 0)
SIDE_PX = (480, 320)


def place(number: int) -> Image.Image:
    """A photo of one place in a hundred; neighbours share three quarters of it."""
    rng = np.random.default_rng(4)
    ground = Image.fromarray(rng.integers(30, 200, (32, 480), dtype=np.uint8))
    ground = ground.resize((4800, 320), Image.Resampling.BICUBIC)
    left = 120 * number
    return ground.crop((left, 0, left + SIDE_PX[0], SIDE_PX[1])).convert("RGB")


def exposed(image: Image.Image, ev: float) -> Image.Image:
    return image.point(lambda value: int(min(255.0, 255 * (value / 255) * 2 ** (ev / 2.2))))


def keep(folder: Path, shots: Sequence[tuple[Image.Image, float | None]]) -> tuple[list[str], str]:
    """Names of the photos used, and why the first of the others is not."""
    prepared = []
    for number, (image, second) in enumerate(shots):
        name = f"{number:02d}.jpg"
        image.save(folder / name, quality=95)
        photo = Photo(
            name=name,
            key=name,
            bytes=10_000,
            sha256="0" * 64,
            width_px=image.width,
            height_px=image.height,
            taken_at=None if second is None else START + timedelta(seconds=second),
        )
        prepared.append(Prepared(name, photo, image.width, image.height))
    used, rejected = leave_out_repeats(prepared, folder)
    return [one.name for one in used], rejected[0].reason if rejected else ""


@pytest.mark.parametrize("evs", [(0.0, -1.3, 1.3), (-2.0, 0.0, 2.0), (1.0, -1.0, 0.0)])
def test_of_a_bracket_the_middle_is_used(tmp_path: Path, evs: tuple[float, ...]) -> None:
    shots = [(exposed(place(n), ev), 5.0 * n + i) for n in range(4) for i, ev in enumerate(evs)]
    used, reason = keep(tmp_path, shots)
    middle = evs.index(0.0)
    assert used == [f"{3 * n + middle:02d}.jpg" for n in range(4)]
    assert f"the same as {middle:02d}.jpg" in reason


def test_of_a_burst_the_sharpest_is_used(tmp_path: Path) -> None:
    blurs = (1.5, 0.0, 3.0)
    shots = [
        (place(n).filter(ImageFilter.GaussianBlur(blur)), 5.0 * n)
        for n in range(4)
        for blur in blurs
    ]
    assert keep(tmp_path, shots)[0] == ["01.jpg", "04.jpg", "07.jpg", "10.jpg"]


@pytest.mark.parametrize("pause_s", [0.0, 1.0, 2.0, None])
def test_photos_that_overlap_are_all_used(tmp_path: Path, pause_s: float | None) -> None:
    """A fast drone, whole seconds, or an editor that gave all the same time, or none."""
    shots = [(place(n), None if pause_s is None else n * pause_s) for n in range(8)]
    assert len(keep(tmp_path, shots)[0]) == 8


def test_the_same_place_again_later_is_another_photo(tmp_path: Path) -> None:
    assert len(keep(tmp_path, [(place(n % 4), 30.0 * n) for n in range(8)])[0]) == 8


def test_nothing_is_left_out_where_nothing_would_be_left(tmp_path: Path) -> None:
    assert len(keep(tmp_path, [(place(0), 0.0)] * 5)[0]) == 5
