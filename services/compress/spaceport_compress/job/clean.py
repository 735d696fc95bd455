"""What is left out of a stranger's splat before it is compressed."""

from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Flags
from spaceport_compress.job.sog.packing import MAX_GAUSSIANS
from spaceport_runtime.errors import UserError
from spaceport_splat.gaussians import Gaussians

LOG_SCALE_LIMIT = 20.0
LOGIT_LIMIT = 12.0
OUTLIER_EXTENTS = 1e4
WARN_SHARE = 0.01
REFUSE_SHARE = 0.20
_SMALLEST_QUATERNION = 1e-12


@dataclass(frozen=True)
class Cleaned:
    """The usable Gaussians, how many were dropped, and what to tell the user about it."""

    gaussians: Gaussians
    dropped: int
    warnings: tuple[str, ...] = ()


def clean(gaussians: Gaussians) -> Cleaned:
    """Drop what no viewer can draw and the outliers that would cost everybody precision.

    Dropped: NaN or infinity, a zero rotation, a position beyond 1e4 times the 5-95 % extent. Kept
    and clamped: infinite opacity, scales and opacities beyond what a picture can show.
    Raises UserError when nothing is left, more than 20 % goes, or 16.7 million are exceeded.
    """
    total = len(gaussians)
    if total > MAX_GAUSSIANS:
        raise UserError(
            f"The splat has {total / 1e6:.1f} million Gaussians; one file holds 16.7 million.",
            "Prune it or cut it into parts, then upload it again.",
        )
    clamped = _clamped(gaussians)
    usable = clamped.finite() & (np.abs(clamped.quats).max(1, initial=0) > _SMALLEST_QUATERNION)
    if usable.any():
        usable[usable] = _near(clamped.take(usable))
    dropped = total - int(usable.sum())
    if dropped == total:
        raise UserError(
            "The splat contains no usable Gaussian.",
            "Training may have failed: run it again, or upload another file.",
        )
    if dropped > REFUSE_SHARE * total:
        raise UserError(
            f"{dropped} of {total} Gaussians are broken (not finite, or lost far away).",
            "Training may have diverged: train again, or export the splat again.",
        )
    kept = clamped if dropped == 0 else clamped.take(usable)
    return Cleaned(kept, dropped, _warnings(dropped, total))


def _clamped(gaussians: Gaussians) -> Gaussians:
    """Scales and opacities within what a picture can show; NaN stays NaN, +inf scales stay inf."""
    scales = np.maximum(gaussians.scales, -LOG_SCALE_LIMIT)
    finite = np.isfinite(scales)
    scales[finite] = np.minimum(scales[finite], LOG_SCALE_LIMIT)
    return Gaussians(
        means=gaussians.means,
        quats=gaussians.quats,
        scales=scales.astype(np.float32),
        opacities=np.clip(gaussians.opacities, -LOGIT_LIMIT, LOGIT_LIMIT).astype(np.float32),
        sh0=gaussians.sh0,
        shN=gaussians.shN,
    )


def _near(gaussians: Gaussians) -> Flags:
    """Which positions lie within 1e4 times the 5-95 % extent around the middle."""
    means = gaussians.means.astype(np.float64)
    low, middle, high = np.quantile(means, [0.05, 0.5, 0.95], axis=0)
    extent_m = float(np.linalg.norm(high - low))
    if extent_m == 0:  # a handful of Gaussians, or most in one point: nothing to judge by
        return np.ones(len(means), np.bool_)
    return np.asarray(np.abs(means - middle).max(1) <= OUTLIER_EXTENTS * extent_m, np.bool_)


def _warnings(dropped: int, total: int) -> tuple[str, ...]:
    if dropped <= WARN_SHARE * total:
        return ()
    return (f"{dropped} of {total} Gaussians were broken or lost far away and were left out.",)
