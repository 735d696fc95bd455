"""Where features are matched: on the GPU where pycolmap is built for one."""

import pycolmap

from spaceport_runtime.errors import UserError


def matching_device() -> pycolmap.Device:
    """The CPU, or the GPU of an image that is for GPUs.

    Raises UserError where such an image finds none: nobody pays for a GPU that does not work.
    """
    if not pycolmap.has_cuda:
        return pycolmap.Device.cpu
    if pycolmap.get_num_cuda_devices() < 1:  # type: ignore[attr-defined] # of such builds only
        raise UserError(
            "This image matches photos on an NVIDIA GPU, and the machine has none that it can use.",
            "Choose an instance with a GPU and a driver for CUDA 12, or the image for the CPU.",
        )
    return pycolmap.Device.cuda
