"""The candidate follows from the capture, and from nothing that changes between two runs."""

from itertools import pairwise
from typing import cast

import pytest

from spaceport_contracts.results import Quality
from spaceport_train.job.candidates import (
    EFFORTS,
    FEWEST_GAUSSIANS,
    MARGIN_DB,
    WORK_GROWTH,
    Candidate,
    Facts,
    Work,
    candidates,
    work_s,
)
from spaceport_train.job.look import Look
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.schedule import AS_THEY_ARE, RATES_STEPS, Moment, finale_steps, pixel_share
from spaceport_train.job.train import _best
from spaceport_train.job.trainer import Course, Trainer

DRAFT = TrainOptions(quality=Quality.DRAFT)
MOST = 400_000


def whole_s(tried: tuple[Candidate, ...], pixels: int) -> float:
    """Work of the dearest choice: its training, its last part, the pilots of the others."""
    return max(
        work_s(it, pixels, it.steps)
        + work_s(it, pixels, it.steps)
        - work_s(it, pixels, it.steps - finale_steps(it.steps))
        + sum(work_s(p, pixels, p.pilot_steps) for p in tried if p != it)
        for it in tried
    )


def plan_of(quality: Quality, photos: int, pixels: int) -> tuple[Candidate, ...]:
    return candidates(Facts(photos, pixels), "cpu", TrainOptions(quality=quality), MOST)


@pytest.mark.parametrize("photos", [3, 15, 35, 200, 2000])
@pytest.mark.parametrize("quality", list(Quality))
def test_all_work_stays_within_a_budget_that_grows_with_the_capture(
    quality: Quality, photos: int
) -> None:
    effort = EFFORTS["cpu", quality]
    assert isinstance(effort.plan, Work)
    pixels = effort.side_px**2 * 9 // 16
    limit_s = effort.plan.one_s * (photos * pixels / 1e6) ** WORK_GROWTH
    tried = plan_of(quality, photos, pixels)
    assert whole_s(tried, pixels) <= limit_s
    assert whole_s(plan_of(quality, 2 * photos, pixels), pixels) > 1.2 * whole_s(tried, pixels)
    for candidate in tried:
        assert FEWEST_GAUSSIANS <= candidate.gaussians <= MOST
        assert candidate.steps <= max(effort.plan.most_looks * photos, effort.plan.least_steps)


@pytest.mark.parametrize("photos", [8, 15, 60, 300])
def test_more_effort_is_more_gaussians_and_more_steps(photos: int) -> None:
    plans = [plan_of(quality, photos, 480_000) for quality in Quality]
    for less, more in pairwise(plans):
        assert more[0].gaussians > less[0].gaussians
        assert more[0].steps > less[0].steps


def test_many_photos_get_steps_and_few_get_gaussians() -> None:
    few, many = (plan_of(Quality.DRAFT, photos, 480_000)[-1] for photos in (15, 300))
    assert many.steps > 2 * few.steps
    assert many.gaussians < 4 * few.gaussians
    assert few.gaussians / 15 > 5 * (many.gaussians / 300)


def test_inside_the_budget_one_is_traded_for_the_other() -> None:
    plan = EFFORTS["cpu", Quality.DRAFT].plan
    assert isinstance(plan, Work)
    small, large = plan_of(Quality.DRAFT, 65, 480_000)
    first, second = plan.shares
    assert large.gaussians == pytest.approx(second / first * small.gaussians, rel=0.01)
    assert large.steps < small.steps


def test_a_named_number_needs_no_pilots() -> None:
    (candidate,) = candidates(Facts(15, 360_000), "cpu", TrainOptions(gaussians=5000), MOST)
    assert candidate.gaussians == 5000


def test_small_memory_leaves_one_candidate() -> None:
    assert len(candidates(Facts(100, 360_000), "cuda", DRAFT, 50_000)) == 1


def test_budget_multiplies_the_work() -> None:
    one_s, two_s = (
        whole_s(candidates(Facts(40, 360_000), "cpu", TrainOptions(budget=b), MOST), 360_000)
        for b in (1, 2)
    )
    assert two_s == pytest.approx(2 * one_s, rel=0.1)


@pytest.mark.parametrize("photos", [15, 60, 300])
def test_less_work_has_fewer_steps_and_fewer_gaussians_alike(photos: int) -> None:
    fifth, whole = (
        candidates(Facts(photos, 480_000), "cpu", TrainOptions(budget=b), MOST) for b in (0.2, 1)
    )
    for less, more in zip(fifth, whole, strict=True):
        assert 0.3 < (less.steps / more.steps) / (less.gaussians / more.gaussians) < 3


def test_few_steps_begin_in_haste_and_end_as_all_do() -> None:
    for steps in (300, 3000):
        first, last = Moment(0, steps), Moment(steps, steps)
        for name, rate in first.quick_rates(1.0).items():
            haste = 1.0 if name in AS_THEY_ARE else (RATES_STEPS / steps) ** 0.5
            assert rate == pytest.approx(haste * first.rates(1.0)[name])
        assert last.quick_rates(1.0) == pytest.approx(last.rates(1.0))
        slow = Moment(0, steps, slowdown=0.5).quick_rates(1.0)
        assert slow["scales"] == pytest.approx(first.quick_rates(1.0)["scales"] / 2)
    many = Moment(0, 2 * RATES_STEPS)
    assert many.quick_rates(1.0) == many.rates(1.0)


def test_the_schedule_goes_by_the_fraction_done() -> None:
    for steps in (100, 5000):
        moments = [Moment(step, steps) for step in range(steps)]
        levels = [moments[round(f * steps)].level for f in (0, 0.05, 0.1, 0.29, 0.3)]
        assert levels == [4, 4, 2, 2, 1]
        degrees = [moments[round(f * steps)].sh_degree(3) for f in (0, 0.08, 0.16, 0.5)]
        assert degrees == [0, 1, 2, 3]
        assert not any(moment.densify for moment in moments[round(0.6 * steps) :])
        assert moments[-1].evaluate
    assert sum(Moment(step, 5000).densify for step in range(5000)) == pytest.approx(24, abs=1)
    assert Moment(0, 10, least_level=8).level == 8
    assert Moment(99, 100, slowdown=0.5).rates(1)["sh0"] == 1.25e-3


def test_the_share_of_pixels_is_what_the_schedule_renders() -> None:
    steps = 1000
    rendered = [1 / Moment(step, steps).level ** 2 for step in range(steps)]
    for until in (50, 100, 250, 300, 1000):
        assert pixel_share(until / steps) == pytest.approx(sum(rendered[:until]) / steps)


class Piloted:
    """A trainer whose pilot ends with a known figure."""

    def __init__(self, candidate: Candidate, mix_db: float) -> None:
        self.candidate = candidate
        looks = [Look(candidate.pilot_steps, 20.0, mix_db), Look(candidate.steps, 99.0, 99.0)]
        self.course = Course(step=candidate.pilot_steps, history=looks)


@pytest.mark.parametrize(
    ("margins", "expected"),
    [
        ((0.0, 0.5, 0.9), 1),
        ((0.0, 1.5, 1.9), 2),
        ((0.0, 0.9, 2.1), 4),  # small steps up that earn it together
        ((0.0, -3.0, -9.0), 1),
    ],
)
def test_more_gaussians_must_earn_their_place(margins: tuple[float, ...], expected: int) -> None:
    tried = tuple(Candidate(n, 100) for n in (1, 2, 4))
    mixes_db = [8 + MARGIN_DB * it for it in margins]

    def trainer_of(candidate: Candidate) -> Trainer:
        return cast("Trainer", Piloted(candidate, mixes_db[tried.index(candidate)]))

    chosen, pilots = _best(tried, trainer_of)
    assert chosen.gaussians == expected
    assert [pilot.mix_db for pilot in pilots] == mixes_db
    assert [pilot.gaussians for pilot in pilots if pilot.chosen] == [expected]
