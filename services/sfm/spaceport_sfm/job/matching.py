"""Feature matching and geometric verification of the chosen pairs."""

from collections.abc import Iterable
from pathlib import Path

import pycolmap

from spaceport_sfm.job.pairs import Pair
from spaceport_sfm.job.plan import Plan

# A block is one transaction: small enough for live progress, large enough to keep features cached.
BLOCK_PAIRS = 40


def match(database: Path, plan: Plan, pairs: Iterable[Pair]) -> None:
    """Match `pairs` of photo indices and verify them; pairs already in the database are kept."""
    listing = plan.work / "pairs.txt"
    names = [photo.name for photo in plan.photos]
    listing.write_text("".join(f"{names[a]} {names[b]}\n" for a, b in sorted(pairs)))
    matching = pycolmap.FeatureMatchingOptions()
    matching.num_threads = plan.threads
    pairing = pycolmap.ImportedPairingOptions()
    pairing.match_list_path = listing
    pairing.block_size = BLOCK_PAIRS
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = plan.seed
    pycolmap.match_image_pairs(
        database,
        matching_options=matching,
        pairing_options=pairing,
        verification_options=verification,
        device=pycolmap.Device.cpu,
    )
