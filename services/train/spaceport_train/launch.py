"""What a training job is given."""

from spaceport_contracts.events import Event, ReconstructionRequested, SparseModelBuilt
from spaceport_runtime.errors import Poison
from spaceport_runtime.stage.requests import Order


def order(cause: Event) -> Order:
    """A sparse model and its photos in, Gaussians out."""
    match cause:
        case SparseModelBuilt(outputs=scene) | ReconstructionRequested(inputs=scene):
            return Order(cause.quality, {"scene": scene.prefix}, cause.options)
        case _:
            raise Poison(f"train cannot begin from a {cause.detail_type()}")
