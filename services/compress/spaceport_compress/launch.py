"""What a compress job is given."""

from spaceport_contracts.events import Event, ReconstructionRequested, SplatTrained
from spaceport_runtime.errors import Poison
from spaceport_runtime.stage.requests import Order


def order(cause: Event) -> Order:
    """A .ply in, a .sog out."""
    match cause:
        case SplatTrained(outputs=splat) | ReconstructionRequested(inputs=splat):
            return Order(cause.quality, {"splat": splat.prefix}, cause.options)
        case _:
            raise Poison(f"compress cannot begin from a {cause.detail_type()}")
