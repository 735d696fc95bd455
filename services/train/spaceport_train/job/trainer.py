"""The training loop: one for both rasterisers."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Stopped
from spaceport_train.job.candidates import LEAST_GAIN_DB, PATIENCE, Candidate
from spaceport_train.job.checkpoint import Store
from spaceport_train.job.engine import Arrays, Diverged, Engine, OutOfMemory
from spaceport_train.job.look import Look, Show, looked
from spaceport_train.job.scene.scene import Scene
from spaceport_train.job.schedule import Moment, finale_steps

CHECKPOINT_EVERY_S = 60.0
MOST_SETBACKS = 2  # of each kind: then the training fails
OnStep = Callable[[int, dict[str, float]], None]
log = logging.getLogger("spaceport.train")


@dataclass
class Course:
    """Where a training is: everything beside the engine that the next step depends on.

    gained: when the validation photos were last better by `LEAST_GAIN_DB` than at the time before;
    skipped: steps of the schedule that were left out because more did not help.
    """

    step: int = 0
    queue: list[int] = field(default_factory=list)
    best_mix_db: float = -1.0
    best_step: int = 0
    gained_mix_db: float = -1.0
    gained_step: int = 0
    skipped: int = 0
    slowdown: float = 1.0
    least_level: int = 1
    divergences: int = 0
    shortages: int = 0
    history: list[Look] = field(default_factory=list)


class Trainer:
    """Trains one splat; continues from the store's checkpoint if there is one.

    stopping is asked between steps; then the state is saved and Stopped raised. The clock decides
    when checkpoints are written and nothing else: the result is the same however often it stops.
    """

    def __init__(
        self,
        engine: Engine,
        scene: Scene,
        candidate: Candidate,
        rng: np.random.Generator,
        store: Store,
        *,
        photos: Sequence[int] | None = None,
        course: Course | None = None,
        on_step: OnStep = lambda _step, _figures: None,
        show: Show = lambda _photo, _render: None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """photos: those that train where they are not the split's; then none are for validation."""
        self.engine, self.scene, self.candidate = engine, scene, candidate
        self.rng, self.store = rng, store
        self.on_step, self.show, self.stopping = on_step, show, stopping
        self.course = course or Course()
        self.best: Arrays | None = None
        self.photos = scene.split.training if photos is None else photos
        self.validation = scene.split.validation if photos is None else ()
        self._beginning = self._snapshot()
        saved = store.load()
        if saved is not None:
            self._restore(*saved)
            log.info("continuing from step %d of %d", self.course.step, candidate.steps)

    @property
    def finished(self) -> bool:
        """All steps are done, or those of the end do not help either."""
        return self.course.step >= self.candidate.steps or self._stale

    @property
    def _stale(self) -> bool:
        """The validation photos have not improved for long enough."""
        waited = self.course.step - self.course.gained_step
        return self.best is not None and waited >= PATIENCE * self.candidate.steps

    def run(self, until: int | None = None) -> None:
        """Train up to step `until`, or to the end; leaves a checkpoint."""
        last = self.candidate.steps if until is None else until
        saved_s = time.monotonic()
        while self.course.step < last and not self.finished:
            if self.stopping():
                self._save()
                raise Stopped
            try:
                self._step()
            except Diverged as error:
                self._slow_down(error)
            except OutOfMemory as error:
                self._make_room(error)
            if time.monotonic() - saved_s > CHECKPOINT_EVERY_S:
                self._save()
                saved_s = time.monotonic()
        self._save()

    def _step(self) -> None:
        course = self.course
        if not course.queue:
            course.queue = [int(i) for i in self.rng.permutation(self.photos)]
        moment = Moment(course.step, self.candidate.steps, course.slowdown, course.least_level)
        loss = self.engine.step(course.queue[-1], moment, self.rng)
        course.queue.pop()
        course.step += 1
        figures = {"loss": loss}
        if moment.evaluate and self.validation:
            self._evaluate()
        if course.history:
            figures["psnr_db"] = course.history[-1].psnr_db
        self.on_step(course.step, figures)
        last_part = self.candidate.steps - finale_steps(self.candidate.steps)
        if self._stale and course.step < last_part:
            self._settle(last_part)

    def _settle(self, last_part: int) -> None:
        """More of the same does not help: from the best splat on, the end of the schedule.

        Its low rates take the noise away that is left where the schedule was cut short.
        """
        log.info("no better since step %d: the last part", self.course.best_step)
        self.rewind()
        self.course.skipped += last_part - self.course.step
        self.course.step = self.course.gained_step = last_part

    def _evaluate(self) -> None:
        course = self.course
        look = looked(self.engine, self.scene, self.validation, course.step, self.show)
        course.history.append(look)
        if look.mix_db > course.gained_mix_db + LEAST_GAIN_DB:
            course.gained_mix_db, course.gained_step = look.mix_db, course.step
        if look.mix_db > course.best_mix_db:
            course.best_mix_db, course.best_step = look.mix_db, course.step
            self.best = {name: array.copy() for name, array in self.engine.state().items()}

    def rewind(self) -> None:
        """The engine as it was when the validation photos looked best; as it is without any."""
        if self.best is not None:
            self.engine.restore(self.best)

    def _slow_down(self, error: Diverged) -> None:
        """Back to the last checkpoint at half the learning rates."""
        divergences, slowdown = self.course.divergences + 1, self.course.slowdown / 2
        if divergences > MOST_SETBACKS:
            raise UserError(
                "The training does not settle on these photos.",
                "Leave out blurred or wrongly placed photos and start again.",
            ) from error
        log.warning("%s: going back, at half the learning rates", error)
        self._restore(*(self.store.load() or self._beginning))
        self.course.divergences, self.course.slowdown = divergences, slowdown

    def _make_room(self, error: OutOfMemory) -> None:
        """First half the Gaussians, then half the size of the photos."""
        self.course.shortages += 1
        log.warning("out of memory (%s): time %d", error, self.course.shortages)
        if self.course.shortages > MOST_SETBACKS:
            raise UserError(
                "The machine's memory is too small for this capture.",
                "Choose a lower quality, or a larger machine.",
            ) from error
        if self.course.shortages == 1:
            self.engine.shrink()
            self.best = None  # it has no room either
            self.course.best_mix_db = self.course.gained_mix_db = Course().best_mix_db
        else:
            self.course.least_level *= 2

    def _snapshot(self) -> tuple[Arrays, dict[str, Any]]:
        arrays = {f"engine_{name}": array for name, array in self.engine.state().items()}
        if self.best is not None:
            arrays |= {f"best_{name}": array for name, array in self.best.items()}
        rng = self.rng.bit_generator.state
        return {k: v.copy() for k, v in arrays.items()}, {"course": asdict(self.course), "rng": rng}

    def _save(self) -> None:
        self.store.save(self.course.step, *self._snapshot())

    def _restore(self, arrays: Arrays, facts: dict[str, Any]) -> None:
        self.engine.restore(_part(arrays, "engine_"))
        self.best = _part(arrays, "best_") or None
        self.course = Course(**facts["course"])
        self.course.history = [Look(**look) for look in facts["course"]["history"]]
        self.rng.bit_generator.state = facts["rng"]


def _part(arrays: Arrays, prefix: str) -> Arrays:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
