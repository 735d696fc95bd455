"""Photos of the kinds that the demo does not fly: level views, phones, thermal twins."""

from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from spaceport_scenery import generate_capture

WIDTH_PX = 160


def tags_of(path: Path) -> tuple[str, int, bytes]:
    with Image.open(path) as photo:
        exif = photo.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        xmp = photo.info.get("xmp", b"")
        return exif[ExifTags.Base.Model], int(details[ExifTags.Base.FocalLengthIn35mmFilm]), xmp


@pytest.mark.slow
def test_a_phone_sees_the_sky_and_writes_no_angles(tmp_path: Path) -> None:
    folder = generate_capture(tmp_path / "facade", 4, WIDTH_PX, kind="facade")
    paths = sorted(folder.glob("*.JPG"))
    assert len(paths) == 4
    for path in paths:
        model, _, xmp = tags_of(path)
        assert model == "Phone-1"
        assert b"Gimbal" not in xmp
        pixels = np.asarray(Image.open(path), dtype=np.float64)
        red, blue = pixels[:6].mean(axis=(0, 1))[[0, 2]]
        assert blue > red + 15, "the sky is above"
        assert pixels[-20:].std() > 10, "the ground is below"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 7])
def test_nobody_walks_through_a_house(tmp_path: Path, seed: int) -> None:
    folder = generate_capture(tmp_path / "walk", 14, WIDTH_PX, seed=seed, kind="walk")
    for path in sorted(folder.glob("*.JPG")):
        pixels = np.asarray(Image.open(path).convert("L"), dtype=np.float64)
        assert pixels.std() > 15, f"{path.name} shows a wall from inside"


@pytest.mark.slow
def test_thermal_twins_share_a_number_a_second_and_a_place(tmp_path: Path) -> None:
    folder = generate_capture(tmp_path / "twins", 4, WIDTH_PX, kind="thermal twins")
    names = sorted(path.name for path in folder.glob("*.JPG"))
    assert names == [f"SPACE_{n:04d}_{letter}.JPG" for n in range(1, 5) for letter in "TV"]
    light, heat = folder / "SPACE_0001_V.JPG", folder / "SPACE_0001_T.JPG"
    with Image.open(light) as large, Image.open(heat) as small:
        assert small.width * 4 == large.width
        taken = [image.getexif()[ExifTags.Base.DateTime] for image in (large, small)]
    assert taken[0] == taken[1]
    assert b"InfraredCamera" in tags_of(heat)[2]
    assert b"InfraredCamera" not in tags_of(light)[2]
