"""What a job will take, as it was told before the job began."""

from pydantic import Field

from spaceport_contracts.capture import Frozen
from spaceport_contracts.text import Words


class Span(Frozen):
    """From the least to the most that is expected."""

    low: float = Field(ge=0)
    high: float = Field(ge=0)


class Cost(Frozen):
    """Wall-clock minutes without waiting for a machine, and dollars of machines."""

    minutes: Span
    dollars: Span | None = Field(description="None where a machine's price is not known")


class Estimate(Frozen):
    """By stage; None for a stage that the job does not run."""

    photos: int = Field(ge=0)
    pixels_per_photo: int = Field(ge=0)
    sfm: Cost | None
    train: Cost | None
    compress: Cost | None
    total: Cost
    basis: Words = Field(description="what the figures rest on, with dates")
