"""Captures by the day against machines: waiting, money, fairness and what breaks first.

    python -m bench.scale.sim [--days 3] [--per-day 10 1000 100000] [--out out/bench/scale.json]

For each volume it looks for the fewest machines with which 95 of 100 captures wait less than an
hour in all, then lets one tenant bring half a day's captures at once and asks how long the others
wait, with the pipeline's line and with one in order of arrival. A simulation (`scale_world.py`):
nothing here ran on AWS.
"""

import argparse
import json
import math
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.scale.world import (
    DAY_MIN,
    INTERRUPTIONS_PER_HOUR,
    STAGES,
    START_MIN,
    Capture,
    Trace,
    World,
    arrivals,
    flood,
)

REPOSITORY = Path(__file__).resolve().parents[2]
BEARABLE_MIN = 60.0
MOST_CAPTURES = 60_000  # simulated of one volume; of more, a single day
QUOTAS = (1, 1, 2)  # of the account that this was built for
FACTORS = (1.0, 1.05, 1.1, 1.2, 1.3, 1.45, 1.6, 1.8, 2.0, 2.3, 2.6, 3.0)
SWEEP_S, DESCRIBES_PER_S = 60, 10  # docs/scale.md
PROGRESS_PER_MIN = 6  # an event every ten seconds
PUT_EVENTS_PER_S = 10_000  # us-east-1; elsewhere from 400 on


@dataclass(frozen=True)
class Waiting:
    """Minutes that captures waited for machines, all stages together."""

    p50_min: float
    p95_min: float

    @classmethod
    def of(cls, traces: list[Trace]) -> "Waiting":
        waited = sorted(trace.waited_min for trace in traces if trace.done_min is not None)
        if len(waited) < 2:
            return cls(math.inf, math.inf)
        return cls(statistics.median(waited), waited[math.ceil(0.95 * len(waited)) - 1])


def simulate(
    captures: list[Capture], machines: tuple[int, int, int], days: float, *, fair: bool = True
) -> tuple[World, list[Trace]]:
    """The world afterwards, given two days more to work off what waits."""
    world = World(machines, fair=fair)
    return world, world.run(captures, (days + 2) * DAY_MIN)


def needed(captures: list[Capture], days: float) -> tuple[int, int, int]:
    """The fewest machines of FACTORS times the work offered that keep the waiting bearable."""
    offered = [
        sum(c.work_min[n] + START_MIN for c in captures) / (days * DAY_MIN) for n in range(3)
    ]
    for factor in FACTORS:
        machines = tuple(max(1, math.ceil(work * factor)) for work in offered)
        world_machines = (machines[0], machines[1], machines[2])
        _, traces = simulate(captures, world_machines, days)
        if all(t.done_min for t in traces) and Waiting.of(traces).p95_min < BEARABLE_MIN:
            return world_machines
    raise RuntimeError(f"not bearable with {FACTORS[-1]} times the machines")


def row(per_day: float, days: float) -> dict[str, Any]:
    """Everything about one volume."""
    days = max(1.0, min(days, MOST_CAPTURES // per_day))
    captures = arrivals(per_day, days)
    machines = needed(captures, days)
    world, traces = simulate(captures, machines, days)
    span_min = days * DAY_MIN
    in_work = {stage: world.busy_min[stage] / span_min for stage in STAGES}
    brought = max(10, round(per_day / 2))
    crowd = captures + flood(brought, DAY_MIN / 2, len(captures))
    others = {
        name: _others(crowd, machines, days, fair=name == "laps") for name in ("laps", "arrival")
    }
    done = [trace for trace in traces if trace.done_min is not None]
    running = sum(in_work.values())
    return {
        "per_day": per_day,
        "simulated_days": days,
        "captures": len(captures),
        "machines": dict(zip(STAGES, machines, strict=True)),
        "busy": {stage: in_work[stage] / n for stage, n in zip(STAGES, machines, strict=True)},
        "waiting": vars(Waiting.of(traces)),
        "with_the_quotas": _with_quotas(captures, days),
        "hours_to_link_p50": statistics.median(
            t.done_min - t.capture.arrives_min for t in done if t.done_min
        )
        / 60,
        "dollars": statistics.mean(trace.dollars for trace in done),
        "interrupted": sum(trace.interruptions > 0 for trace in done) / len(done),
        "longest_line": {stage: world.lines[stage].longest for stage in STAGES},
        "one_brings": brought,
        "others_wait": others,
        "running_at_once": running,
        "sweep_needs_s": running / DESCRIBES_PER_S,
        "progress_per_s": running * PROGRESS_PER_MIN / 60,
    }


def _with_quotas(captures: list[Capture], days: float) -> dict[str, float]:
    _, traces = simulate(captures, QUOTAS, days)
    return {
        "done": sum(t.done_min is not None for t in traces) / len(traces),
        **vars(Waiting.of(traces)),
    }


def _others(
    crowd: list[Capture], machines: tuple[int, int, int], days: float, *, fair: bool
) -> dict[str, float]:
    _, traces = simulate(crowd, machines, days, fair=fair)
    return vars(Waiting.of([t for t in traces if t.capture.tenant != "flood"]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--days", type=float, default=3)
    parser.add_argument("--per-day", type=float, nargs="+", default=[10, 1000, 100_000])
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "bench" / "scale.json")
    asked = parser.parse_args()
    rows = [row(per_day, asked.days) for per_day in asked.per_day]
    limits = {
        "sweep_s": SWEEP_S,
        "put_events_per_s": PUT_EVENTS_PER_S,
        "spot_interruptions_per_hour": INTERRUPTIONS_PER_HOUR,
    }
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps({"rows": rows, "assumed": limits}, indent=2) + "\n")
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
