"""Render a splat on the CPU: `render` for a picture, `Rasteriser` for training.

Project every Gaussian, sort by depth once, list them per 16 x 16 tile, blend tile by tile. The
backward pass lives beside it in `gradients.py`. Checked against gsplat's pure torch reference in
tests/unit/splat.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spaceport_splat.camera import Camera
from spaceport_splat.compositing import composite
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.kernels import PACKED, Floats, default_threads, run_parallel, share
from spaceport_splat.projection import project, view_constants
from spaceport_splat.tiles import Tiles, bin_into_tiles


@dataclass(frozen=True)
class Frame:
    """One rendered image and what the backward pass needs of it.

    image: float32[3, H, W]; transmittance: float32[H, W], what of the background shows;
    ids: int32[M], the Gaussians on screen by depth; packed: float32[M, 12], their projection.
    """

    image: Floats
    transmittance: Floats
    ids: npt.NDArray[np.int32]
    packed: Floats
    view: Floats
    tiles: Tiles
    stopped: npt.NDArray[np.int64]
    sh_degree: int
    antialiased: bool


class Rasteriser:
    """Renders again and again with the same number of threads and the same scratch memory.

    The result does not depend on timing: the same number of threads gives the same bits.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or default_threads()
        self._packed = np.empty((0, PACKED), np.float32)
        self._visible = np.empty(0, np.bool_)

    def forward(
        self,
        gaussians: Gaussians,
        camera: Camera,
        background_rgb: Sequence[float] = (0.0, 0.0, 0.0),
        antialiased: bool = False,
        sh_degree: int | None = None,
    ) -> Frame:
        """Render finite Gaussians; sh_degree may be below theirs while training."""
        degree = gaussians.sh_degree if sh_degree is None else sh_degree
        view = view_constants(camera)
        packed, ids = self._project(gaussians, view, degree, antialiased)
        tiles = bin_into_tiles(packed, camera.width_px, camera.height_px)
        image = np.empty((3, camera.height_px, camera.width_px), np.float32)
        transmittance = np.empty(image.shape[1:], np.float32)
        stopped = np.empty_like(tiles.end)
        background = np.asarray(background_rgb, np.float32)

        def blend(part: int) -> None:
            composite(
                packed,
                tiles.start,
                tiles.end,
                tiles.rows,
                tiles.order,
                tiles.columns,
                background,
                part,
                self.threads,
                image,
                transmittance,
                stopped,
            )

        run_parallel(self.threads, blend)
        return Frame(image, transmittance, ids, packed, view, tiles, stopped, degree, antialiased)

    def _project(
        self, gaussians: Gaussians, view: Floats, degree: int, antialiased: bool
    ) -> tuple[Floats, npt.NDArray[np.int32]]:
        n = len(gaussians)
        if n > len(self._visible):  # reused: fresh pages every step cost more than the arithmetic
            self._packed = np.empty((n, PACKED), np.float32)
            self._visible = np.empty(n, np.bool_)
        packed, visible = self._packed, self._visible

        def part_of_projection(part: int) -> None:
            project(
                gaussians.means,
                gaussians.quats,
                gaussians.scales,
                gaussians.opacities,
                gaussians.sh0,
                gaussians.shN,
                degree,
                view,
                antialiased,
                *share(n, part, self.threads),
                packed,
                visible,
            )

        run_parallel(self.threads, part_of_projection)
        on_screen = np.flatnonzero(visible[:n])
        ids = on_screen[np.argsort(packed[on_screen, 11])].astype(np.int32)
        return packed[ids], ids


def render(
    gaussians: Gaussians,
    camera: Camera,
    background_rgb: Sequence[float] = (0.0, 0.0, 0.0),
    antialiased: bool = False,
) -> tuple[Floats, Floats]:
    """Image float32[H, W, 3], not clipped, and alpha float32[H, W] of finite Gaussians."""
    frame = Rasteriser().forward(gaussians, camera, background_rgb, antialiased)
    image = np.ascontiguousarray(frame.image.transpose(1, 2, 0))
    return image, 1 - frame.transmittance
