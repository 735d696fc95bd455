"""Every time and price that an estimate or a figure of docs/cost.md rests on, with date and source.

Measured on this machine: `python -m bench.estimates` printed the rows under MEASURED and holds this
table against them. Nothing was measured on AWS: what is assumed says so, and has a wide span.
"""

from dataclasses import dataclass

from spaceport_contracts.estimate import Span
from spaceport_contracts.results import Quality

HERE = "this machine"
PRICED_ON = "November 2026"
MEASURED_ON = "28 November 2026"
MEGA = 1_000_000


@dataclass(frozen=True)
class Machine:
    """An instance type of SageMaker: what it costs (us-east-1, on demand) and what it has.

    `step_s`: seconds of one training step on its GPU; None without one.
    """

    vcpus: int
    dollars_per_hour: float
    source: str
    step_s: Span | None = None


AWS_QUOTED = (
    "price tables in public repositories that quote aws.amazon.com/sagemaker/pricing for 2025 and "
    "2026, read in stored copies in November 2026"
)
EC2_AND_A_FIFTH = "assumed: EC2's price and the fifth that SageMaker adds for the same sizes of c5"
# gsplat's published 30,000 steps in 2,149 s on a TITAN RTX (Mip-NeRF 360). An A10G is taken to be
# as fast and a T4 half as fast; neither was tried, so each may be half as fast again.
TITAN_STEP_S = 2149 / 30_000
MACHINES = {
    "ml.c6i.2xlarge": Machine(8, 0.408, EC2_AND_A_FIFTH),
    "ml.c6i.4xlarge": Machine(16, 0.816, EC2_AND_A_FIFTH),
    "ml.g4dn.xlarge": Machine(
        4, 0.7364, AWS_QUOTED, Span(low=1.4 * TITAN_STEP_S, high=3 * TITAN_STEP_S)
    ),
    "ml.g5.xlarge": Machine(
        4, 1.408, AWS_QUOTED, Span(low=0.7 * TITAN_STEP_S, high=1.5 * TITAN_STEP_S)
    ),
}
SPOT_SHARE = Span(low=0.3, high=1.0)  # assumed; 1.0: Spot ended it and it was run at full price
START_MIN = Span(low=1.5, high=4.0)  # assumed: minutes that are paid before the program runs
PARALLEL = Span(low=0.3, high=0.8)  # assumed: the share of a large machine that sfm keeps busy
COMPRESS_CPU_S_ON_AWS = Span(low=60, high=360)  # assumed: 54 CPU s for 1.18 M Gaussians, pictures


@dataclass(frozen=True)
class Steps:
    """How many training steps a GPU takes: so many per photo, within bounds (train's EFFORTS)."""

    per_photo: int
    least: int
    most: int

    def of(self, photos: int) -> int:
        """For a capture."""
        return min(max(self.per_photo * photos, self.least), self.most)


GPU_STEPS = {
    Quality.DRAFT: Steps(60, 3000, 7000),
    Quality.STANDARD: Steps(100, 7000, 15000),
    Quality.HIGH: Steps(150, 15000, 30000),
}


@dataclass(frozen=True)
class Training:
    """Training without a GPU (train's EFFORTS): CPU seconds of one core for one megapixel."""

    side_px: int
    one_s: float


CPU_TRAINING = {
    Quality.DRAFT: Training(800, 50),
    Quality.STANDARD: Training(1200, 250),
    Quality.HIGH: Training(1600, 750),
}
WORK_GROWTH = 0.6  # that power of all photos' megapixels
ASPECT = 3 / 4  # of most drones' photos

# MEASURED: CPU seconds on one core, fitted to the runs of `python -m bench.estimates` that
# docs/cost.md shows. A photo costs sfm its features and the photos that it is matched with.
SFM_CPU_S_PER_PHOTO = {Quality.DRAFT: 0.95, Quality.STANDARD: 1.45, Quality.HIGH: 1.9}
SFM_CPU_S_PER_PARTNER = 0.02
MOST_PARTNERS = 60
DECODE_CPU_S_PER_MEGAPIXEL = 0.03
TRAIN_CPU_S_PER_WORK_S = 0.59
COMPRESS_CPU_S = 6.0
COMPRESS_CPU_S_PER_PHOTO = 0.15
JOB_START_S = 3.0
# How far a capture may be from the fit: hard ones (no GPS order, wide overlap) cost sfm most.
SFM_SPREAD = Span(low=0.5, high=2.5)
SPREAD = Span(low=0.4, high=2.0)
