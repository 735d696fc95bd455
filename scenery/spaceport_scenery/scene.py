"""The scene built once before the flight: solids, land, shadows and the ground's picture."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.buildings import Village
from spaceport_scenery.light import Shadows
from spaceport_scenery.paint import TILE, paint_rows
from spaceport_scenery.render import COARSE, Scene, draw_shadows
from spaceport_scenery.terrain import EXTENT_M, height_grid
from spaceport_scenery.village import build_village

SHADOW_HALF_M = 86.0
COARSE_CELL_M = 0.5


def _coarse_axis() -> NDArray[np.float64]:
    return np.linspace(-EXTENT_M, EXTENT_M, round(2 * EXTENT_M / COARSE_CELL_M) + 1)


def _home_distance(village: Village) -> NDArray[np.float32]:
    """Distance to the nearest house, on a coarse grid over the land."""
    axis = _coarse_axis()
    out = np.full((len(axis), len(axis)), 1e3)
    for x, y, radius in village.homes:
        out = np.minimum(out, np.hypot(axis[None, :] - x, axis[:, None] - y) - radius)
    return out.astype(np.float32)


def _open_sky(rows: NDArray[np.float64], heights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the sky that the ground sees: less beside and under what stands on it."""
    axis = _coarse_axis()
    cover = np.zeros((len(axis), len(axis)))
    for p in rows:
        reach = p[5] + 1.5
        lo = np.searchsorted(axis, (p[2] - reach, p[3] - reach))
        hi = np.searchsorted(axis, (p[2] + reach, p[3] + reach))
        window = (slice(lo[1], hi[1]), slice(lo[0], hi[0]))
        off = np.hypot(axis[None, window[1]] - p[2], axis[window[0], None] - p[3])
        cover[window] = np.maximum(cover[window], np.clip(1.25 - off / (p[5] + 0.5), 0, 1))
    return (1.0 - 0.55 * np.clip(cover, 0, 1)).astype(np.float32)


def _in_threads(work: Callable[[int, int], None], rows: int, step: int, threads: int) -> None:
    """Run `work(first, last)` over the rows in strips of a multiple of `step`."""
    strip = step * max(1, math.ceil(rows / step / (4 * threads)))
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work, r, min(r + strip, rows)) for r in range(0, rows, strip)]
        for job in jobs:
            job.result()


def build_scene(seed: int, detail_m: float = 0.05, threads: int = 2) -> Scene:
    """Build everything; `detail_m` is the size of a texel of the ground's picture."""
    village = build_village(seed)
    rows = np.ascontiguousarray(np.stack(village.rows))
    heights = height_grid(seed)
    size = int(2 * SHADOW_HALF_M / max(0.07, detail_m))
    shadows = Shadows(np.empty((size, size), np.float32), 2 * SHADOW_HALF_M / size)
    _in_threads(lambda a, b: draw_shadows(shadows, rows, a, b), size, COARSE, threads)
    texels = int(2 * EXTENT_M / detail_m)
    picture = np.empty((texels, texels, 3), np.uint8)
    home, sky = _home_distance(village), _open_sky(rows, heights)
    pads = np.array(village.pads)
    _in_threads(
        lambda a, b: paint_rows(picture, a, b, heights, home, sky, pads, shadows),
        texels,
        TILE,
        threads,
    )
    return Scene(rows, heights, picture, shadows)
