"""Train a scene: compare candidates, finish the best one."""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from spaceport_contracts.places import LOOK
from spaceport_contracts.results import Pilot
from spaceport_splat.gaussians import Gaussians
from spaceport_train.job.candidates import EFFORTS, Candidate, Facts, best_of, candidates, work_s
from spaceport_train.job.checkpoint import Store
from spaceport_train.job.devices import choose_device, make_engine, most_gaussians
from spaceport_train.job.finale import take_all_in
from spaceport_train.job.look import Look
from spaceport_train.job.onlooker import write_look
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.scene import Scene, read_scene
from spaceport_train.job.schedule import finale_steps
from spaceport_train.job.trainer import OnStep, Trainer

FORMAT = 4  # of the checkpoints: raise it when their meaning changes
log = logging.getLogger("spaceport.train")
Tell = Callable[[int, int, float | None, dict[str, float]], None]


@dataclass(frozen=True)
class Trained:
    """A finished splat and how it came about.

    judged: the splat that test photos never trained; gaussians: the same after the last part, which
    all photos trained for `all_photos_steps`.
    """

    gaussians: Gaussians
    judged: Gaussians
    scene: Scene
    candidate: Candidate
    device: str
    steps: int
    all_photos_steps: int
    pilots: tuple[Pilot, ...]
    history: tuple[Look, ...]


class _Clock:
    """Steps done and seconds left over all candidates, weighed by what a step costs."""

    def __init__(self, tried: tuple[Candidate, ...], pixels: int, tell: Tell) -> None:
        self._tried, self._pixels, self._on_progress = tried, pixels, tell
        self._done = dict.fromkeys(tried, 0)
        self._figures = {it: {"gaussians": float(it.gaussians)} for it in tried}
        self._started: tuple[float, float] | None = None
        tell(0, self._total(tried[-1]), None, {})

    def _total(self, current: Candidate) -> int:
        pilots = sum(p.pilot_steps for p in self._tried if p != current)
        return current.steps + finale_steps(current.steps) + pilots

    def tick(self, candidate: Candidate, step: int, figures: dict[str, float]) -> None:
        """Step `step` of `candidate` is done; a figure stands until there is a newer one."""
        self._done[candidate] = step
        self._figures[candidate] |= figures
        now_s = time.monotonic()
        worked_s = sum(self._worked_s(p, n) for p, n in self._done.items())
        if self._started is None:  # after the first step: that one compiles the kernels
            self._started = now_s, worked_s
        total_s = self._whole_s(candidate)
        pilots = (p for p in self._tried if p != candidate)
        total_s += sum(work_s(p, self._pixels, p.pilot_steps) for p in pilots)
        began_s, before_s = self._started
        left_s = None
        if worked_s > before_s:
            left_s = (now_s - began_s) * max(total_s - worked_s, 0) / (worked_s - before_s)
        self._tell(candidate, sum(self._done.values()), left_s)

    def _tell(self, candidate: Candidate, done: int, left_s: float | None) -> None:
        self._on_progress(done, self._total(candidate), left_s, dict(self._figures[candidate]))

    def _worked_s(self, candidate: Candidate, step: int) -> float:
        """Steps beyond the planned ones are the last part's, at the cost of the last ones."""
        planned = min(step, candidate.steps)
        late_s = work_s(candidate, self._pixels, candidate.steps) - work_s(
            candidate, self._pixels, candidate.steps - finale_steps(candidate.steps)
        )
        late = (step - planned) / max(finale_steps(candidate.steps), 1)
        return work_s(candidate, self._pixels, planned) + late * late_s

    def _whole_s(self, candidate: Candidate) -> float:
        return self._worked_s(candidate, candidate.steps + finale_steps(candidate.steps))

    def all_photos(self, candidate: Candidate) -> OnStep:
        """What the last part is to call after each step: it goes on where the planned steps end."""
        return lambda step, figures: self.tick(
            candidate, step + finale_steps(candidate.steps), figures
        )

    def finish(self, candidate: Candidate) -> None:
        """Training is over, perhaps before its last step."""
        self._tell(candidate, self._total(candidate), 0.0)


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

    def store_of(candidate: Candidate, part: str) -> Store:
        config = _config(scene, candidate, device, options)
        return Store(checkpoints / f"{candidate.gaussians}{part}", config)

    def trainer_of(candidate: Candidate) -> Trainer:
        rng = np.random.default_rng(options.seed)
        engine = make_engine(device, scene, candidate, rng, options)
        return Trainer(
            engine,
            scene,
            candidate,
            rng,
            store_of(candidate, ""),
            on_step=partial(clock.tick, candidate),
            show=partial(write_look, checkpoints / LOOK),
            stopping=stopping,
        )

    chosen, pilots = _best(tried, trainer_of)
    trainer = trainer_of(chosen)
    trainer.run()
    trainer.rewind()
    judged, course = trainer.engine.gaussians(), trainer.course
    trainer.on_step = clock.all_photos(chosen)
    finale = take_all_in(trainer, store_of(chosen, "-all"))
    clock.finish(chosen)
    return Trained(
        finale.engine.gaussians(),
        judged,
        scene,
        chosen,
        device,
        course.step - course.skipped,
        finale_steps(chosen.steps),
        pilots,
        tuple(course.history),
    )


def _best(
    tried: tuple[Candidate, ...], trainer_of: Callable[[Candidate], Trainer]
) -> tuple[Candidate, tuple[Pilot, ...]]:
    """The candidate whose validation photos look best after its pilot; it goes on from there."""
    if len(tried) == 1:
        return tried[0], ()
    looks = []
    for candidate in tried:
        pilot = trainer_of(candidate)
        if pilot.course.step < candidate.pilot_steps:
            pilot.run(until=candidate.pilot_steps)
        seen = [look for look in pilot.course.history if look.step <= candidate.pilot_steps]
        look = max(seen, key=lambda it: it.mix_db)
        looks.append(look)
        log.info("%d Gaussians: %.2f dB of mix after the pilot", candidate.gaussians, look.mix_db)
    best = best_of(tried, [look.mix_db for look in looks])
    return best, tuple(
        Pilot(
            gaussians=it.gaussians,
            steps=look.step,
            psnr_db=look.psnr_db,
            mix_db=look.mix_db,
            chosen=it == best,
        )
        for it, look in zip(tried, looks, strict=True)
    )


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
