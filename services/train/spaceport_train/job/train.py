"""Train a scene: compare candidates, finish the best one."""

import hashlib
import json
import logging
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from spaceport_splat.gaussians import Gaussians
from spaceport_train.job.candidates import EFFORTS, MARGIN_DB, Candidate, Facts, candidates, work_s
from spaceport_train.job.checkpoint import Store
from spaceport_train.job.devices import choose_device, make_engine, most_gaussians
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.scene import Scene, read_scene
from spaceport_train.job.trainer import Trainer

FORMAT = 1  # of the checkpoints: raise it when their meaning changes
log = logging.getLogger("spaceport.train")
Tell = Callable[[int, int, float | None, dict[str, float]], None]


@dataclass(frozen=True)
class Trained:
    """A finished splat and how it came about."""

    gaussians: Gaussians
    scene: Scene
    candidate: Candidate
    device: str
    steps: int
    history: tuple[tuple[int, float], ...]


class _Clock:
    """Steps done and seconds left over all candidates, weighed by what a step costs."""

    def __init__(self, tried: tuple[Candidate, ...], pixels: int, tell: Tell) -> None:
        self._tried, self._pixels, self._on_progress = tried, pixels, tell
        self._done = dict.fromkeys(tried, 0)
        self._started: tuple[float, float] | None = None
        tell(0, self._total(tried[-1]), None, {})

    def _total(self, current: Candidate) -> int:
        return current.steps + sum(p.pilot_steps for p in self._tried if p != current)

    def tick(self, candidate: Candidate, step: int, figures: dict[str, float]) -> None:
        """Step `step` of `candidate` is done."""
        self._done[candidate] = step
        now_s = time.monotonic()
        worked_s = sum(work_s(p, self._pixels, n) for p, n in self._done.items())
        if self._started is None:  # after the first step: that one compiles the kernels
            self._started = now_s, worked_s
        total_s = work_s(candidate, self._pixels, candidate.steps)
        pilots = (p for p in self._tried if p != candidate)
        total_s += sum(work_s(p, self._pixels, p.pilot_steps) for p in pilots)
        began_s, before_s = self._started
        left_s = None
        if worked_s > before_s:
            left_s = (now_s - began_s) * max(total_s - worked_s, 0) / (worked_s - before_s)
        self._on_progress(sum(self._done.values()), self._total(candidate), left_s, figures)

    def finish(self, candidate: Candidate) -> None:
        """Training is over, perhaps before its last step."""
        self._on_progress(
            self._total(candidate), self._total(candidate), 0.0, {"gaussians": candidate.gaussians}
        )


def train_scene(
    folder: Path,
    checkpoints: Path,
    options: TrainOptions,
    tell: Tell = lambda _n, _m, _left, _figures: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train the scene that sfm left in `folder`; continues from what `checkpoints` holds.

    Raises UserError for captures that cannot work, Stopped when `stopping` said so.
    """
    device = choose_device(options)
    side_px = options.wanted.photo_side_px or EFFORTS[device, options.quality].side_px
    scene = read_scene(folder, side_px, options.test_offset)
    facts = Facts(len(scene.training), scene.pixels)
    tried = candidates(facts, device, options, most_gaussians(device))
    if not scene.split.validation:
        tried = tried[:1]  # nothing to choose by
    clock = _Clock(tried, scene.pixels, tell)

    def trainer_of(candidate: Candidate) -> Trainer:
        rng = np.random.default_rng(options.seed)
        engine = make_engine(device, scene, candidate, rng, options)
        store = Store(
            checkpoints / str(candidate.gaussians), _config(scene, candidate, device, options)
        )

        def on_step(step: int, figures: dict[str, float]) -> None:
            clock.tick(candidate, step, {"gaussians": candidate.gaussians, **figures})

        return Trainer(engine, scene, candidate, rng, store, on_step=on_step, stopping=stopping)

    trainer = trainer_of(_best(tried, trainer_of))
    trainer.run()
    clock.finish(trainer.candidate)
    best = trainer.best if trainer.best is not None else trainer.engine.gaussians()
    course = trainer.course
    return Trained(best, scene, trainer.candidate, device, course.step, tuple(course.history))


def _best(tried: tuple[Candidate, ...], trainer_of: Callable[[Candidate], Trainer]) -> Candidate:
    """The candidate whose validation photos look best after its pilot; it goes on from there.

    From the smallest up: a larger one must be better by MARGIN_DB.
    """
    best, best_db = tried[0], -math.inf
    if len(tried) == 1:
        return best
    for candidate in tried:
        pilot = trainer_of(candidate)
        if pilot.course.step < candidate.pilot_steps:
            pilot.run(until=candidate.pilot_steps)
        score_db = max(psnr for step, psnr in pilot.course.history if step <= candidate.pilot_steps)
        log.info("%d Gaussians: %.2f dB after the pilot", candidate.gaussians, score_db)
        if score_db > best_db + MARGIN_DB:
            best, best_db = candidate, score_db
    return best


def _config(scene: Scene, candidate: Candidate, device: str, options: TrainOptions) -> str:
    """Hash of everything that a checkpoint depends on."""
    facts = {
        "format": FORMAT,
        "candidate": asdict(candidate),
        "device": device,
        "seed": options.seed,
        "threads": options.threads,
        "cameras": [(c.name, c.world_to_camera.tolist()) for c in scene.cameras],
        "split": asdict(scene.split),
        "points": len(scene.points.xyz),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
