"""The backward pass of the CPU rasteriser: gradients of all that a visible Gaussian is made of."""

import numpy as np

from spaceport_splat.compositing_backward import composite_backward
from spaceport_splat.gaussians import FIELDS, Gaussians
from spaceport_splat.kernels import COLUMNS, Floats, run_parallel, share
from spaceport_splat.projection_backward import project_backward
from spaceport_splat.rasterise import Frame


class Backward:
    """Gradients of rendered frames; the memory is used again by the next call.

    Only the rows of `frame.ids`, and the harmonics up to `frame.sh_degree`, are written: the
    others hold old numbers, and an optimiser must not read them.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._gradients: Gaussians | None = None

    def __call__(
        self,
        gaussians: Gaussians,
        frame: Frame,
        d_image: Floats,
        d_transmittance: Floats | None = None,
    ) -> tuple[Gaussians, Floats]:
        """Gradients of the parameters, and of the projection: float32[M, 9] as `COLUMNS`.

        d_image: float32[3, H, W]; d_transmittance: float32[H, W], the gradients of a loss.
        """
        if d_transmittance is None:
            d_transmittance = np.zeros_like(frame.transmittance)
        screen = self._screen(frame, d_image, d_transmittance)
        return self._world(gaussians, frame, screen), screen

    def _screen(self, frame: Frame, d_image: Floats, d_transmittance: Floats) -> Floats:
        totals = np.zeros((self.threads, len(frame.ids), len(COLUMNS)), np.float32)

        def blend(part: int) -> None:
            composite_backward(
                frame.packed,
                frame.tiles.start,
                frame.stopped,
                frame.tiles.rows,
                frame.tiles.order,
                frame.tiles.columns,
                frame.image,
                frame.transmittance,
                d_image,
                d_transmittance,
                part,
                self.threads,
                totals[part],
            )

        run_parallel(self.threads, blend)
        return totals[0] if self.threads == 1 else np.asarray(totals.sum(axis=0))

    def _world(self, gaussians: Gaussians, frame: Frame, screen: Floats) -> Gaussians:
        out = self._gradients
        if out is None or out.shN.shape != gaussians.shN.shape:
            out = Gaussians(*(np.zeros_like(getattr(gaussians, name)) for name in FIELDS))
            self._gradients = out
        gradients = out

        def project(part: int) -> None:
            project_backward(
                gaussians.means,
                gaussians.quats,
                gaussians.scales,
                gaussians.opacities,
                gaussians.shN,
                frame.sh_degree,
                frame.view,
                frame.antialiased,
                frame.packed,
                frame.ids,
                screen,
                *share(len(frame.ids), part, self.threads),
                gradients.means,
                gradients.quats,
                gradients.scales,
                gradients.opacities,
                gradients.sh0,
                gradients.shN,
            )

        run_parallel(self.threads, project)
        return gradients
