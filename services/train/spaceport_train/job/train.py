"""Train a scene: plan, compare candidates, finish the best one."""

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
from spaceport_train.job.checkpoint import Store
from spaceport_train.job.devices import choose_device, make_engine, most_gaussians
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.plan import EFFORTS, MARGIN_DB, Facts, Plan, candidates, work_s
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
    plan: Plan
    device: str
    steps: int
    history: tuple[tuple[int, float], ...]


class _Clock:
    """Steps done and seconds left over all candidates, weighed by what a step costs."""

    def __init__(self, plans: tuple[Plan, ...], pixels: int, report: Tell) -> None:
        self._plans, self._pixels, self._report = plans, pixels, report
        self._done = dict.fromkeys(plans, 0)
        self._started: tuple[float, float] | None = None
        report(0, self._total(plans[-1]), None, {})

    def _total(self, current: Plan) -> int:
        return current.steps + sum(p.pilot_steps for p in self._plans if p != current)

    def tick(self, plan: Plan, step: int, figures: dict[str, float]) -> None:
        """Step `step` of `plan` is done."""
        self._done[plan] = step
        now_s = time.monotonic()
        worked_s = sum(work_s(p, self._pixels, n) for p, n in self._done.items())
        if self._started is None:  # after the first step: that one compiles the kernels
            self._started = now_s, worked_s
        total_s = work_s(plan, self._pixels, plan.steps)
        total_s += sum(work_s(p, self._pixels, p.pilot_steps) for p in self._plans if p != plan)
        began_s, before_s = self._started
        left_s = None
        if worked_s > before_s:
            left_s = (now_s - began_s) * max(total_s - worked_s, 0) / (worked_s - before_s)
        self._report(sum(self._done.values()), self._total(plan), left_s, figures)

    def finish(self, plan: Plan) -> None:
        """Training is over, perhaps before its last step."""
        self._report(self._total(plan), self._total(plan), 0.0, {"gaussians": plan.gaussians})


def train_scene(
    folder: Path,
    checkpoints: Path,
    options: TrainOptions,
    report: Tell = lambda _n, _m, _left, _figures: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train the scene that sfm left in `folder`; continues from what `checkpoints` holds.

    Raises UserError for captures that cannot work, Stopped when `stopping` said so.
    """
    device = choose_device(options)
    side_px = EFFORTS[device, options.quality].side_px
    scene = read_scene(folder, side_px, options.held_out_offset)
    facts = Facts(len(scene.training), scene.pixels)
    plans = candidates(facts, device, options, most_gaussians(device))
    clock = _Clock(plans, scene.pixels, report)

    def trainer_of(plan: Plan) -> Trainer:
        rng = np.random.default_rng(options.seed)
        engine = make_engine(device, scene, plan, rng, options)
        store = Store(checkpoints / str(plan.gaussians), _config(scene, plan, device, options))

        def progress(step: int, figures: dict[str, float]) -> None:
            clock.tick(plan, step, {"gaussians": plan.gaussians, **figures})

        return Trainer(engine, scene, plan, rng, store, progress=progress, stopping=stopping)

    trainer = trainer_of(_best(plans, trainer_of))
    trainer.run()
    clock.finish(trainer.plan)
    best = trainer.best if trainer.best is not None else trainer.engine.gaussians()
    course = trainer.course
    return Trained(best, scene, trainer.plan, device, course.step, tuple(course.history))


def _best(plans: tuple[Plan, ...], trainer_of: Callable[[Plan], Trainer]) -> Plan:
    """The candidate whose held-out photos look best after its pilot; it goes on from there.

    From the smallest up: a larger one must be better by MARGIN_DB.
    """
    best, best_db = plans[0], -math.inf
    if len(plans) == 1:
        return best
    for plan in plans:
        pilot = trainer_of(plan)
        if pilot.course.step < plan.pilot_steps:
            pilot.run(until=plan.pilot_steps)
        score_db = max(psnr for step, psnr in pilot.course.history if step <= plan.pilot_steps)
        log.info("%d Gaussians: %.2f dB after the pilot", plan.gaussians, score_db)
        if score_db > best_db + MARGIN_DB:
            best, best_db = plan, score_db
    return best


def _config(scene: Scene, plan: Plan, device: str, options: TrainOptions) -> str:
    """Hash of everything that a checkpoint depends on."""
    facts = {
        "format": FORMAT,
        "plan": asdict(plan),
        "device": device,
        "seed": options.seed,
        "threads": options.threads,
        "cameras": [(c.name, c.world_to_camera.tolist(), c.held_out) for c in scene.cameras],
        "points": len(scene.points.xyz),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
