"""Which of the account's machines a run is given: the smallest that its capture fits, Spot or not.

A deployment lists its machines smallest first, each but the last with the largest capture that it
is for. So twenty photos never pay for the machine of a thousand.
"""

from collections.abc import Sequence
from dataclasses import replace

from spaceport_contracts.events import Event, ReconstructionRequested, SparseModelBuilt
from spaceport_contracts.results import Quality
from spaceport_runtime.service import JobSpec, Machine

EFFORT = {Quality.DRAFT: 2 / 3, Quality.STANDARD: 1.0, Quality.HIGH: 4 / 3}
"""Features per photo by quality (4,096, 6,144 and 8,192, ADR 5): memory and time grow with them."""


def fitted(job: JobSpec, cause: Event, quality: Quality, retries: int) -> JobSpec:
    """The job on the machine for its capture; after `spot_attempts` on Spot it pays the full price.

    A capture of unknown size gets the largest machine: one that is too small fails late.
    """
    machine = smallest_for(job.machines, photos_of(cause), quality)
    return replace(
        job,
        instance_type=machine.instance_type if machine else job.instance_type,
        use_spot=job.use_spot and retries < job.spot_attempts,
    )


def smallest_for(
    machines: Sequence[Machine], photos: int | None, quality: Quality
) -> Machine | None:
    """The first machine that takes so many photos at that quality, else the last; None of none."""
    if photos is not None:
        load = photos * EFFORT[quality]
        for machine in machines:
            if machine.up_to_photos is None or load <= machine.up_to_photos:
                return machine
    return machines[-1] if machines else None


def photos_of(cause: Event) -> int | None:
    """How many photos the run works on; None where the event does not say."""
    match cause:
        case ReconstructionRequested(photos=photos) | SparseModelBuilt(photos_registered=photos):
            return photos or None
        case _:
            return None
