"""What a compress job can be asked for, and the effort that follows from it."""

import math

from spaceport_compress.job.encode import Effort
from spaceport_compress.job.importance import Importance
from spaceport_contracts.results import Quality, StageOptions

PRICE_PER_MEAN_WEIGHT = 9e-6
ENTRIES_PER_ROOT = 55
LARGEST_PALETTE = 16384
_FINER = {Quality.DRAFT: 1.0, Quality.STANDARD: 1.0, Quality.HIGH: 0.25}


class CompressOptions(StageOptions):
    """`options.json` of a compress job: quality `high` spends 10 to 20 % more bytes."""


def efforts(options: CompressOptions, importance: Importance) -> tuple[Effort, ...]:
    """What to try, in order, until the file looks like the input.

    The price of a bit follows the mean importance, so that a crop and a whole scene, many small
    Gaussians and few large ones, are rounded alike; the palette grows with the root of the count
    (both measured: ADR 7).
    """
    count = len(importance.weight)
    price = PRICE_PER_MEAN_WEIGHT * float(importance.weight.mean()) * _FINER[options.quality]
    palette = min(count, math.ceil(ENTRIES_PER_ROOT * math.sqrt(count)), LARGEST_PALETTE)
    return (
        Effort(price, palette, options.seed),
        Effort(price / 4, 2 * palette, options.seed),
        Effort(0.0, 4 * palette, options.seed),
    )
