"""What the trainer asks of a rasteriser; the rooms `cpu` and `cuda` answer."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.kernels import Floats
from spaceport_train.job.schedule import Moment

FAINT = 0.005  # opacity at which a Gaussian is dead
SSIM_SHARE = 0.2  # of the loss (Kerbl et al. 2023); the rest is L1
Arrays = dict[str, npt.NDArray[Any]]


class Diverged(Exception):
    """The loss or a parameter is not a number any more."""


class OutOfMemory(Exception):
    """The device has no room for another step."""


class Engine(Protocol):
    """Gaussians being trained on one device."""

    @property
    def name(self) -> str:
        """The device: cpu or cuda."""

    def step(self, photo: int, moment: Moment, rng: np.random.Generator) -> float:
        """Train on one photo, densify when it is time; the loss. Raises Diverged, OutOfMemory."""

    def render(self, camera: Camera) -> Floats:
        """float32[H, W, 3], 0 to 1."""

    def gaussians(self) -> Gaussians:
        """A copy of the splat as it is."""

    def state(self) -> Arrays:
        """Everything that the next step depends on, for a checkpoint."""

    def restore(self, state: Arrays) -> None:
        """Go back to a `state`."""

    def shrink(self) -> None:
        """Make do with half as many Gaussians."""
