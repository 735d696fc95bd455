"""How many Gaussians and how many steps: they follow from the capture.

**Steps.** Every training photo is used `passes` times (at least `least_steps` steps in all), within
a limit of work. Work is counted by a cost model in CPU seconds of a reference core, never by the
clock: the same capture gives the same candidates, and the same bits, on a busy machine.

**Gaussians.** In proportion to the training photos and to the square root of their pixels. Per
photo it depends on what the capture shows: on 15 photos of water 0.7k were best and more overfit,
on a nadir block of 65 photos 1.8k (findings/train.md, section 2). So there are candidates: each is
trained for `PILOT` of its steps, then the one whose validation photos look best goes on from there;
a larger one must be better by `MARGIN_DB`, because more Gaussians lead early and may lose later (18
photos of water: equal after the pilot, 0.2 dB worse in the end). The pilot of the winner is the
beginning of its training: only the losers' work is extra.

**Length.** Training stops when the validation photos have not improved for `PATIENCE` of the steps,
and the best splat is kept, not the last. Test photos choose nothing (scene/split.py).
"""

from dataclasses import dataclass

from spaceport_contracts.results import Quality
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.schedule import pixel_share

REFERENCE_PIXELS = 800 * 450
PILOT = 0.4
MARGIN_DB = 0.2
PATIENCE = 0.15
FEWEST_GAUSSIANS = 2000
SH_DEGREE = 3
# CPU milliseconds of one step on the reference core: findings/train.md, section 3, fitted.
MS_PER_PIXEL = 1.0e-4
MS_PER_GAUSSIAN = 6.0e-4


@dataclass(frozen=True)
class Effort:
    """What a quality preset means on one kind of device.

    side_px: the photos' long side; work_limit_s: CPU seconds of the reference core, None where
    steps cost little; per_photo: candidates, Gaussians per training photo of 800 x 450.
    """

    side_px: int
    passes: int
    least_steps: int
    most_steps: int
    work_limit_s: float | None
    per_photo: tuple[int, ...]


EFFORTS: dict[tuple[str, Quality], Effort] = {
    ("cpu", Quality.DRAFT): Effort(800, 50, 900, 3000, 75, (600, 1500)),
    ("cpu", Quality.STANDARD): Effort(1200, 60, 1200, 12000, 900, (600, 1500, 3000)),
    ("cpu", Quality.HIGH): Effort(1600, 120, 2400, 30000, 3600, (600, 1500, 3000)),
    ("cuda", Quality.DRAFT): Effort(1200, 60, 3000, 7000, None, (1500, 4000)),
    ("cuda", Quality.STANDARD): Effort(1600, 100, 7000, 15000, None, (1500, 4000, 10000)),
    ("cuda", Quality.HIGH): Effort(1600, 150, 15000, 30000, None, (1500, 4000, 10000)),
}


@dataclass(frozen=True)
class Facts:
    """What the candidates follow from: see `Scene`."""

    training_photos: int
    pixels: int


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
    effort = EFFORTS[device, options.quality]
    most_gaussians = min(most_gaussians, options.wanted.max_gaussians or most_gaussians)
    degree = SH_DEGREE if options.wanted.sh_degree is None else options.wanted.sh_degree
    if options.gaussians is not None:
        counts = [min(options.gaussians, most_gaussians)]
    else:
        detail = (facts.pixels / REFERENCE_PIXELS) ** 0.5
        wanted = (round(k * facts.training_photos * detail) for k in effort.per_photo)
        counts = sorted({min(max(n, FEWEST_GAUSSIANS), most_gaussians) for n in wanted})
    steps = max(effort.passes * facts.training_photos, effort.least_steps)
    steps = min(steps, effort.most_steps)
    return tuple(
        Candidate(n, _affordable(steps, n, facts, effort, options.budget), degree) for n in counts
    )


def _affordable(steps: int, gaussians: int, facts: Facts, effort: Effort, budget: float) -> int:
    if effort.work_limit_s is not None:
        whole_s = work_s(Candidate(gaussians, steps), facts.pixels, steps)
        steps = min(steps, int(steps * effort.work_limit_s / whole_s))
    return max(round(steps * budget), 20)
