"""Exposures follow photos that flicker, and leave to the splat what only drifts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.unit.train import posed

from spaceport_train.job.candidates import Candidate
from spaceport_train.job.cpu.engine import CpuEngine
from spaceport_train.job.exposure import MOST, Exposures
from spaceport_train.job.scene.scene import Scene, read_scene
from spaceport_train.job.schedule import Moment

STEPS = 150
GREY = np.full(3, 0.5, np.float32)


def gains_of(means: list[float], looks: int = 20) -> np.ndarray:
    """float64[photos]: of photos of these grey means, beside a splat that is grey 0.5."""
    exposures = Exposures(len(means))
    for _ in range(looks):
        for photo, mean in enumerate(means):
            exposures.measure(photo, GREY, np.full(3, mean, np.float32))
    return np.array([exposures.gain(photo)[0, 0, 0] for photo in range(len(means))])


def test_photos_that_flicker_have_gains() -> None:
    gains = gains_of([0.4, 0.7] * 5)
    # Each is a fifth of the mean that it is compared with.
    assert gains[3] / gains[4] == pytest.approx((7 / 4) ** 0.8, rel=0.01)


def test_colours_flicker_apart() -> None:
    exposures = Exposures(8)
    for photo in range(8):
        colour = [0.7, 0.4, 0.4] if photo % 2 else [0.3, 0.5, 0.5]
        exposures.measure(photo, GREY, np.array(colour, np.float32))
    red, green, blue = exposures.gain(3)[:, 0, 0]
    assert red > 1.3
    assert green == pytest.approx(blue)
    assert green < 1


def test_a_steady_camera_has_none() -> None:
    assert gains_of([0.5, 0.53, 0.48, 0.5, 0.52, 0.49]).tolist() == [1.0] * 6


def test_a_drift_is_the_scene() -> None:
    assert gains_of([0.2 * 1.1**i for i in range(12)]).tolist() == [1.0] * 12


def test_a_photo_that_was_never_looked_at_has_none() -> None:
    exposures = Exposures(7)
    for photo in (0, 1, 2, 4, 5, 6):
        exposures.measure(photo, GREY, GREY * (1.5 if photo % 2 else 0.6))
    assert exposures.gain(3).tolist() == [[[1.0]]] * 3
    assert exposures.gain(4)[0, 0, 0] < 0.9


def test_a_gain_follows_within_a_few_looks_and_forgets_the_first() -> None:
    exposures = Exposures(4)
    for mean in [0.05, *[0.8] * 20]:
        for photo in range(4):
            exposures.measure(photo, GREY, np.full(3, mean if photo % 2 else 0.4, np.float32))
    assert exposures.gain(1)[0, 0, 0] / exposures.gain(2)[0, 0, 0] == pytest.approx(2, rel=0.05)


def test_black_photos_and_single_ones_end_in_numbers() -> None:
    exposures = Exposures(2)
    exposures.measure(0, GREY, np.zeros(3, np.float32))
    assert exposures.gain(0).tolist() == [[[1.0]]] * 3
    exposures.measure(1, np.zeros(3, np.float32), GREY)
    for photo in range(2):
        assert np.abs(np.log(exposures.gain(photo))).max() <= MOST + 1e-6


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return read_scene(posed.write_scene(tmp_path_factory.mktemp("scene")), 800)


def test_a_flickering_capture_is_trained_through_its_gains(scene: Scene, tmp_path: Path) -> None:
    """The gains of the photos are found: the splat needs no colours that jump between them."""
    truth = np.exp(np.random.default_rng(3).normal(0, 0.2, len(scene.photos)))
    dimmed = [
        np.clip(photo * factor, 0, 255).astype(np.uint8)
        for photo, factor in zip(scene.photos, truth / truth.max(), strict=True)
    ]
    flicker = replace(scene, photos=dimmed)
    engine = CpuEngine(flicker, Candidate(400, STEPS), np.random.default_rng(7), threads=1)
    rng = np.random.default_rng(8)
    for step in range(STEPS):
        photo = flicker.training[step % len(flicker.training)]
        engine.step(photo, Moment(step, STEPS), rng)
    rows = list(flicker.training)
    found = np.array([engine.exposures.gain(photo).mean() for photo in rows])
    assert np.corrcoef(np.log(found), np.log(truth[rows]))[0, 1] > 0.9
