"""The coarse level: small, without holes, and like the scene."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job.coarse.level import cells_of, write_coarse
from spaceport_compress.job.coarse.merge import merge
from spaceport_compress.job.sog.arrays import Integers
from spaceport_compress.job.sog.file import read_bundle
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.quality import psnr_db
from spaceport_splat.rasterise import render

SKY = (0.4, 0.5, 0.7)
LIKE_DB = 20.0
BETTER_DB = 3.0


def difference_db(first: Gaussians, second: Gaussians) -> float:
    """Of the pictures of the worst of three cameras."""
    cameras = [camera.resized(240, 180) for camera in grid_of_cameras(side=2)]
    pairs = [(render(first, each, SKY)[0], render(second, each, SKY)[0]) for each in cameras[:3]]
    return min(psnr_db(np.clip(a, 0, 1), np.clip(b, 0, 1)) for a, b in pairs)


def apart(count: int) -> Integers:
    return np.arange(count, dtype=np.int64)


def test_one_of_one_is_the_same_picture() -> None:
    whole = field(3000)
    assert difference_db(whole, merge(whole, apart(len(whole)))) > 45


def test_few_look_like_many_and_leave_no_holes() -> None:
    whole = field(12_000)
    few = merge(whole, cells_of(whole, 3000))
    assert 1500 < len(few) <= 3000
    assert difference_db(whole, few) > LIKE_DB
    # The same number, thinned out at random, does not.
    thinned = whole.take(np.random.default_rng(3).permutation(len(whole))[: len(few)])
    assert difference_db(whole, thinned) < difference_db(whole, few) - BETTER_DB


@pytest.mark.parametrize("most_bytes", [12_000, 30_000])
def test_it_fits_and_uses_its_room(tmp_path: Path, most_bytes: int) -> None:
    whole, path = field(12_000, coefficients=3), tmp_path / "coarse.sog"
    assert write_coarse(path, whole, grid_of_cameras(), 200_000, most_bytes)
    assert 0.5 * most_bytes < path.stat().st_size <= most_bytes
    assert read_bundle(path).shN.shape[1] == 0
    assert [each.name for each in tmp_path.iterdir()] == ["coarse.sog"]


def test_a_scene_that_is_small_itself_has_none(tmp_path: Path) -> None:
    assert not write_coarse(tmp_path / "coarse.sog", field(500), grid_of_cameras(), 9000, 10_000)
    assert list(tmp_path.iterdir()) == []


def test_the_same_scene_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_coarse(tmp_path / name, field(4000), grid_of_cameras(), 90_000, 20_000)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_single_place_and_needles_are_no_trouble(tmp_path: Path) -> None:
    whole = field(2000)
    heap = replace(whole, means=np.zeros_like(whole.means))
    needles = replace(whole, scales=np.tile(np.array([-20, -20, 1], np.float32), (len(whole), 1)))
    for scene in (heap, needles):
        few = merge(scene, cells_of(scene, 300))
        assert few.finite().all()
        assert write_coarse(tmp_path / "coarse.sog", scene, grid_of_cameras(), 60_000, 20_000)
