"""From photos, pixels and quality to minutes and dollars: nothing but the table's arithmetic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from spaceport_contracts.estimate import Cost, Estimate, Span
from spaceport_contracts.events import Stage
from spaceport_contracts.results import Quality
from spaceport_ingest.estimates import table

STAGES = tuple(Stage)
CENTS, TENTHS = 4, 2  # digits that are kept


@dataclass(frozen=True)
class Ask:
    """What is to be estimated; the stages before `start_at` are not run."""

    photos: int
    pixels_per_photo: int
    quality: Quality = Quality.STANDARD
    start_at: Stage = Stage.SFM

    @property
    def megapixels(self) -> float:
        """Of one photo."""
        return self.pixels_per_photo / table.MEGA


@dataclass(frozen=True)
class Fleet:
    """Where the stages run: an instance type each; a stage without one runs on this machine."""

    machines: Mapping[Stage, str] = field(default_factory=dict)
    cores: int = 1
    spot: bool = False


def estimate(ask: Ask, fleet: Fleet) -> Estimate:
    """Minutes and dollars of every stage that is run, and of all."""
    run = STAGES[STAGES.index(ask.start_at) :]
    costs = {stage: _cost(stage, ask, fleet) for stage in run}
    dollars = [cost.dollars for cost in costs.values()]
    known = [each for each in dollars if each is not None]
    return Estimate(
        photos=ask.photos,
        pixels_per_photo=ask.pixels_per_photo,
        sfm=costs.get(Stage.SFM),
        train=costs.get(Stage.TRAIN),
        compress=costs.get(Stage.COMPRESS),
        total=Cost(
            minutes=_sum(cost.minutes for cost in costs.values()),
            dollars=_sum(known) if len(known) == len(dollars) else None,
        ),
        basis=_basis(fleet),
    )


def _cost(stage: Stage, ask: Ask, fleet: Fleet) -> Cost:
    kind = fleet.machines.get(stage)
    if kind is None:
        seconds = cpu_s(stage, ask) / fleet.cores + table.JOB_START_S
        minutes = _spread(seconds, spread_of(stage), 1 / 60)
        return Cost(minutes=_rounded(minutes, TENTHS), dollars=Span(low=0, high=0))
    machine = table.MACHINES.get(kind)
    working = _minutes_on(stage, ask, machine)
    minutes = _sum([working, table.START_MIN])
    if machine is None:
        return Cost(minutes=_rounded(minutes, TENTHS), dollars=None)
    share = table.SPOT_SHARE if fleet.spot and stage is Stage.TRAIN else Span(low=1, high=1)
    per_minute = machine.dollars_per_hour / 60
    dollars = _times(minutes, share, per_minute)
    return Cost(minutes=_rounded(minutes, TENTHS), dollars=_rounded(dollars, CENTS))


def cpu_s(stage: Stage, ask: Ask) -> float:
    """CPU seconds on one core of the machine that was measured, without a GPU."""
    if stage is Stage.SFM:
        per_photo = table.SFM_CPU_S_PER_PHOTO[ask.quality]
        per_photo += table.SFM_CPU_S_PER_PARTNER * min(ask.photos, table.MOST_PARTNERS)
        return ask.photos * (per_photo + table.DECODE_CPU_S_PER_MEGAPIXEL * ask.megapixels)
    if stage is Stage.COMPRESS:
        return table.COMPRESS_CPU_S + table.COMPRESS_CPU_S_PER_PHOTO * ask.photos
    return table.TRAIN_CPU_S_PER_WORK_S * _training_work_s(ask)


def spread_of(stage: Stage) -> Span:
    """What a capture may take over what it is estimated to."""
    return table.SFM_SPREAD if stage is Stage.SFM else table.SPREAD


def _training_work_s(ask: Ask) -> float:
    """The work that train's plan allows all candidates and the last part together."""
    effort = table.CPU_TRAINING[ask.quality]
    pixels = min(effort.side_px**2 * table.ASPECT, ask.pixels_per_photo)
    return effort.one_s * float((ask.photos * pixels / table.MEGA) ** table.WORK_GROWTH)


def _minutes_on(stage: Stage, ask: Ask, machine: table.Machine | None) -> Span:
    """On AWS; a machine that the table does not know is taken for the smallest that it knows."""
    known = machine or min(table.MACHINES.values(), key=lambda each: each.vcpus)
    if stage is Stage.TRAIN and known.step_s is not None:
        steps = table.GPU_STEPS[ask.quality].of(ask.photos)
        return _times(known.step_s, Span(low=steps, high=steps), 1 / 60)
    share = table.PARALLEL
    busy = Span(low=1 / (known.vcpus * share.high), high=1 / (known.vcpus * share.low))
    if stage is Stage.COMPRESS:
        return _times(table.COMPRESS_CPU_S_ON_AWS, busy, 1 / 60)
    return _times(_spread(cpu_s(stage, ask), spread_of(stage)), busy, 1 / 60)


def _basis(fleet: Fleet) -> str:
    if not fleet.machines:
        return (
            f"Times fitted to runs without a GPU on {table.MEASURED_ON} and taken to shrink with "
            f"this machine's {fleet.cores} cores; nothing is charged here."
        )
    unknown = sorted({kind for kind in fleet.machines.values() if kind not in table.MACHINES})
    words = (
        f"AWS list prices (us-east-1) as read in {table.PRICED_ON}; times were measured elsewhere "
        f"on {table.MEASURED_ON} or published, and not on AWS."
    )
    return words + (f" The price of {', '.join(unknown)} is not known." if unknown else "")


def _spread(value: float, span: Span, factor: float = 1.0) -> Span:
    return Span(low=value * span.low * factor, high=value * span.high * factor)


def _times(one: Span, other: Span, factor: float) -> Span:
    return Span(low=one.low * other.low * factor, high=one.high * other.high * factor)


def _sum(spans: Iterable[Span]) -> Span:
    listed = list(spans)
    total = Span(low=sum(span.low for span in listed), high=sum(span.high for span in listed))
    return _rounded(total, CENTS)


def _rounded(span: Span, digits: int) -> Span:
    return Span(low=round(span.low, digits), high=round(span.high, digits))
