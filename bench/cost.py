"""Dollars per capture on AWS: `python -m bench.cost`.

Times, prices and machines are those of ingest's estimates (`estimates/table.py`), which say where
each comes from; here S3 and the bus are added. Nothing is measured on AWS. docs/cost.md shows it.
"""

from dataclasses import dataclass

from spaceport_contracts.estimate import Span
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.estimates.arithmetic import Ask, Fleet, estimate

EC2_G4DN_PER_HOUR = 0.526
S3_PER_GB_MONTH = 0.023
PHOTO_GB = 0.008
PHOTO_PIXELS = 12_000_000
BUS_PER_JOB = 264e-6  # docs/scale.md


@dataclass(frozen=True)
class Bill:
    """One capture: minutes of the long stages, dollars of everything."""

    sfm_min: Span
    train_min: Span
    on_demand: Span
    spot: Span
    by_hand: Span


def bill(photos: int, quality: Quality, machines: dict[Stage, str]) -> Bill:
    """The estimates, and what is paid beside the machines."""
    ask = Ask(photos, PHOTO_PIXELS, quality)
    full = estimate(ask, Fleet(machines))
    spot = estimate(ask, Fleet(machines, spot=True))
    rented = estimate(ask, Fleet(dict.fromkeys(Stage, "ml.g4dn.xlarge")))
    assert full.sfm and full.train and full.total.dollars and spot.total.dollars
    beside = BUS_PER_JOB + 2 * photos * PHOTO_GB * S3_PER_GB_MONTH  # upload and copy, one month
    return Bill(
        sfm_min=full.sfm.minutes,
        train_min=full.train.minutes,
        on_demand=_scaled(full.total.dollars, 1, beside),
        spot=_scaled(spot.total.dollars, 1, beside),
        by_hand=_scaled(rented.total.minutes, EC2_G4DN_PER_HOUR / 60, 0),
    )


def _scaled(span: Span, factor: float, more: float) -> Span:
    return Span(low=span.low * factor + more, high=span.high * factor + more)


def _minutes(span: Span) -> str:
    return f"{span.low:.0f} to {span.high:.0f}"


def _dollars(span: Span) -> str:
    return f"${span.low:.2f} to ${span.high:.2f}"


def main() -> None:
    small, large, gpu = "ml.c6i.2xlarge", "ml.c6i.4xlarge", "ml.g4dn.xlarge"
    choices = {
        "defaults": (small, gpu, large),
        "sfm and compress swapped": (large, gpu, small),
        "swapped, g5": (large, "ml.g5.xlarge", small),
    }
    for name, kinds in choices.items():
        print(f"\n{name}\n")
        print("| photos | quality | sfm, min | train, min | on demand | Spot training | by hand |")
        print("|---|---|---|---|---|---|---|")
        for photos in (100, 300, 1000):
            for quality in Quality:
                found = bill(photos, quality, dict(zip(Stage, kinds, strict=True)))
                print(
                    f"| {photos} | {quality} | {_minutes(found.sfm_min)} "
                    f"| {_minutes(found.train_min)} | {_dollars(found.on_demand)} "
                    f"| {_dollars(found.spot)} | {_dollars(found.by_hand)} |"
                )


if __name__ == "__main__":
    main()
