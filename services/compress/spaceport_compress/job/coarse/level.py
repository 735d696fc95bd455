"""Write the coarse level: as fine as fits into what may come before the first picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spaceport_compress.job.coarse.merge import merge
from spaceport_compress.job.options import PRICE_PER_MEAN_WEIGHT
from spaceport_compress.job.sog.arrays import Integers
from spaceport_compress.job.sog.encode import Effort, encode
from spaceport_compress.job.sog.file import write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians

COARSE = "coarse.sog"
MOST_BYTES = 300_000
_PALETTE = 1  # there are no harmonics
_TRIES = 5
_HALVINGS = 24
_NEAR = 0.85
_ROOM = 0.95  # aim a little below, so that the next try fits


def write_coarse(
    path: Path,
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    scene_bytes: int,
    most_bytes: int = MOST_BYTES,
) -> bool:
    """A .sog of at most `most_bytes`; False, and no file, where the scene itself is no larger.

    The finest cells that fit; how many Gaussians a byte holds is learned from the try before.
    """
    if scene_bytes <= most_bytes:
        return False
    trial, largest = path.with_name(f".{path.name}.trial"), 0
    wanted = round(len(gaussians) * most_bytes / scene_bytes)
    for _ in range(_TRIES):
        size = _write(trial, merge(gaussians, cells_of(gaussians, wanted)), cameras)
        if largest < size <= most_bytes:
            largest = size
            trial.replace(path)
        if _NEAR * most_bytes <= size <= most_bytes:
            break
        wanted = min(int(wanted * _ROOM * most_bytes / size), len(gaussians))
    trial.unlink(missing_ok=True)
    return largest > 0


def _write(path: Path, gaussians: Gaussians, cameras: Sequence[Camera]) -> int:
    seen = importance(gaussians, cameras)
    price = PRICE_PER_MEAN_WEIGHT * float(seen.weight.mean())
    write_bundle(path, encode(gaussians, seen, Effort(price, _PALETTE)))
    return path.stat().st_size


def cells_of(gaussians: Gaussians, most: int) -> Integers:
    """int[N]: the cell of each, in the finest cubic grid with at most `most` cells in use."""
    means = gaussians.means.astype(np.float64)
    low = means.min(0)
    coarse_m = float((means.max(0) - low).max()) + 1e-9
    fine_m = coarse_m / 2**_HALVINGS
    best = np.zeros(len(means), np.int64)
    for _ in range(_HALVINGS):
        side_m = float(np.sqrt(coarse_m * fine_m))
        cells = np.unique(np.floor((means - low) / side_m), axis=0, return_inverse=True)[1]
        if int(cells.max()) < most:
            best, coarse_m = cells.reshape(-1), side_m
        else:
            fine_m = side_m
    return best
