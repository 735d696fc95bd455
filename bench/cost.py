"""Dollars per capture on AWS, from prices and times written down here: `python -m bench.cost`.

Nothing is measured on AWS. What is assumed says so; docs/cost.md shows the output and the sources.
"""

from dataclasses import dataclass

PRICE_PER_HOUR = {  # SageMaker, us-east-1, on demand
    "ml.c6i.2xlarge": 0.408,
    "ml.c6i.4xlarge": 0.816,
    "ml.g4dn.xlarge": 0.7364,
    "ml.g5.xlarge": 1.408,
}
EC2_G4DN_PER_HOUR = 0.526
SPOT_SHARE = 0.35  # assumed: the share of the price that a Spot machine costs
START_MIN = 2.0  # assumed: minutes of a job that are paid before its program runs
S3_PER_GB_MONTH = 0.023
PHOTO_GB = 0.008
BUS_PER_JOB = 264e-6  # docs/scale.md
VCPUS = {"ml.c6i.2xlarge": 8, "ml.c6i.4xlarge": 16}
PARALLEL = 0.5  # assumed: how much of the machine structure from motion keeps busy
SFM_CPU_S_PER_PHOTO = {"draft": 19.3 / 18, "standard": 29.3 / 18, "high": 29.3 / 18 * 4 / 3}
STEPS = {"draft": (60, 3000, 7000), "standard": (100, 7000, 15000), "high": (150, 15000, 30000)}
STEP_S = {"ml.g4dn.xlarge": 2 * 2149 / 30000, "ml.g5.xlarge": 2149 / 30000}
COMPRESS_MIN = 2.0  # assumed: 54 CPU s for 1.18 M Gaussians, and the pictures


@dataclass(frozen=True)
class Bill:
    """One capture: minutes of each stage, dollars of all."""

    sfm_min: float
    train_min: float
    on_demand: float
    spot: float
    by_hand: float


def bill(photos: int, quality: str, sfm: str, train: str, compress: str) -> Bill:
    """The arithmetic."""
    per_photo, least, most = STEPS[quality]
    steps = min(max(per_photo * photos, least), most)
    sfm_min = SFM_CPU_S_PER_PHOTO[quality] * photos / (VCPUS[sfm] * PARALLEL) / 60
    train_min = steps * STEP_S[train] / 60
    fixed = _dollars(sfm, sfm_min) + _dollars(compress, COMPRESS_MIN) + BUS_PER_JOB
    fixed += 2 * photos * PHOTO_GB * S3_PER_GB_MONTH  # the upload and the job's copy, one month
    training = _dollars(train, train_min)
    minutes = sfm_min * VCPUS[sfm] / 4 + steps * STEP_S["ml.g4dn.xlarge"] / 60 + COMPRESS_MIN
    by_hand = (minutes + START_MIN) / 60 * EC2_G4DN_PER_HOUR
    return Bill(sfm_min, train_min, fixed + training, fixed + SPOT_SHARE * training, by_hand)


def _dollars(machine: str, minutes: float) -> float:
    return (minutes + START_MIN) / 60 * PRICE_PER_HOUR[machine]


def main() -> None:
    choices = {
        "defaults": ("ml.c6i.2xlarge", "ml.g4dn.xlarge", "ml.c6i.4xlarge"),
        "sfm and compress swapped": ("ml.c6i.4xlarge", "ml.g4dn.xlarge", "ml.c6i.2xlarge"),
        "swapped, g5": ("ml.c6i.4xlarge", "ml.g5.xlarge", "ml.c6i.2xlarge"),
    }
    for name, machines in choices.items():
        print(f"\n{name}\n")
        print("| photos | quality | sfm, min | train, min | on demand | Spot training | by hand |")
        print("|---|---|---|---|---|---|---|")
        for photos in (20, 100, 300, 1000):
            for quality in STEPS:
                found = bill(photos, quality, *machines)
                print(
                    f"| {photos} | {quality} | {found.sfm_min:.1f} | {found.train_min:.1f} "
                    f"| ${found.on_demand:.2f} | ${found.spot:.2f} | ${found.by_hand:.2f} |"
                )


if __name__ == "__main__":
    main()
