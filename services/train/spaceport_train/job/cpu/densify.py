"""Move Gaussians that nobody sees to where they help, and add some (3DGS-MCMC).

Kheradmand et al., "3D Gaussian Splatting as Markov Chain Monte Carlo", NeurIPS 2024.
"""

import math

import numpy as np
import numpy.typing as npt

from spaceport_splat.gaussians import FIELDS, Gaussians, concatenate, opacity
from spaceport_train.job.cpu.optimiser import SparseAdam, zeros_like
from spaceport_train.job.engine import FAINT

GROWTH = 0.05
MOST_COPIES = 50

Doubles = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


def relocated(opacities: Doubles, scales: Doubles, copies: Indices) -> tuple[Doubles, Doubles]:
    """Opacity and scale with which `copies` Gaussians on one spot look like the one (eq. 9)."""
    copies = np.clip(copies, 1, MOST_COPIES)
    new = 1 - (1 - opacities) ** (1 / copies)
    denominator = np.zeros_like(opacities)
    for i in range(1, int(copies.max()) + 1):
        rows = copies >= i
        for k in range(i):
            term = math.comb(i - 1, k) * (-1) ** k / math.sqrt(k + 1)
            denominator[rows] += term * new[rows] ** (k + 1)
    return new, (opacities / denominator)[:, None] * scales


def densify(
    gaussians: Gaussians, adam: SparseAdam, most: int, rng: np.random.Generator
) -> Gaussians:
    """Revive dead Gaussians beside visible ones, then add up to 5 %, at most `most` in all."""
    seen = opacity(gaussians)
    dead, alive = np.flatnonzero(seen <= FAINT), np.flatnonzero(seen > FAINT)
    if len(alive) == 0:
        return gaussians
    if len(dead):
        sources = rng.choice(alive, len(dead), p=seen[alive] / seen[alive].sum())
        _share(gaussians, adam, sources)
        for name in FIELDS:
            getattr(gaussians, name)[dead] = getattr(gaussians, name)[sources]
        adam.forget(dead)
    extra = min(most, int(len(gaussians) * (1 + GROWTH))) - len(gaussians)
    if extra <= 0:
        return gaussians
    seen = opacity(gaussians)
    sources = rng.choice(len(gaussians), extra, p=seen / seen.sum())
    _share(gaussians, adam, sources)
    added = gaussians.take(sources)
    adam.moments = tuple(concatenate([moment, zeros_like(added)]) for moment in adam.moments)
    return concatenate([gaussians, added])


def _share(gaussians: Gaussians, adam: SparseAdam, sources: Indices) -> None:
    """Make every source one of as many as were drawn from it, plus itself."""
    rows, drawn = np.unique(sources, return_counts=True)
    opacities, scales = relocated(
        opacity(gaussians)[rows], np.exp(gaussians.scales[rows].astype(np.float64)), drawn + 1
    )
    opacities = np.clip(opacities, FAINT, 1 - 1e-7)
    gaussians.opacities[rows] = np.log(opacities / (1 - opacities))
    gaussians.scales[rows] = np.log(scales)
    adam.forget(rows)
