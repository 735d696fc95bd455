"""What an sfm job is given."""

from spaceport_contracts.events import Event, ReconstructionRequested
from spaceport_runtime.errors import Poison
from spaceport_runtime.stage.requests import Order


def order(cause: Event) -> Order:
    """Photos and capture.json in, a sparse model out."""
    if not isinstance(cause, ReconstructionRequested):
        raise Poison(f"sfm cannot begin from a {cause.detail_type()}")
    inputs = {"photos": cause.inputs.prefix, "capture": cause.inputs.index.uri}
    return Order(cause.quality, inputs, cause.options)
