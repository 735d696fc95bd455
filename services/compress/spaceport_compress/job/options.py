"""What a compress job can be asked for, and the effort that follows from it."""

from spaceport_compress.job.sog.encode import Effort
from spaceport_compress.job.sog.importance import Importance
from spaceport_contracts.results import Quality, StageOptions

PRICE_PER_MEAN_WEIGHT = 1.2e-5
PRICE_WITH_HARMONICS = 2.5e-6
LARGEST_PALETTE = 65536
_FINER = {Quality.DRAFT: 1.0, Quality.STANDARD: 1.0, Quality.HIGH: 0.25}


class CompressOptions(StageOptions):
    """`options.json` of a compress job: quality `high` spends 10 to 20 % more bytes."""


def efforts(
    options: CompressOptions, importance: Importance, coefficients: int
) -> tuple[Effort, ...]:
    """What to try, in order, until the file looks like the input.

    `coefficients` of view-dependent colour: 0, 3, 8 or 15. With any, bits are cheaper: the palette
    is most of the file then, and coarse rounding of the rest would waste what it shows.

    The price of a bit follows the mean importance, so that a crop and a whole scene, many small
    Gaussians and few large ones, are rounded alike. View-dependent colour gets an entry each as
    long as labels can count that far: to share entries, even few, shows more than coarse entries
    do, and there is nothing to search (both measured: ADR 7).
    """
    per_weight = PRICE_WITH_HARMONICS if coefficients else PRICE_PER_MEAN_WEIGHT
    price = per_weight * float(importance.weight.mean()) * _FINER[options.quality]
    return tuple(Effort(each, LARGEST_PALETTE, options.seed) for each in (price, price / 4, 0.0))
