"""A training that was interrupted ends with the same bits; setbacks end well or in a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.unit.train import posed

from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Stopped
from spaceport_splat.gaussians import FIELDS, Gaussians
from spaceport_splat.kernels import Floats
from spaceport_train.job.candidates import LEAST_GAIN_DB, Candidate
from spaceport_train.job.checkpoint import Store
from spaceport_train.job.cpu.engine import CpuEngine
from spaceport_train.job.engine import Arrays, Diverged, OutOfMemory
from spaceport_train.job.finale import take_all_in
from spaceport_train.job.look import Look, looked
from spaceport_train.job.scene.scene import Scene, read_scene
from spaceport_train.job.schedule import Moment
from spaceport_train.job.trainer import Trainer

CANDIDATE = Candidate(gaussians=400, steps=100)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return read_scene(posed.write_scene(tmp_path_factory.mktemp("scene")), 800)


def trainer(
    scene: Scene, folder: Path, threads: int = 1, stopping: Callable[[], bool] = lambda: False
) -> Trainer:
    rng = np.random.default_rng(7)
    engine = CpuEngine(scene, CANDIDATE, rng, threads)
    return Trainer(engine, scene, CANDIDATE, rng, Store(folder, "config"), stopping=stopping)


def stop_at(it: Trainer, steps: set[int]) -> Callable[[], bool]:
    def stopping() -> bool:
        if it.course.step in steps:
            steps.remove(it.course.step)
            return True
        return False

    return stopping


def assert_same(a: Trainer, b: Trainer) -> None:
    assert a.course == b.course
    assert a.best is not None
    assert b.best is not None
    assert a.best.keys() == b.best.keys()
    for name in a.best:
        np.testing.assert_array_equal(a.best[name], b.best[name], err_msg=name)
    assert_same_gaussians(a.engine.gaussians(), b.engine.gaussians())


def assert_same_gaussians(one: Gaussians, other: Gaussians) -> None:
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_resumed_training_ends_with_the_same_bits(
    scene: Scene, tmp_path: Path, threads: int
) -> None:
    whole = trainer(scene, tmp_path / "whole", threads)
    whole.run()
    for stop in (7, 33, 61):
        part = trainer(scene, tmp_path / "parts", threads)
        part.stopping = stop_at(part, {stop})
        with pytest.raises(Stopped):
            part.run()
        assert part.course.step == stop
    rest = trainer(scene, tmp_path / "parts", threads)
    rest.run()
    assert_same(whole, rest)


def test_a_pilot_is_the_beginning_of_the_training(scene: Scene, tmp_path: Path) -> None:
    whole = trainer(scene, tmp_path / "whole")
    whole.run()
    trainer(scene, tmp_path / "parts").run(until=40)
    rest = trainer(scene, tmp_path / "parts")
    assert rest.course.step == 40
    rest.run()
    assert_same(whole, rest)


def test_training_improves_what_it_never_saw(scene: Scene, tmp_path: Path) -> None:
    it = trainer(scene, tmp_path)
    it.run()
    best = max(it.course.history, key=lambda look: look.mix_db)
    assert best.psnr_db > it.course.history[0].psnr_db + 1
    assert best.psnr_db > 18
    assert (it.course.best_mix_db, it.course.best_step) == (best.mix_db, best.step)
    it.rewind()
    again = looked(it.engine, scene, scene.split.validation, best.step)
    assert again == best


def test_only_the_end_is_left_when_the_validation_photos_no_longer_improve(
    scene: Scene, tmp_path: Path
) -> None:
    def stalled(folder: Path) -> tuple[Trainer, Faulty]:
        it, engine = faulty(scene, folder, {})
        it.best = {name: array.copy() for name, array in engine.state().items()}
        it.course.best_mix_db, it.course.step, it.course.gained_step = 99.0, 50, 50
        it.course.gained_mix_db = 99.0
        return it, engine

    it, engine = stalled(tmp_path)
    it.run()
    assert [moment.step for moment in engine.moments] == [*range(50, 70), *range(85, 100)]
    assert (it.course.step, it.course.skipped, it.finished) == (100, 15, True)

    late, engine = stalled(tmp_path / "late")
    late.course.step = late.course.gained_step = 70
    late.run()
    assert [moment.step for moment in engine.moments] == list(range(70, 90))
    assert late.course.skipped == 0


def test_hardly_better_is_no_better(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter(Look(step, 20.0, 8 + step * LEAST_GAIN_DB / 50) for step in range(30, 101, 10))
    monkeypatch.setattr("spaceport_train.job.trainer.looked", lambda *_: next(looks))
    it, engine = faulty(scene, tmp_path, {})
    it.run()
    assert [moment.step for moment in engine.moments] == [*range(50), *range(85, 100)]
    assert it.course.best_step == 100


def test_the_end_begins_with_the_best_splat(scene: Scene, tmp_path: Path) -> None:
    it = trainer(scene, tmp_path)
    it.run(until=50)
    best = it.engine.gaussians()
    it.best = {name: array.copy() for name, array in it.engine.state().items()}
    it.course.best_mix_db = it.course.gained_mix_db = 99.0
    it.course.gained_step = 50
    it.run(until=70)
    assert it.course.step == 85
    assert_same_gaussians(it.engine.gaussians(), best)


def test_the_last_part_trains_with_every_photo_and_stops_anywhere(
    scene: Scene, tmp_path: Path
) -> None:
    def finished(folder: Path) -> Trainer:
        it = trainer(scene, folder)
        it.run()
        return it

    whole = finished(tmp_path / "whole")
    everything = range(len(scene.photos))
    kept_out = [i for i in everything if i not in scene.split.training]
    whole.rewind()
    before = looked(whole.engine, scene, kept_out, 0)
    finale = take_all_in(whole, Store(tmp_path / "whole-all", "config"))
    assert finale.course.step == CANDIDATE.steps
    assert looked(finale.engine, scene, kept_out, 0).mix_db > before.mix_db

    part = finished(tmp_path / "parts")
    part.stopping = lambda: True
    with pytest.raises(Stopped):
        take_all_in(part, Store(tmp_path / "parts-all", "config"))
    used: list[int] = []
    again = finished(tmp_path / "parts")
    step = again.engine.step

    def noted(photo: int, moment: Moment, rng: np.random.Generator) -> float:
        used.append(photo)
        return step(photo, moment, rng)

    again.engine.step = noted  # type: ignore[method-assign]
    resumed = take_all_in(again, Store(tmp_path / "parts-all", "config"))
    assert set(used) == set(everything)
    assert_same_gaussians(resumed.engine.gaussians(), finale.engine.gaussians())


class Faulty:
    """An engine that fails when told to."""

    name = "cpu"

    def __init__(self, engine: CpuEngine, faults: dict[int, Exception]) -> None:
        self.engine = engine
        self.faults = faults
        self.moments: list[Moment] = []
        self.calls = 0
        self.shrunk = 0

    def step(self, photo: int, moment: Moment, rng: np.random.Generator) -> float:
        self.calls += 1
        self.moments.append(moment)
        if self.calls in self.faults:
            raise self.faults[self.calls]
        return self.engine.step(photo, moment, rng)

    def render(self, camera: object) -> Floats:
        return self.engine.render(camera)  # type: ignore[arg-type]

    def gaussians(self) -> Gaussians:
        return self.engine.gaussians()

    def state(self) -> Arrays:
        return self.engine.state()

    def restore(self, state: Arrays) -> None:
        self.engine.restore(state)

    def shrink(self) -> None:
        self.shrunk += 1
        self.engine.shrink()


def faulty(scene: Scene, folder: Path, faults: dict[int, Exception]) -> tuple[Trainer, Faulty]:
    rng = np.random.default_rng(7)
    engine = Faulty(CpuEngine(scene, CANDIDATE, rng, 1), faults)
    return Trainer(engine, scene, CANDIDATE, rng, Store(folder, "config")), engine


def test_a_diverging_loss_goes_back_at_half_the_rates(scene: Scene, tmp_path: Path) -> None:
    it, engine = faulty(scene, tmp_path, {5: Diverged(), 9: Diverged()})
    it.run()
    assert [m.step for m in engine.moments[:10]] == [0, 1, 2, 3, 4, 0, 1, 2, 3, 0]
    assert engine.moments[-1].slowdown == 0.25
    with pytest.raises(UserError, match="does not settle"):
        faulty(scene, tmp_path / "b", {k: Diverged() for k in (2, 4, 6)})[0].run()


def test_a_full_memory_halves_the_gaussians_then_the_photos(scene: Scene, tmp_path: Path) -> None:
    it, engine = faulty(scene, tmp_path, {60: OutOfMemory(), 61: OutOfMemory()})
    it.run()
    assert engine.shrunk == 1
    assert len(it.engine.gaussians()) == 200
    assert engine.moments[-1].level == 2
    assert it.course.step == 100 or it.finished
    with pytest.raises(UserError, match="memory is too small"):
        faulty(scene, tmp_path / "b", {k: OutOfMemory() for k in (2, 3, 4)})[0].run()


def test_a_torn_checkpoint_gives_way_to_the_one_before(tmp_path: Path) -> None:
    store = Store(tmp_path, "a")
    for step in (1, 2, 3):
        store.save(step, {"x": np.full(3, step)}, {"n": step})
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["checkpoint-00000002.npz", "checkpoint-00000003.npz"]
    newest = tmp_path / "checkpoint-00000003.npz"
    newest.write_bytes(newest.read_bytes()[:-40])
    loaded = store.load()
    assert loaded is not None
    assert loaded[0]["x"].tolist() == [2, 2, 2]
    assert loaded[1] == {"n": 2}
    assert Store(tmp_path, "another capture").load() is None
