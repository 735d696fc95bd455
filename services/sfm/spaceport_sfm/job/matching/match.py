"""Feature matching and geometric verification of the chosen pairs."""

from collections.abc import Callable, Collection
from pathlib import Path

import pycolmap

from spaceport_sfm.job.matching.device import matching_device
from spaceport_sfm.job.matching.pairs import Pair
from spaceport_sfm.job.task import Task

# A block is one transaction: small enough to lose little, large enough to keep features cached.
BLOCK_PAIRS = 40
# pycolmap says nothing while it matches, and nobody may look into its database meanwhile: SQLite
# refuses to open a database at the moment when its last reader goes. So it is asked in portions.
PORTION_PAIRS = 80


def match(database: Path, task: Task, pairs: Collection[Pair], tell: Callable[[int], None]) -> None:
    """Match `pairs` of photo indices and verify them; `tell` hears how many are done."""
    ordered = sorted(pairs)
    for start in range(0, len(ordered), PORTION_PAIRS):
        portion = ordered[start : start + PORTION_PAIRS]
        _match_portion(database, task, portion)
        tell(start + len(portion))


def _match_portion(database: Path, task: Task, pairs: Collection[Pair]) -> None:
    listing = task.work / "pairs.txt"
    names = [photo.name for photo in task.photos]
    listing.write_text("".join(f"{names[a]} {names[b]}\n" for a, b in pairs))
    matching = pycolmap.FeatureMatchingOptions()
    matching.num_threads = task.threads
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = listing
    pairing.block_size = BLOCK_PAIRS
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = task.seed
    pycolmap.match_image_pairs(
        database,
        matching_options=matching,
        pairing_options=pairing,
        verification_options=verification,
        device=matching_device(),
    )
