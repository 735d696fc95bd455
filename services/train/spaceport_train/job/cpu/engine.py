"""Training without a GPU: our own rasteriser, loss and optimiser in numba."""

import math

import numpy as np

from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import FIELDS, SH_COEFFICIENTS, Gaussians, opacity
from spaceport_splat.gradients import Backward
from spaceport_splat.kernels import Floats
from spaceport_splat.rasterise import Rasteriser
from spaceport_train.job.candidates import Candidate
from spaceport_train.job.cpu.densify import densify
from spaceport_train.job.cpu.loss import PhotoLoss
from spaceport_train.job.cpu.optimiser import SparseAdam
from spaceport_train.job.cpu.targets import Targets
from spaceport_train.job.engine import Arrays, Diverged, OutOfMemory
from spaceport_train.job.exposure import Exposures
from spaceport_train.job.scene.reduced import reduced_camera
from spaceport_train.job.scene.scene import Scene
from spaceport_train.job.scene.seeding import Seed, first_gaussians
from spaceport_train.job.schedule import Moment

START = 0.9  # of the planned Gaussians; the rest is added where they help
MOST_GAUSSIANS = 400_000  # about 2 GB with moments and gradients


class CpuEngine:
    """Gaussians being trained on the CPU. The same bits for the same number of threads."""

    name = "cpu"

    def __init__(
        self, scene: Scene, candidate: Candidate, rng: np.random.Generator, threads: int
    ) -> None:
        self.scene = scene
        self.most = candidate.gaussians
        self.threads = threads
        count = max(round(candidate.gaussians * START), 1)
        self._gaussians = first_gaussians(scene, count, candidate.sh_degree, rng, Seed())
        self._adam = SparseAdam(self._gaussians, threads)
        self._rasteriser, self._backward = Rasteriser(threads), Backward(threads)
        self._targets = Targets(scene, threads)
        self._losses: dict[tuple[int, int], PhotoLoss] = {}
        self._background = scene.mean_rgb
        self._extent_m = scene.extent_m
        self.exposures = Exposures(len(scene.photos))

    def step(self, photo: int, moment: Moment, rng: np.random.Generator) -> float:
        """See Engine."""
        try:
            return self._step(photo, moment, rng)
        except MemoryError as error:
            raise OutOfMemory(str(error)) from error

    def _step(self, photo: int, moment: Moment, rng: np.random.Generator) -> float:
        camera = reduced_camera(self.scene.cameras[photo], moment.level)
        degree = moment.sh_degree(self._gaussians.sh_degree)
        frame = self._rasteriser.forward(
            self._gaussians, camera, self._background, sh_degree=degree
        )
        target, gain = self._targets(photo, moment.level), self.exposures.gain(photo)
        loss, d_image = self._loss(camera)(frame.image * gain, target)
        if not math.isfinite(loss):
            raise Diverged(f"the loss is {loss} at step {moment.step}")
        d_image *= gain
        gradients, _ = self._backward(self._gaussians, frame, d_image)
        self.exposures.measure(photo, frame.image.mean(axis=(1, 2)), target.mean_rgb)
        self._adam.step(
            self._gaussians,
            gradients,
            frame.ids,
            moment.quick_rates(self._extent_m),
            moment.step + 1,
            SH_COEFFICIENTS[degree],
        )
        if moment.densify:
            if not self._gaussians.finite().all():
                raise Diverged(f"a Gaussian is not a number at step {moment.step}")
            self._gaussians = densify(self._gaussians, self._adam, self.most, rng)
        return loss

    def _loss(self, camera: Camera) -> PhotoLoss:
        size = camera.height_px, camera.width_px
        if size not in self._losses:
            self._losses[size] = PhotoLoss(*size, self.threads)
        return self._losses[size]

    def render(self, camera: Camera) -> Floats:
        """See Engine."""
        frame = self._rasteriser.forward(self._gaussians, camera, self._background)
        return np.clip(frame.image.transpose(1, 2, 0), 0, 1)

    def gaussians(self) -> Gaussians:
        """See Engine."""
        return self._gaussians.take(slice(None))

    def state(self) -> Arrays:
        """See Engine."""
        parts = zip(("value", "moment1", "moment2"), self._parts(), strict=True)
        arrays = {f"{key}_{name}": getattr(it, name) for key, it in parts for name in FIELDS}
        return {**arrays, "exposures": self.exposures.logs}

    def restore(self, state: Arrays) -> None:
        """See Engine."""
        self._gaussians, *moments = (
            Gaussians(*(state[f"{key}_{name}"].copy() for name in FIELDS))
            for key in ("value", "moment1", "moment2")
        )
        self._adam.moments = tuple(moments)
        self.exposures.logs = state["exposures"].copy()

    def shrink(self) -> None:
        """See Engine."""
        self.most = max(self.most // 2, 1)
        keep = np.sort(np.argsort(-opacity(self._gaussians), kind="stable")[: self.most])
        self._gaussians, *moments = (it.take(keep) for it in self._parts())
        self._adam.moments = tuple(moments)

    def _parts(self) -> tuple[Gaussians, ...]:
        return (self._gaussians, *self._adam.moments)
