"""A Gaussian splat in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spaceport_splat.kernels import Floats

FIELDS = ("means", "quats", "scales", "opacities", "sh0", "shN")
SH_COEFFICIENTS = (0, 3, 8, 15)  # beyond the constant one, for degrees 0 to 3
SH_C0 = 0.28209479177387814


@dataclass(frozen=True)
class Gaussians:
    """N Gaussians with the parameters as 3DGS stores them (Kerbl et al. 2023).

    means: float32[N, 3] in metres; quats: float32[N, 4], w x y z, not necessarily normalised;
    scales: float32[N, 3], natural logarithms of the standard deviations in metres;
    opacities: float32[N], logits; sh0: float32[N, 3], the constant spherical harmonic;
    shN: float32[N, K, 3], the others, K = 0, 3, 8 or 15.
    Raises ValueError when the shapes do not belong together.
    """

    means: Floats
    quats: Floats
    scales: Floats
    opacities: Floats
    sh0: Floats
    shN: Floats

    def __post_init__(self) -> None:
        n = len(self.means)
        k = self.shN.shape[1] if self.shN.ndim == 3 else -1
        expected = ((n, 3), (n, 4), (n, 3), (n,), (n, 3), (n, k, 3))
        for name, shape in zip(FIELDS, expected, strict=True):
            array = getattr(self, name)
            if array.shape != shape or array.dtype != np.float32:
                raise ValueError(f"{name} is {array.dtype}{array.shape}, not float32{shape}")
            if not array.flags.c_contiguous:
                object.__setattr__(self, name, np.ascontiguousarray(array))
        if k not in SH_COEFFICIENTS:
            raise ValueError(f"{k} spherical harmonics, not one of {SH_COEFFICIENTS}")

    def __len__(self) -> int:
        return len(self.means)

    @property
    def sh_degree(self) -> int:
        """Degree of the spherical harmonics, 0 to 3."""
        return SH_COEFFICIENTS.index(self.shN.shape[1])

    def take(self, index: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> "Gaussians":
        """The Gaussians that `index` (positions, a mask or a slice) selects, copied."""
        return Gaussians(*(np.array(getattr(self, name)[index]) for name in FIELDS))

    def finite(self) -> npt.NDArray[np.bool_]:
        """bool[N]: whether every number of a Gaussian is finite."""
        rows = (getattr(self, name).reshape(len(self), -1) for name in FIELDS)
        return np.asarray(np.stack([np.isfinite(row).all(axis=1) for row in rows]).all(axis=0))


def opacity(gaussians: Gaussians) -> npt.NDArray[np.float64]:
    """float64[N], 0 to 1: what the logits in `opacities` mean."""
    return np.asarray(1 / (1 + np.exp(-gaussians.opacities.astype(np.float64))), np.float64)


def concatenate(parts: Iterable[Gaussians]) -> Gaussians:
    """One splat out of several with the same number of spherical harmonics."""
    listed = list(parts)
    return Gaussians(*(np.concatenate([getattr(p, name) for p in listed]) for name in FIELDS))
