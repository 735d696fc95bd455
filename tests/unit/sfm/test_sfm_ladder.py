"""What is tried next, with reconstructions that are only numbers."""

from spaceport_contracts.results import Quality
from spaceport_sfm.job.effort import EFFORTS
from spaceport_sfm.job.mapping.focal_lock import disagrees, should_lock
from spaceport_sfm.job.mapping.ladder import Rung, Trial, climb, rungs

DRAFT, HIGH = EFFORTS[Quality.DRAFT], EFFORTS[Quality.HIGH]


class Tries:
    """Answers each rung from a table of registered and linked photos; remembers the order."""

    def __init__(self, answers: dict[str, tuple[int, ...]], total: int = 20) -> None:
        self.names: list[str] = []
        self._answers = answers
        self._total = total

    def __call__(self, rung: Rung) -> Trial[str]:
        self.names.append(rung.name)
        registered, linked, *total = self._answers[rung.name]
        return Trial(rung, total[0] if total else self._total, registered, linked, rung.name)


def test_the_first_rung_suffices_for_a_good_capture() -> None:
    tries = Tries({"tuned": (20, 20)})
    assert climb(rungs(DRAFT), tries).model == "tuned"
    assert tries.names == ["tuned"]


def test_the_best_trial_wins_when_none_is_enough() -> None:
    tries = Tries(
        {
            "tuned": (5, 15),
            "every pair": (6, 20),
            "more features": (14, 20),
            "relaxed mapper": (12, 20),
            "global mapper": (10, 20),
        }
    )
    assert climb(rungs(DRAFT), tries).model == "more features"
    assert len(tries.names) == 5


def test_another_mapper_is_not_tried_on_photos_that_nothing_connects() -> None:
    tries = Tries({"tuned": (8, 8), "every pair": (8, 8), "more features": (8, 8)})
    climb(rungs(DRAFT), tries)
    assert tries.names == ["tuned", "every pair", "more features"]


def test_nothing_more_is_tried_for_strangers() -> None:
    """Six photos of another camera, of another place: every pair was tried, and that is that."""
    tries = Tries({"tuned": (14, 14, 20), "every pair": (14, 14, 14)})
    assert climb(rungs(DRAFT), tries).registered == 14
    assert tries.names == ["tuned", "every pair"]


def test_every_pair_is_skipped_where_all_hang_together() -> None:
    tries = Tries({"tuned": (5, 20), "more features": (19, 20)})
    climb(rungs(DRAFT), tries)
    assert tries.names == ["tuned", "more features"]


def test_a_preset_that_starts_with_all_features_has_none_to_add() -> None:
    tries = Tries({"tuned": (3, 20), "relaxed mapper": (19, 20)})
    assert climb(rungs(HIGH), tries).model == "relaxed mapper"
    assert tries.names == ["tuned", "relaxed mapper"]


def test_focal_length_is_locked_when_the_photos_do_not_mind() -> None:
    # Brighton beach: free .70, sensor .585 of the width.
    assert disagrees(0.70, 0.585)
    assert should_lock(0.4393 / 0.4388, 0.70, 0.585)
    assert not should_lock(0.45 / 0.40, 0.70, 0.585)
    assert not disagrees(0.60, 0.585)
    assert not disagrees(0.70, None)


def test_a_lens_twice_as_long_as_its_maker_says_must_cost_more_to_be_believed() -> None:
    """Six photos of one strip: free 1.30 of the width, sensor .585, and nothing to tell by."""
    assert should_lock(1.03, 1.30, 0.585)
    assert not should_lock(1.03, 0.62, 0.585)
    assert not should_lock(1.2, 1.30, 0.585)
