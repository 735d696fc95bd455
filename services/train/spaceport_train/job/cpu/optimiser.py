"""Adam (Kingma and Ba 2015) on the rows of the Gaussians that a step saw (SelectiveAdam)."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from spaceport_splat.gaussians import FIELDS, Gaussians
from spaceport_splat.kernels import ONE, Array, F, kernel, run_parallel, share

BETA1, BETA2, EPSILON = F(0.9), F(0.999), F(1e-15)


@kernel
def adam_rows(
    values: Array,
    gradients: Array,
    first_moment: Array,
    second_moment: Array,
    ids: Array,
    columns: int,
    first: int,
    last: int,
    rate: Any,
    correction1: Any,
    correction2: Any,
) -> None:
    """One step for the first `columns` columns of rows ids[first:last] of float32[N, D] arrays."""
    root = ONE / math.sqrt(correction2)
    for r in range(first, last):
        i = ids[r]
        for k in range(columns):
            g = gradients[i, k]
            m = BETA1 * first_moment[i, k] + (ONE - BETA1) * g
            v = BETA2 * second_moment[i, k] + (ONE - BETA2) * g * g
            first_moment[i, k] = m
            second_moment[i, k] = v
            values[i, k] -= rate * (m / correction1) / (math.sqrt(v) * root + EPSILON)


class SparseAdam:
    """Moments of every parameter of a splat; they move with the Gaussians."""

    def __init__(self, gaussians: Gaussians, threads: int) -> None:
        self.threads = threads
        self.moments = tuple(zeros_like(gaussians) for _ in range(2))

    def step(
        self,
        gaussians: Gaussians,
        gradients: Gaussians,
        ids: npt.NDArray[np.int32],
        rates: dict[str, float],
        number: int,
        harmonics: int,
    ) -> None:
        """Step `number` (from 1) in place; harmonics: how many of shN are in use yet."""
        corrections = F(1 - 0.9**number), F(1 - 0.999**number)

        def update(part: int) -> None:
            for name in FIELDS:
                values, slopes, first_moment, second_moment = (
                    getattr(it, name).reshape(len(gaussians), -1)
                    for it in (gaussians, gradients, *self.moments)
                )
                columns = 3 * harmonics if name == "shN" else values.shape[1]
                if columns == 0:
                    continue
                adam_rows(
                    values,
                    slopes,
                    first_moment,
                    second_moment,
                    ids,
                    columns,
                    *share(len(ids), part, self.threads),
                    F(rates[name]),
                    *corrections,
                )

        run_parallel(self.threads, update)

    def forget(self, rows: npt.NDArray[np.intp]) -> None:
        """Gaussians that were moved start again without momentum."""
        for moment in self.moments:
            for name in FIELDS:
                getattr(moment, name)[rows] = 0


def zeros_like(gaussians: Gaussians) -> Gaussians:
    """Zeros in the shapes of a splat."""
    return Gaussians(*(np.zeros_like(getattr(gaussians, name)) for name in FIELDS))
