"""Three kinds of photo, whatever the flight: nothing is judged by what chose it, or by an end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.train import posed

from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.scene import read_scene
from spaceport_train.job.scene.split import MOST_VALIDATION, Doubles, inner_photos, split_photos
from spaceport_train.job.train import train_scene


def line(photos: int) -> Doubles:
    return np.array([[5.0 * n, 0, 40] for n in range(photos)])


def strips(count: int, each: int, jitter_m: float = 0.4) -> Doubles:
    """To and fro, as a mapping flight, with a drone's wobble."""
    along = [range(each) if n % 2 == 0 else range(each - 1, -1, -1) for n in range(count)]
    at = [(5.0 * x, 8.0 * n, 40.0) for n, xs in enumerate(along) for x in xs]
    return np.array(at) + np.random.default_rng(1).normal(0, jitter_m, (count * each, 3))


def orbit(photos: int) -> Doubles:
    angle = np.linspace(0, 2 * np.pi, photos, endpoint=False)
    return np.array([[20 * np.cos(a), 20 * np.sin(a), 15] for a in angle])


ON_A_LINE = [
    (3, (1,), ()),
    (5, (2,), ()),
    (6, (4,), ()),
    (8, (4,), (2,)),
    (10, (4,), (6,)),
    (18, (4, 12), (8,)),
    (21, (4, 12, 19), (8, 15)),
    (29, (4, 12, 20, 27), (8, 16, 23)),
]


@pytest.mark.parametrize(("photos", "test", "validation"), ON_A_LINE)
def test_a_line_is_split_evenly(
    photos: int, test: tuple[int, ...], validation: tuple[int, ...]
) -> None:
    split = split_photos(line(photos))
    assert (split.test, split.validation) == (test, validation)


@pytest.mark.parametrize("each", [5, 7, 9, 12])
def test_the_ends_of_strips_judge_nothing(each: int) -> None:
    split = split_photos(strips(6, each))
    ends = {n * each + end for n in range(6) for end in (0, each - 1)}
    assert not ends & {*split.test, *split.validation}
    assert len(split.test) >= 6 * each // 8 - 1
    assert np.diff(split.test).max() <= 2 * 8  # spread over the whole flight


def test_an_orbit_has_no_ends_but_the_first_and_the_last() -> None:
    assert inner_photos(orbit(28)) == set(range(1, 27))


def test_the_far_side_of_a_jump_is_an_end() -> None:
    two_places = np.concatenate([line(10), line(10) + np.array([0, 500, 0])])
    assert {9, 10} & inner_photos(two_places) == set()


@given(
    st.integers(3, 80), st.integers(0, 7), st.sampled_from(["line", "orbit", "shuffled", "hover"])
)
def test_every_photo_is_of_one_kind(photos: int, offset: int, flight: str) -> None:
    centres = orbit(photos) if flight == "orbit" else line(photos)
    if flight == "shuffled":
        centres = np.random.default_rng(photos).permutation(centres)
    if flight == "hover":
        centres[:] = centres[0]
    split = split_photos(centres, offset)
    kinds = [*split.training, *split.validation, *split.test]
    assert sorted(kinds) == list(range(photos))
    assert split.test
    assert {0, photos - 1} <= set(split.training)
    assert len(split.validation) <= MOST_VALIDATION
    assert len(split.training) >= 0.6 * photos


def test_every_offset_judges_by_other_photos() -> None:
    tested = [split_photos(line(64), offset).test for offset in range(1, 7)]
    assert len({photo for test in tested for photo in test}) == sum(map(len, tested))


def test_without_photos_to_choose_by_the_smallest_is_trained_to_its_end(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = posed.write_scene(tmp_path_factory.mktemp("few"), photos=6)
    assert read_scene(folder, 800).split.validation == ()
    options = TrainOptions(rasteriser="cpu", budget=0.05, threads=1)
    trained = train_scene(folder, folder / "checkpoints", options)
    assert trained.history == ()
    assert trained.steps == trained.candidate.steps
