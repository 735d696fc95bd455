"""How many Gaussians and how many steps: they follow from the capture.

**Work.** On a CPU a training has a budget of CPU seconds of a reference core, counted by a cost
model, never by the clock: the same capture gives the same candidates, and the same bits, on a busy
machine. It grows with all training pixels, four times for ten times as many: every photo needs
work, but each shows what others show too. Pilots and the last part are paid from it.

**Gaussians against steps.** Both cost work, so one is traded for the other. The fewest steps that
make sense (some for the schedules, more for more photos) leave room for a
largest number of Gaussians; the candidates are shares of that, and take the steps that the work
still pays for. Few photos are cheap to look at often, so they get Gaussians; many photos need the
work for their looks (findings/count.md). More or less work than a preset's (`budget`) is shared
evenly: twice the steps, and the Gaussians too, for four times the work.

**The choice.** Each candidate is trained for `PILOT` of its steps, then the one whose validation
photos look best goes on from there. Best is by `mix_db` of PSNR, SSIM and sharpness, because PSNR
alone prefers blur. Every doubling of the Gaussians must earn `MARGIN_DB`: more of them lead early,
and cost everybody who looks at the splat.
The pilot of the winner is the beginning of its training: only the losers' work is extra.

**Length.** When the validation photos have not gained `LEAST_GAIN_DB` in `PATIENCE` of the steps,
only the last part of the schedule is left, from the best splat on; and the best is kept, not the
last. Test photos choose nothing (scene/split.py).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spaceport_contracts.results import Quality
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.schedule import FINALE, pixel_share

REFERENCE_PIXELS = 800 * 450
PILOT = 0.4
MARGIN_DB = 0.1
PATIENCE = 0.2
LEAST_GAIN_DB = 0.02  # of the mix: less is what one look differs from the next by
WORK_GROWTH, STEPS_GROWTH = 0.6, 0.7
STEPS_BY_BUDGET = 0.5  # as between the presets, where 15 times the work has 4 times the steps
STEPS_PHOTOS = 17  # photos**STEPS_GROWTH that take twice the steps: about 57 photos
FEWEST_GAUSSIANS = 2000
FEWEST_STEPS = 20
SH_DEGREE = 3
# CPU milliseconds of one step on the reference core: findings/train.md, section 3, fitted.
MS_PER_PIXEL = 1.0e-4
MS_PER_GAUSSIAN = 6.0e-4


@dataclass(frozen=True)
class Work:
    """What a quality preset may cost on a CPU.

    one_s: CPU seconds of the reference core for one megapixel of training photos; least_steps:
    for a single photo; most_looks: how often each photo is used at most; shares: candidates, as
    shares of the Gaussians that the work pays for at the fewest steps.
    """

    one_s: float
    least_steps: int
    most_looks: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Passes:
    """What a quality preset does where steps cost little.

    per_photo: candidates, Gaussians per training photo of 800 x 450.
    """

    passes: int
    least_steps: int
    most_steps: int
    per_photo: tuple[int, ...]


@dataclass(frozen=True)
class Effort:
    """A quality preset on one kind of device; side_px: the photos' long side."""

    side_px: int
    plan: Work | Passes


_TWO, _THREE = (1 / 6, 1 / 2), (1 / 8, 1 / 4, 1 / 2)
EFFORTS: dict[tuple[str, Quality], Effort] = {
    ("cpu", Quality.DRAFT): Effort(800, Work(50, 600, 150, _TWO)),
    ("cpu", Quality.STANDARD): Effort(1200, Work(250, 1200, 300, _THREE)),
    ("cpu", Quality.HIGH): Effort(1600, Work(750, 2400, 600, _THREE)),
    ("cuda", Quality.DRAFT): Effort(1200, Passes(60, 3000, 7000, (1500, 4000))),
    ("cuda", Quality.STANDARD): Effort(1600, Passes(100, 7000, 15000, (1500, 4000, 10000))),
    ("cuda", Quality.HIGH): Effort(1600, Passes(150, 15000, 30000, (1500, 4000, 10000))),
}


@dataclass(frozen=True)
class Facts:
    """What the candidates follow from: see `Scene`."""

    training_photos: int
    pixels: int

    @property
    def megapixels(self) -> float:
        """Of all training photos together."""
        return self.training_photos * self.pixels / 1e6


@dataclass(frozen=True)
class Candidate:
    """One training: how many Gaussians in the end, and how many steps."""

    gaussians: int
    steps: int
    sh_degree: int = SH_DEGREE

    @property
    def pilot_steps(self) -> int:
        """After how many steps candidates are compared."""
        return round(PILOT * self.steps)


def best_of(tried: tuple[Candidate, ...], mixes_db: Sequence[float]) -> Candidate:
    """Of candidates, smallest first, the one whose mix is highest less the price of its size."""
    sizes = [math.log2(it.gaussians / tried[0].gaussians) for it in tried]
    worth_db = [mix - MARGIN_DB * size for mix, size in zip(mixes_db, sizes, strict=True)]
    return tried[worth_db.index(max(worth_db))]


def work_s(candidate: Candidate, pixels: int, steps: int) -> float:
    """CPU seconds of the first `steps` of a candidate on the reference core.

    pixels: of a photo at full training size; the first steps render smaller ones.
    """
    rendered = pixels * pixel_share(steps / candidate.steps) * candidate.steps
    return (MS_PER_PIXEL * rendered + MS_PER_GAUSSIAN * candidate.gaussians * steps) / 1000


def candidates(
    facts: Facts, device: str, options: TrainOptions, most_gaussians: int
) -> tuple[Candidate, ...]:
    """The trainings to compare, smallest first; one only when the options name the number."""
    plan = EFFORTS[device, options.quality].plan
    most_gaussians = min(most_gaussians, options.wanted.max_gaussians or most_gaussians)
    if isinstance(plan, Work):
        return _worked(plan, facts, options, most_gaussians)
    return _passed(plan, facts, options, most_gaussians)


def _worked(
    plan: Work, facts: Facts, options: TrainOptions, most_gaussians: int
) -> tuple[Candidate, ...]:
    whole_s = plan.one_s * facts.megapixels**WORK_GROWTH * options.budget
    once = plan.least_steps * options.budget**STEPS_BY_BUDGET
    least_steps = once * (1 + facts.training_photos**STEPS_GROWTH / STEPS_PHOTOS)
    looking_ms = MS_PER_PIXEL * facts.pixels * pixel_share(1.0)
    step_ms = 1000 * _share_s(whole_s, len(plan.shares)) / least_steps
    largest = (step_ms - looking_ms) / MS_PER_GAUSSIAN
    counts = _within([share * largest for share in plan.shares], options, most_gaussians)
    most_steps = max(plan.most_looks * facts.training_photos, plan.least_steps)
    each_ms = 1000 * _share_s(whole_s, len(counts))
    steps = (int(each_ms / (looking_ms + MS_PER_GAUSSIAN * n)) for n in counts)
    return tuple(
        Candidate(n, max(min(it, most_steps), FEWEST_STEPS), _degree(options))
        for n, it in zip(counts, steps, strict=True)
    )


def _share_s(whole_s: float, tried: int) -> float:
    """What one of the candidates may cost beside the others' pilots and the last part.

    A step of the last part, at full size, costs up to two mean ones.
    """
    return whole_s / (1 + PILOT * (tried - 1) + 2 * FINALE)


def _passed(
    plan: Passes, facts: Facts, options: TrainOptions, most_gaussians: int
) -> tuple[Candidate, ...]:
    detail = (facts.pixels / REFERENCE_PIXELS) ** 0.5
    wanted = [k * facts.training_photos * detail for k in plan.per_photo]
    steps = max(plan.passes * facts.training_photos, plan.least_steps)
    steps = max(round(min(steps, plan.most_steps) * options.budget), FEWEST_STEPS)
    counts = _within(wanted, options, most_gaussians)
    return tuple(Candidate(n, steps, _degree(options)) for n in counts)


def _within(wanted: list[float], options: TrainOptions, most_gaussians: int) -> list[int]:
    if options.gaussians is not None:
        return [min(options.gaussians, most_gaussians)]
    return sorted({min(max(round(n), FEWEST_GAUSSIANS), most_gaussians) for n in wanted})


def _degree(options: TrainOptions) -> int:
    return SH_DEGREE if options.wanted.sh_degree is None else options.wanted.sh_degree
