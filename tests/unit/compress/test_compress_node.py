"""What we write is what the world's reader reads: @playcanvas/splat-transform."""

from pathlib import Path

import numpy as np
import pytest
from bench.node.splat_transform import CLI, INSTALL, Unavailable, find_node, splat_transform
from tests.unit.compress.scenes import field, grid_of_cameras

from spaceport_compress.job.sog.encode import Effort, encode
from spaceport_compress.job.sog.file import read_bundle, write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_splat.gaussians import FIELDS
from spaceport_splat.ply import read_ply, write_ply


@pytest.fixture(autouse=True)
def _node() -> None:
    try:
        find_node()
    except Unavailable as missing:
        pytest.skip(str(missing))
    if not CLI.exists():
        pytest.skip(f"splat-transform is not installed: {INSTALL}")


@pytest.mark.node
@pytest.mark.parametrize(("count", "coefficients"), [(1, 0), (17, 3), (1500, 8), (3000, 15)])
def test_the_worlds_reader_sees_what_our_decoder_sees(
    tmp_path: Path, count: int, coefficients: int
) -> None:
    splat = field(count, coefficients)
    seen = importance(splat, grid_of_cameras())
    write_bundle(tmp_path / "scene.sog", encode(splat, seen, Effort(1e-9, 1024)))
    splat_transform(tmp_path / "scene.sog", tmp_path / "back.ply")
    theirs, ours = read_ply(tmp_path / "back.ply"), read_bundle(tmp_path / "scene.sog")
    assert len(theirs) == len(ours) == count
    for name in FIELDS:
        assert np.abs(getattr(theirs, name) - getattr(ours, name)).max(initial=0) == 0, name


@pytest.mark.node
def test_our_decoder_reads_what_the_world_writes(tmp_path: Path) -> None:
    write_ply(tmp_path / "scene.ply", field(1200, 3))
    splat_transform("-g", "cpu", tmp_path / "scene.ply", tmp_path / "theirs.sog")
    splat_transform(tmp_path / "theirs.sog", tmp_path / "back.ply")
    theirs, ours = read_ply(tmp_path / "back.ply"), read_bundle(tmp_path / "theirs.sog")
    for name in FIELDS:
        assert np.allclose(getattr(theirs, name), getattr(ours, name), atol=1e-6), name
