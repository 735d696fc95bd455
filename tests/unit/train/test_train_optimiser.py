"""Our optimiser against torch's, and copying a Gaussian against the integral that it must keep."""

import numpy as np
import pytest
import torch

from spaceport_splat.gaussians import FIELDS, SH_COEFFICIENTS, Gaussians
from spaceport_train.job.cpu.densify import relocated
from spaceport_train.job.cpu.optimiser import SparseAdam

COUNT, STEPS = 40, 25
RATES = {
    "means": 1e-2, "quats": 1e-3, "scales": 5e-3, "opacities": 5e-2, "sh0": 2.5e-3, "shN": 1e-4,
}  # fmt: skip


def splat(rng: np.random.Generator, count: int = COUNT, degree: int = 3) -> Gaussians:
    shapes = {
        "means": (count, 3),
        "quats": (count, 4),
        "scales": (count, 3),
        "opacities": (count,),
        "sh0": (count, 3),
        "shN": (count, SH_COEFFICIENTS[degree], 3),
    }
    return Gaussians(*(rng.normal(0, 1, shapes[name]).astype(np.float32) for name in FIELDS))


@pytest.mark.parametrize("threads", [1, 3])
def test_steps_are_those_of_torchs_sparse_adam(threads: int) -> None:
    """Rows that a step does not see keep their value and their moments."""
    rng = np.random.default_rng(4)
    ours = splat(rng)
    theirs = {
        name: torch.nn.Parameter(torch.from_numpy(getattr(ours, name).copy())) for name in FIELDS
    }
    torchs = {
        name: torch.optim.SparseAdam([theirs[name]], lr=RATES[name], eps=1e-15) for name in FIELDS
    }
    adam = SparseAdam(ours, threads)
    for number in range(1, STEPS + 1):
        seen = np.sort(rng.choice(COUNT, rng.integers(1, COUNT), replace=False)).astype(np.int32)
        slopes = splat(rng)
        adam.step(ours, slopes, seen, RATES, number, SH_COEFFICIENTS[3])
        for name, optimiser in torchs.items():
            rows = torch.from_numpy(getattr(slopes, name)[seen].copy())
            index = torch.from_numpy(seen[None].astype(np.int64))
            shape = theirs[name].shape
            theirs[name].grad = torch.sparse_coo_tensor(
                index, rows, shape, check_invariants=True
            ).coalesce()
            optimiser.step()  # type: ignore[no-untyped-call]
    for name in FIELDS:
        np.testing.assert_allclose(
            getattr(ours, name), theirs[name].detach().numpy(), rtol=2e-5, atol=2e-6, err_msg=name
        )


def test_harmonics_that_are_not_in_use_stay() -> None:
    rng = np.random.default_rng(5)
    it = splat(rng)
    before = it.shN.copy()
    SparseAdam(it, 1).step(it, splat(rng), np.arange(COUNT, dtype=np.int32), RATES, 1, 3)
    assert (it.shN[:, 3:] == before[:, 3:]).all()
    assert (it.shN[:, :3] != before[:, :3]).all()


@pytest.mark.parametrize("copies", [1, 2, 5, 12])
@pytest.mark.parametrize("opacity", [0.05, 0.5, 0.95])
def test_copies_on_one_spot_cover_what_the_one_covered(copies: int, opacity: float) -> None:
    """3DGS-MCMC, equation 9: the integral of the blended opacity along a line stays."""
    new, scale = relocated(np.array([opacity]), np.ones((1, 3)), np.array([copies]))
    x = np.linspace(-12, 12, 20_001)
    one = opacity * np.exp(-(x**2) / 2)
    many = 1 - (1 - new[0] * np.exp(-((x / scale[0, 0]) ** 2) / 2)) ** copies
    assert many.sum() == pytest.approx(one.sum(), rel=1e-4)
    assert (scale == scale[0, 0]).all()
