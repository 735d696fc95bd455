"""Which rasteriser trains, and how large a splat it can hold."""

from importlib.util import find_spec

import numpy as np

from spaceport_runtime.errors import UserError
from spaceport_splat.kernels import default_threads
from spaceport_train.job.candidates import Candidate
from spaceport_train.job.cpu import engine as cpu
from spaceport_train.job.engine import Engine
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.scene import Scene


def has_cuda() -> bool:
    """Whether torch and gsplat are installed and see a GPU."""
    if find_spec("torch") is None or find_spec("gsplat") is None:
        return False
    import torch  # noqa: PLC0415 - the CPU image does not carry it

    return torch.cuda.is_available()


def choose_device(options: TrainOptions) -> str:
    """`cuda` or `cpu`; raises UserError when CUDA is asked for and missing."""
    if options.rasteriser == "cpu":
        return "cpu"
    if has_cuda():
        return "cuda"
    if options.rasteriser == "cuda":
        raise UserError(
            f"This machine has no usable NVIDIA GPU{_why_not()}.",
            "Choose an instance with one, an image for its driver, or the CPU.",
        )
    return "cpu"


def _why_not() -> str:
    """What torch says, a driver that is too old above all; only its first sentence."""
    if find_spec("torch") is None:
        return " (torch is not installed)"
    import torch  # noqa: PLC0415 - the CPU image does not carry it

    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]
    except (AssertionError, RuntimeError) as error:
        return f" ({str(error).split('. ')[0].rstrip('.')})"
    return ""


def most_gaussians(device: str) -> int:
    """The largest splat that the device's memory holds while training."""
    if device == "cpu":
        return cpu.MOST_GAUSSIANS
    from spaceport_train.job.cuda import engine as cuda  # noqa: PLC0415 - needs torch

    return cuda.most_gaussians()


def make_engine(
    device: str, scene: Scene, candidate: Candidate, rng: np.random.Generator, options: TrainOptions
) -> Engine:
    """A fresh engine for one candidate."""
    if device == "cpu":
        return cpu.CpuEngine(scene, candidate, rng, options.threads or default_threads())
    from spaceport_train.job.cuda.engine import CudaEngine  # noqa: PLC0415 - needs torch

    return CudaEngine(scene, candidate, rng, options.seed)
