"""The scene of the landing page, from a demo's result: `python web/tools/village.py out/demo`.

Writes web/public/village.sog: the demo's Gaussians around its middle, without sky and without
view-dependent colour, the most important ones, as many as 290 KB hold. It is committed, because a
demo takes minutes and a page of a fresh checkout should not wait for it.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from spaceport_compress.job.options import CompressOptions, efforts
from spaceport_compress.job.pictures.views import UP_ENU, middle_and_size, rings
from spaceport_compress.job.sog.encode import encode
from spaceport_compress.job.sog.file import write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_splat.ply import read_ply

MOST_BYTES = 290_000
STEP = 0.97
RADIUS = 0.75  # of the scene's size: what lies farther off nobody came to see
WIDEST = 0.1
TARGET = Path(__file__).parents[1] / "public" / "village.sog"


def main(folder: Path) -> None:
    """Leave out the least important ones until the file is small enough."""
    whole = read_ply(folder / "scene.ply")
    middle, size_m = middle_and_size(whole)
    away_m = np.linalg.norm(whole.means[:, :2] - middle[:2], axis=1)
    largest_m = np.exp(whole.scales.max(axis=1))
    near = whole.take((away_m < RADIUS * size_m) & (largest_m < WIDEST * size_m))
    gaussians = replace(near, shN=np.zeros((len(near), 0, 3), np.float32))
    cameras = rings(gaussians, UP_ENU)
    order = np.argsort(-importance(gaussians, cameras).weight)
    kept = len(gaussians)
    while True:
        some = gaussians.take(np.sort(order[:kept]))
        seen = importance(some, cameras)
        write_bundle(TARGET, encode(some, seen, efforts(CompressOptions(), seen, 0)[0]))
        if TARGET.stat().st_size <= MOST_BYTES:
            print(f"{TARGET.name}: {kept} of {len(whole)} Gaussians, {TARGET.stat().st_size} bytes")
            return
        kept = int(kept * min(STEP, MOST_BYTES / TARGET.stat().st_size))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
