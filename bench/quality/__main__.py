"""Draft, standard and high beside the photos: figures and pictures, into docs/quality.md.

    python -m bench.quality [--only NAME ...] [--real NAME=PHOTOS ...] [--qualities draft ...]
                            [--photos 16] [--width 1200] [--budget 1.0] [--side PX]
                            [--curve NAME ...] [--work out/quality]
                            [--out out/bench/quality.json] [--doc docs/quality.md]

Each capture goes through ingest's inspection and sfm once, in high quality; every preset trains on
what that leaves, at its own size of photos. All are judged by the same test photos, by which
nothing was chosen, at the size of the largest preset, and over the mean colour of the photos. Runs
are kept in --out and below --work and not repeated: an interrupted command goes on, and further
presets, curves or captures join what is there.

--budget multiplies the work of all presets and --side holds all of them to photos of one size: to
see in an hour what takes a night. The document says so. --curve trains the draft at 25,
50, 100, 200 and 400 % of its work. Photos given by --real, or what sfm left of them (`sparse/0`,
`images`), appear with their figures; their pictures stay below --work.
"""

import argparse
import json
import resource
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.captures.run import Refused
from bench.captures.run import run_capture as reconstruct
from bench.quality.doc import write_doc
from bench.train import figures
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import HeldOutPhoto, Quality
from spaceport_scenery import generate_capture
from spaceport_splat.kernels import default_threads
from spaceport_splat.ply import read_ply, write_ply
from spaceport_train.job.candidates import EFFORTS
from spaceport_train.job.evaluate import judge
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.scene import read_scene
from spaceport_train.job.train import train_scene

GENERATED: dict[str, str | None] = {
    "village": None,
    "nadir block": "nadir block",
    "orbit": "orbit",
    "walk": "walk",
}
BUDGETS = (0.25, 0.5, 1.0, 2.0, 4.0)
SEED = 7
Run = dict[str, Any]


@dataclass(frozen=True)
class Capture:
    """One set of photos; public: whether pictures of it may enter the repository."""

    name: str
    photos: Path
    public: bool


def posed(capture: Capture, work: Path) -> Path:
    """The scene folder that sfm leaves of a capture, made once."""
    if (capture.photos / "sparse").is_dir():
        return capture.photos
    root = work / capture.name / "sfm"
    scene = root / "processing" / "output"
    if not (scene / "result.json").exists():
        shutil.rmtree(root, ignore_errors=True)
        ended = reconstruct(capture.photos, root, Quality.HIGH)
        if isinstance(ended, Refused):
            raise SystemExit(f"{capture.name}: {ended.message} {ended.remedy}")
    return scene


def attempt(scene_folder: Path, options: TrainOptions, side_px: int, target: Path) -> Run:
    """Train and judge one splat; the pictures are left in `target`."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    before_s = _cpu_s()
    trained = train_scene(scene_folder, target / "checkpoints", options)
    used_s = _cpu_s() - before_s
    write_ply(target / "scene.ply", trained.judged)
    shutil.rmtree(target / "checkpoints")
    return {
        "cpu_s": round(used_s, 1),
        "gaussians": len(trained.judged),
        "steps": trained.steps,
        "planned_steps": trained.candidate.steps,
        **_judged(scene_folder, side_px, target),
    }


def _judged(scene_folder: Path, side_px: int, target: Path) -> Run:
    """Figures of `scene.ply` in target beside photos of that size; leaves `heldout/`."""
    scene = read_scene(scene_folder, side_px)
    splat = read_ply(target / "scene.ply")
    photos: tuple[HeldOutPhoto, ...] = judge(splat, scene, {}, default_threads(), target)
    pictures = [(photo.photo_path, photo.render_path) for photo in photos]
    size = {"photos": len(scene.photos), "side_px": max(scene.photos[0].shape)}
    return {**figures(photos), "pictures": pictures, **size}


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def captures(arguments: argparse.Namespace) -> Iterator[Capture]:
    """What was asked for; generated photos are made where they are missing."""
    for name, kind in GENERATED.items():
        if arguments.only is not None and name not in arguments.only:
            continue
        folder = arguments.work / name / "photos"
        if not folder.exists():
            size = {"photos": arguments.photos, "width_px": arguments.width}
            generate_capture(folder, **size, seed=SEED, kind=kind)
        yield Capture(name, folder, public=True)
    for given in arguments.real:
        name, _, folder = given.partition("=")
        yield Capture(name, Path(folder), public=False)


def plans(capture: Capture, arguments: argparse.Namespace) -> Iterator[tuple[str, TrainOptions]]:
    """What to train on a capture, by name."""
    wanted = JobOptions(photo_side_px=arguments.side)
    base = {"rasteriser": "cpu", "threads": default_threads(), "wanted": wanted}
    for quality in Quality:
        if quality in arguments.qualities:
            options = TrainOptions(quality=quality, budget=arguments.budget, **base)
            yield quality.value, options
    if capture.name in arguments.curve:
        for share in BUDGETS:
            budget = share * arguments.budget
            yield f"draft at {share:.0%}", TrainOptions(budget=budget, **base, quality="draft")


def run_capture(capture: Capture, arguments: argparse.Namespace, known: dict[str, Run]) -> None:
    """All runs of one capture that `known` lacks; each is written down when it is there."""
    scene = posed(capture, arguments.work)
    runs = known.setdefault(capture.name, {"public": capture.public, "runs": {}})
    results: dict[str, Run] = runs["runs"]
    side_px = arguments.side or max(EFFORTS["cpu", quality].side_px for quality in Quality)

    def keep(name: str, run: Run) -> None:
        results[name] = run
        print(capture.name, name, json.dumps(run), flush=True)
        arguments.out.write_text(json.dumps(known, indent=1), encoding="utf-8")

    for name, options in plans(capture, arguments):
        if name not in results:
            same = options.budget == arguments.budget and name != options.quality
            if same and options.quality in results:
                keep(name, results[options.quality])
                continue
            keep(name, attempt(scene, options, side_px, arguments.work / capture.name / name))


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=list(GENERATED))
    parser.add_argument("--real", nargs="*", default=[], metavar="NAME=PHOTOS")
    parser.add_argument("--qualities", nargs="*", type=Quality, default=list(Quality))
    parser.add_argument("--photos", type=int, default=16)
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--budget", type=float, default=1.0)
    parser.add_argument("--side", type=int)
    parser.add_argument("--curve", nargs="*", default=[])
    parser.add_argument("--work", type=Path, default=Path("out/quality"))
    parser.add_argument("--out", type=Path, default=Path("out/bench/quality.json"))
    parser.add_argument("--doc", type=Path, default=Path("docs/quality.md"))
    return parser.parse_args()


def main() -> None:
    """Run what is missing, then write the document from all that is there."""
    arguments = parsed()
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, Run] = {}
    if arguments.out.exists():
        known = json.loads(arguments.out.read_text())
    for capture in captures(arguments):
        run_capture(capture, arguments, known)
    write_doc(arguments.doc, known, arguments.work, said(arguments))


def said(arguments: argparse.Namespace) -> str:
    """How the presets were held back, as a sentence; nothing where they were not."""
    held = []
    if arguments.budget != 1:
        held.append(f"{arguments.budget:.0%} of its work (`--budget`)")
    if arguments.side:
        held.append(f"photos of {arguments.side} px instead of its own size (`--side`)")
    if not held:
        return ""
    return (
        f"**Every preset had {' and '.join(held)} here:** this page shows how they compare, not "
        "what they can do."
    )


if __name__ == "__main__":
    main()
