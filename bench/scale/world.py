"""A simulated deployment: captures arrive, wait for machines by the line's own rule, are worked on.

Simulated are the machines, the line in front of each stage, Spot interruptions and the money. The
order of the line is the pipeline's own code (`spaceport_runtime.stage.turns`), what a stage takes
and costs is ingest's estimate (`estimates/table.py`), the
middle of its range. The bus's milliseconds are left out: `bench.bus` measures them.
"""

import heapq
import math
import random
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

import simpy

from spaceport_contracts.estimate import Span
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.estimates import table
from spaceport_ingest.estimates.arithmetic import Ask, Fleet, estimate
from spaceport_runtime.ports import Run, RunKey
from spaceport_runtime.stage.turns import next_lap

STAGES = ("sfm", "train", "compress")
MACHINES = ("ml.c6i.2xlarge", "ml.g4dn.xlarge", "ml.c6i.4xlarge")
DAY_MIN = 1440.0
SIZES = (  # assumed
    (0.6, 100, Quality.DRAFT),
    (0.3, 300, Quality.STANDARD),
    (0.1, 1000, Quality.STANDARD),
)
PHOTO_PIXELS = 12_000_000
INTERRUPTIONS_PER_HOUR = 0.05  # assumed: of a Spot machine
CHECKPOINT_MIN = 2.0  # assumed: how much of a training an interruption costs at most


@dataclass(frozen=True)
class Capture:
    """What somebody brings: when, whose, and the minutes of work in each stage."""

    number: int
    tenant: str
    arrives_min: float
    work_min: tuple[float, float, float]


@dataclass
class Trace:
    """What became of a capture."""

    capture: Capture
    waited_min: float = 0.0
    done_min: float | None = None
    dollars: float = 0.0
    interruptions: int = 0


class Line:
    """The runs that wait for one stage's machines, as the ledger's indices show them."""

    def __init__(self, *, fair: bool) -> None:
        self._fair = fair
        self._heap: list[tuple[str, int, Run, simpy.Event]] = []
        self._of: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self.longest = 0

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        return [entry[2] for entry in self._heap[:1]]

    def last_lap(self, tenant: str, stage: str) -> int | None:
        return self._last[tenant] if self._of[tenant] else None

    def join(self, stage: str, trace: Trace, env: simpy.Environment) -> simpy.Event:
        """The event that happens when it is this capture's turn."""
        tenant, number = trace.capture.tenant, trace.capture.number
        lap = next_lap(stage, tenant, self) if self._fair else 0
        key = RunKey(stage, f"{number:08d}", 1)
        run = Run(key, f"{env.now:012.4f}", "", "", tenant=tenant, lap=lap)
        turn: simpy.Event = env.event()
        heapq.heappush(self._heap, (run.turn, number, run, turn))
        self._of[tenant] += 1
        self._last[tenant] = lap
        self.longest = max(self.longest, len(self._heap))
        return turn

    def call_next(self) -> bool:
        """Somebody's turn; False when nobody waits."""
        if not self._heap:
            return False
        _, _, run, turn = heapq.heappop(self._heap)
        self._of[run.tenant] -= 1
        turn.succeed()
        return True


@dataclass
class World:
    """`machines`: how many each stage has."""

    machines: tuple[int, int, int]
    fair: bool = True
    spot: bool = True
    seed: int = 0
    env: simpy.Environment = field(default_factory=simpy.Environment)
    busy_min: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self._free = dict(zip(STAGES, self.machines, strict=True))
        self.lines = {stage: Line(fair=self.fair) for stage in STAGES}

    def run(self, captures: list[Capture], until_min: float) -> list[Trace]:
        """What became of each by then."""
        traces = [Trace(capture) for capture in captures]
        self.env.process(self._arrivals(traces))
        self.env.run(until=until_min)
        return traces

    def _arrivals(self, traces: list[Trace]) -> Generator[simpy.Event, Any, None]:
        for trace in sorted(traces, key=lambda trace: trace.capture.arrives_min):
            yield self.env.timeout(trace.capture.arrives_min - self.env.now)
            self.env.process(self._follow(trace))

    def _follow(self, trace: Trace) -> Generator[simpy.Event, Any, None]:
        for n, stage in enumerate(STAGES):
            arrived_min = self.env.now
            turn = self.lines[stage].join(stage, trace, self.env)
            self._serve(stage)
            yield turn
            trace.waited_min += self.env.now - arrived_min
            paid_min = self._paid_min(stage, trace, trace.capture.work_min[n])
            yield self.env.timeout(paid_min)
            self.busy_min[stage] += paid_min
            trace.dollars += paid_min * per_minute(stage, spot=self.spot)
            self._free[stage] += 1
            self._serve(stage)
        trace.done_min = self.env.now

    def _serve(self, stage: str) -> None:
        while self._free[stage] and self.lines[stage].call_next():
            self._free[stage] -= 1

    def _paid_min(self, stage: str, trace: Trace, work_min: float) -> float:
        """Minutes on the machine: what Spot takes away is done again, from the last checkpoint."""
        paid_min = START_MIN + work_min
        if not (self.spot and stage == "train"):
            return paid_min
        left_min = work_min
        while (survives_min := self._rng.expovariate(INTERRUPTIONS_PER_HOUR / 60)) < left_min:
            lost_min = min(survives_min, self._rng.uniform(0, CHECKPOINT_MIN))
            left_min -= survives_min - lost_min
            paid_min += START_MIN + lost_min
            trace.interruptions += 1
        return paid_min


def arrivals(per_day: float, days: float, seed: int = 0) -> list[Capture]:
    """Captures of as many tenants as there are captures a week, twice the average at noon.

    People fly by day: the rate is a raised cosine, thinned from a Poisson process.
    """
    rng = random.Random(seed)
    captures: list[Capture] = []
    tenants = max(2, round(per_day * 7))
    for at_min in _moments(per_day, days, rng):
        tenant = f"tenant-{rng.randrange(tenants)}"
        captures.append(Capture(len(captures), tenant, at_min, work_min(rng)))
    return captures


def flood(count: int, at_min: float, number_from: int, seed: int = 1) -> list[Capture]:
    """One tenant's captures, all at once."""
    rng = random.Random(seed)
    return [Capture(number_from + n, "flood", at_min, work_min(rng)) for n in range(count)]


def middle(span: Span) -> float:
    """The middle of a range in which the factor up is as likely as the factor down."""
    return math.sqrt(span.low * span.high)


START_MIN = middle(table.START_MIN)


def per_minute(stage: str, *, spot: bool) -> float:
    """Dollars of a stage's machine."""
    share = table.SPOT_SHARE.low if spot and stage == "train" else 1.0
    return table.MACHINES[MACHINES[STAGES.index(stage)]].dollars_per_hour / 60 * share


def _moments(per_day: float, days: float, rng: random.Random) -> Iterator[float]:
    at_min, peak_per_min = 0.0, 2 * per_day / DAY_MIN
    while (at_min := at_min + rng.expovariate(peak_per_min)) < days * DAY_MIN:
        if rng.random() < (1 - math.cos(2 * math.pi * at_min / DAY_MIN)) / 2:
            yield at_min


def _work_min(photos: int, quality: Quality) -> tuple[float, float, float]:
    fleet = Fleet(dict(zip(Stage, MACHINES, strict=True)))
    found = estimate(Ask(photos, PHOTO_PIXELS, quality), fleet)
    assert found.sfm and found.train and found.compress
    sfm, train, compress = (
        middle(cost.minutes) - START_MIN for cost in (found.sfm, found.train, found.compress)
    )
    return sfm, train, compress


WORK_MIN = {(photos, quality): _work_min(photos, quality) for _, photos, quality in SIZES}


def work_min(rng: random.Random) -> tuple[float, float, float]:
    """Minutes of work of a capture that somebody might bring, per stage."""
    (_, photos, quality) = rng.choices(SIZES, [share for share, _, _ in SIZES])[0]
    return WORK_MIN[photos, quality]
