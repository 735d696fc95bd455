"""A stranger's splat: what is dropped, and when it is refused."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.compress.scenes import field

from spaceport_compress.job.clean import clean
from spaceport_runtime.errors import UserError
from spaceport_splat.gaussians import Gaussians


def with_value(name: str, row: int, value: float, count: int = 1000) -> Gaussians:
    gaussians = field(count, 3)
    array = getattr(gaussians, name).copy()
    array[row] = value
    return replace(gaussians, **{name: array})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("means", np.nan), ("means", np.inf), ("means", 1e30), ("quats", 0.0), ("quats", np.nan),
        ("scales", np.nan), ("scales", np.inf), ("opacities", np.nan), ("sh0", -np.inf),
        ("shN", np.nan),
    ],
)  # fmt: skip
def test_a_broken_gaussian_is_dropped_and_counted(name: str, value: float) -> None:
    cleaned = clean(with_value(name, 7, value))
    assert cleaned.dropped == 1
    assert len(cleaned.gaussians) == 999
    assert cleaned.gaussians.finite().all()
    assert cleaned.warnings == ()


@pytest.mark.parametrize(
    ("name", "value"), [("scales", -np.inf), ("opacities", np.inf), ("opacities", -np.inf)]
)
def test_what_a_viewer_could_draw_is_clamped_and_kept(name: str, value: float) -> None:
    cleaned = clean(with_value(name, 7, value))
    assert cleaned.dropped == 0
    assert cleaned.gaussians.finite().all()


def test_the_sky_is_no_outlier() -> None:
    assert clean(with_value("means", 7, 3e4)).dropped == 0


def test_more_than_a_hundredth_is_told_and_more_than_a_fifth_refused() -> None:
    def broken(share: float) -> Gaussians:
        gaussians = field(1000)
        means = gaussians.means.copy()
        means[: int(1000 * share)] = np.nan
        return replace(gaussians, means=means)

    assert "20 of 1000" in clean(broken(0.02)).warnings[0]
    with pytest.raises(UserError, match="300 of 1000 Gaussians are broken"):
        clean(broken(0.3))
    with pytest.raises(UserError, match="no usable Gaussian"):
        clean(broken(1.0))


def test_too_many_for_one_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spaceport_compress.job.clean.MAX_GAUSSIANS", 100)
    with pytest.raises(UserError, match="million"):
        clean(field(101))
