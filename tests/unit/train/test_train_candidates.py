"""The candidate follows from the capture, and from nothing that changes between two runs."""

from typing import cast

import pytest

from spaceport_contracts.results import Quality
from spaceport_train.job.candidates import (
    EFFORTS,
    FEWEST_GAUSSIANS,
    Candidate,
    Facts,
    candidates,
    work_s,
)
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.schedule import Moment, pixel_share
from spaceport_train.job.train import _best
from spaceport_train.job.trainer import Course, Trainer

DRAFT = TrainOptions(quality=Quality.DRAFT)
MOST = 400_000


def test_more_photos_and_more_pixels_mean_more_gaussians() -> None:
    few = candidates(Facts(15, 360_000), "cpu", DRAFT, MOST)
    many = candidates(Facts(60, 360_000), "cpu", DRAFT, MOST)
    fine = candidates(Facts(15, 1_440_000), "cpu", DRAFT, MOST)
    assert [candidate.gaussians for candidate in many] == [
        4 * candidate.gaussians for candidate in few
    ]
    assert [candidate.gaussians for candidate in fine] == [
        2 * candidate.gaussians for candidate in few
    ]


@pytest.mark.parametrize("photos", [3, 15, 35, 200, 2000])
@pytest.mark.parametrize("quality", list(Quality))
def test_work_stays_within_the_limit(quality: Quality, photos: int) -> None:
    effort = EFFORTS["cpu", quality]
    pixels = effort.side_px**2 * 9 // 16
    assert effort.work_limit_s is not None
    for candidate in candidates(Facts(photos, pixels), "cpu", TrainOptions(quality=quality), MOST):
        assert work_s(candidate, pixels, candidate.steps) <= effort.work_limit_s
        assert candidate.steps >= 20
        assert FEWEST_GAUSSIANS <= candidate.gaussians <= MOST


def test_a_named_number_needs_no_pilots() -> None:
    (candidate,) = candidates(Facts(15, 360_000), "cpu", TrainOptions(gaussians=5000), MOST)
    assert candidate.gaussians == 5000


def test_small_memory_leaves_one_candidate() -> None:
    assert len(candidates(Facts(100, 360_000), "cuda", DRAFT, 50_000)) == 1


def test_budget_multiplies_the_steps() -> None:
    one, two = (
        candidates(Facts(15, 360_000), "cpu", TrainOptions(budget=b), MOST)[0] for b in (1, 2)
    )
    assert two.steps == 2 * one.steps


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

    def __init__(self, candidate: Candidate, psnr_db: float) -> None:
        self.candidate = candidate
        self.course = Course(step=candidate.pilot_steps, history=[(candidate.pilot_steps, psnr_db)])


@pytest.mark.parametrize(
    ("scores_db", "expected"),
    [
        ((20.0, 20.1, 20.1), 1),
        ((20.0, 20.5, 20.6), 2),
        ((20.0, 20.1, 20.3), 3),
        ((9.0, 8.0, 7.0), 1),
    ],
)
def test_more_gaussians_must_earn_their_place(scores_db: tuple[float, ...], expected: int) -> None:
    tried = tuple(Candidate(n, 100) for n in (1, 2, 3))

    def trainer_of(candidate: Candidate) -> Trainer:
        return cast("Trainer", Piloted(candidate, scores_db[candidate.gaussians - 1]))

    assert _best(tried, trainer_of).gaussians == expected
