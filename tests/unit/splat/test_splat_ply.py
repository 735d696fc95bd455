"""PLY files: what is written comes back, and every stranger's file ends in one sentence."""

from pathlib import Path

import numpy as np
import pytest
from plyfile import PlyData, PlyElement

from spaceport_runtime.errors import UserError
from spaceport_splat.gaussians import FIELDS, SH_COEFFICIENTS, Gaussians
from spaceport_splat.ply import read_ply, write_ply


def random_gaussians(n: int, harmonics: int, seed: int = 0) -> Gaussians:
    rng = np.random.default_rng(seed)
    shapes = ((n, 3), (n, 4), (n, 3), (n,), (n, 3), (n, harmonics, 3))
    return Gaussians(*(rng.normal(size=shape).astype(np.float32) for shape in shapes))


def assert_same(a: Gaussians, b: Gaussians) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name), err_msg=name)


@pytest.mark.parametrize("harmonics", SH_COEFFICIENTS)
def test_what_is_written_comes_back(tmp_path: Path, harmonics: int) -> None:
    gaussians = random_gaussians(17, harmonics)
    write_ply(tmp_path / "a.ply", gaussians)
    assert_same(read_ply(tmp_path / "a.ply"), gaussians)
    assert [path.name for path in tmp_path.iterdir()] == ["a.ply"]


def test_f_rest_is_channel_major(tmp_path: Path) -> None:
    gaussians = random_gaussians(2, 15)
    write_ply(tmp_path / "a.ply", gaussians)
    vertex = PlyData.read(tmp_path / "a.ply")["vertex"]
    assert len(vertex.properties) == 62
    assert vertex["f_rest_16"][1] == gaussians.shN[1, 1, 1]  # the second green one


@pytest.mark.parametrize(("text", "order"), [(True, "<"), (False, ">"), (False, "<")])
def test_text_and_both_byte_orders_are_read(tmp_path: Path, text: bool, order: str) -> None:
    gaussians = random_gaussians(5, 3)
    write_ply(tmp_path / "a.ply", gaussians)
    data = PlyData.read(tmp_path / "a.ply")
    data.text, data.byte_order = text, "=" if text else order
    data.write(tmp_path / "b.ply")
    np.testing.assert_allclose(read_ply(tmp_path / "b.ply").means, gaussians.means, rtol=1e-6)


def without(path: Path, *names: str) -> None:
    old = PlyData.read(path)["vertex"].data
    keep = [name for name in old.dtype.names if name not in names]
    new = np.empty(len(old), [(name, "f4") for name in keep])
    for name in keep:
        new[name] = old[name]
    PlyData([PlyElement.describe(new, "vertex")]).write(path)


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (["scale_2"], "2D Gaussians"),
        (["opacity", "f_dc_0", "f_dc_1", "f_dc_2"], "point cloud"),
        (["rot_3"], "lacks rot_3"),
        (["f_rest_44"], "44 f_rest"),
    ],
)
def test_other_kinds_of_ply_are_named(tmp_path: Path, missing: list[str], sentence: str) -> None:
    path = tmp_path / "a.ply"
    write_ply(path, random_gaussians(3, 15))
    without(path, *missing)
    with pytest.raises(UserError, match=sentence) as raised:
        read_ply(path)
    assert raised.value.remedy


def test_a_file_cut_short_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.ply"
    write_ply(path, random_gaussians(30, 15))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UserError, match="cut short"):
        read_ply(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"ply\nnonsense\n",
        b"ply\nformat ascii 1.0\nend_header\n",
        b"ply\nformat binary_little_endian 1.0\nelement vertex 999999999999\n"
        b"property float x\nend_header\n\0\0\0\0",
    ],
)
def test_what_is_no_splat_ends_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(content)
    with pytest.raises(UserError):
        read_ply(path)


def test_a_missing_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be opened"):
        read_ply(tmp_path / "none.ply")


def test_shapes_that_do_not_belong_together_are_refused() -> None:
    good = random_gaussians(3, 3)
    with pytest.raises(ValueError, match="quats"):
        Gaussians(good.means, good.quats[:2], good.scales, good.opacities, good.sh0, good.shN)


def test_take_and_finite() -> None:
    gaussians = random_gaussians(4, 0)
    gaussians.scales[2, 1] = np.inf
    assert gaussians.finite().tolist() == [True, True, False, True]
    assert_same(
        gaussians.take(np.array([3, 1])),
        gaussians.take(np.array([1, 3])).take(slice(None, None, -1)),
    )
