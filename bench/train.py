"""Our trainer: test PSNR, corrected PSNR and SSIM per CPU second, at several budgets.

    python -m bench.train SCENE [--budgets 0.5 1 2] [--quality draft] [--gaussians N]
                                [--offset 0] [--second-split] [--opensplat BINARY]
                                [--out out/bench/train.json]

SCENE is what sfm leaves (`sparse/0`, `images`). One thread; CPU seconds (user + system) of the
training alone, pilots included, after the kernels are compiled. All figures are of the test photos,
which choose nothing; `curve` is of the validation photos, which choose the checkpoint.
--second-split keeps another eighth of the photos from everything, trains at the smallest budget,
and judges by it the splat before and after the last part, in which all other photos train.
--opensplat trains a rival on the training and validation photos, which it may use as it likes, and
judges its .ply on the test photos with our renderer over the mean colour of the photos.
"""

import argparse
import json
import os
import resource
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spaceport_contracts.results import HeldOutPhoto, Quality
from spaceport_splat.ply import read_ply, write_ply
from spaceport_train.job.candidates import EFFORTS
from spaceport_train.job.evaluate import judge
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.scene.colmap import read_images, read_points
from spaceport_train.job.scene.scene import read_scene
from spaceport_train.job.scene.split import TEST_EVERY, Split, split_photos
from spaceport_train.job.train import Trained, train_scene

OPENSPLAT_STEPS = 1800  # findings/train.md, section 2
Row = dict[str, Any]


def cpu_s(who: int = resource.RUSAGE_SELF) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def figures(photos: tuple[HeldOutPhoto, ...]) -> Row:
    return {
        "psnr_db": round(float(np.mean([p.psnr_db for p in photos])), 3),
        "corrected_psnr_db": round(float(np.mean([p.corrected_psnr_db for p in photos])), 3),
        "ssim": round(float(np.mean([p.ssim for p in photos])), 4),
        "sharpness": np.mean([p.sharpness for p in photos], axis=0).round(3).tolist(),
        "energy": np.mean([p.energy for p in photos], axis=0).round(3).tolist(),
        "test_photos": len(photos),
        "per_photo_db": {p.name: round(p.psnr_db, 2) for p in photos},
    }


def measure(train: Callable[[Path], Trained], work: Path) -> Row:
    started_s, before_s = time.monotonic(), cpu_s()
    trained = train(work / "checkpoints")
    used_s = cpu_s() - before_s
    write_ply(work / "scene.ply", trained.judged)
    photos = judge(read_ply(work / "scene.ply"), trained.scene, {}, 1, work)
    return {
        "cpu_s": round(used_s, 1),
        "wall_s": round(time.monotonic() - started_s, 1),
        "gaussians": len(trained.gaussians),
        "steps": trained.steps,
        "planned_steps": trained.candidate.steps,
        "kept": figures(photos),
        "curve": [(it.step, round(it.psnr_db, 3), round(it.mix_db, 3)) for it in trained.history],
        "pilots": [it.model_dump() for it in trained.pilots],
    }


def ours(folder: Path, options: TrainOptions) -> Row:
    with tempfile.TemporaryDirectory() as work:
        return measure(lambda place: train_scene(folder, place, options), Path(work))


def with_photos(folder: Path, keep: set[str], target: Path) -> None:
    """The scene with those of its photos only, for programs that would train on the others."""
    sparse = folder / "sparse" / "0"
    (target / "sparse" / "0").mkdir(parents=True)
    (target / "images").mkdir()
    for name in ("cameras.bin", "points3D.bin"):
        shutil.copy(sparse / name, target / "sparse" / "0" / name)
    for name in keep:
        shutil.copy(folder / "images" / name, target / "images" / name)
    _, rows = read_points(sparse / "points3D.bin")
    assert keep <= {image.name for image in read_images(sparse / "images.bin", rows)}
    data, at, records = (sparse / "images.bin").read_bytes(), 8, []
    for _ in range(struct.unpack_from("<Q", data)[0]):
        name_at = at + 64
        end = data.index(b"\0", name_at)
        (points,) = struct.unpack_from("<Q", data, end + 1)
        following = end + 9 + 24 * points
        if data[name_at:end].decode() in keep:
            records.append(data[at:following])
        at = following
    head = struct.pack("<Q", len(records))
    (target / "sparse" / "0" / "images.bin").write_bytes(head + b"".join(records))


def opensplat(binary: Path, folder: Path, options: TrainOptions) -> Row:
    side_px = EFFORTS["cpu", options.quality].side_px
    scene = read_scene(folder, side_px, options.test_offset)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        chosen = (*scene.training, *scene.split.validation)
        with_photos(folder, {scene.cameras[i].name for i in chosen}, work / "scene")
        ply = work / "rival.ply"
        command = [str(binary), str(work / "scene"), "--keep-crs", "--cpu"]
        command += ["-n", str(OPENSPLAT_STEPS), "-o", str(ply)]
        before_s = cpu_s(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
        used_s = cpu_s(resource.RUSAGE_CHILDREN) - before_s
        gaussians = read_ply(ply)
        photos = judge(gaussians, scene, {}, 1, work)
    return {"cpu_s": round(used_s, 1), "gaussians": len(gaussians), "kept": figures(photos)}


def second_split(folder: Path, options: TrainOptions) -> Row:
    """Whether the last part hurts: the splat before and after it, on photos it never got either."""
    scene = read_scene(folder, EFFORTS["cpu", options.quality].side_px, options.test_offset)
    centres = np.array([camera.position for camera in scene.cameras])
    apart = split_photos(centres, (options.test_offset + TEST_EVERY // 4) % TEST_EVERY).test
    rest = [i for i in range(len(scene.cameras)) if i not in apart]
    judges = replace(scene, split=Split(tuple(rest), (), apart))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with_photos(folder, {scene.cameras[i].name for i in rest}, work / "scene")
        trained = train_scene(work / "scene", work / "checkpoints", options)
        before, after = (
            figures(judge(splat, judges, {}, 1, work))
            for splat in (trained.judged, trained.gaussians)
        )
    return {"all_photos_steps": trained.all_photos_steps, "before": before, "after": after}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scene", type=Path)
    parser.add_argument("--budgets", type=float, nargs="*", default=[0.5, 1.0, 2.0])
    parser.add_argument("--quality", type=Quality, default=Quality.DRAFT)
    parser.add_argument("--gaussians", type=int, default=None)
    parser.add_argument("--offset", type=int, default=TrainOptions().test_offset)
    parser.add_argument("--second-split", action="store_true")
    parser.add_argument("--opensplat", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("out/bench/train.json"))
    arguments = parser.parse_args()
    options = TrainOptions(
        quality=arguments.quality,
        rasteriser="cpu",
        gaussians=arguments.gaussians,
        threads=1,
        test_offset=arguments.offset,
    )
    ours(arguments.scene, options.model_copy(update={"budget": 0.05}))  # compiles the kernels
    rows: dict[str, Row] = {}
    for budget in arguments.budgets:
        name = f"ours at {budget:.0%}"
        rows[name] = ours(arguments.scene, options.model_copy(update={"budget": budget}))
        print(name, json.dumps({k: v for k, v in rows[name].items() if k != "curve"}), flush=True)
    if arguments.second_split:
        shortest = options.model_copy(update={"budget": min(arguments.budgets, default=1.0)})
        rows["second split"] = second_split(arguments.scene, shortest)
        print("second split", json.dumps(rows["second split"]), flush=True)
    if arguments.opensplat is not None:
        rows["opensplat"] = opensplat(arguments.opensplat, arguments.scene, options)
        print("opensplat", json.dumps(rows["opensplat"]), flush=True)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    report = {"scene": str(arguments.scene), "options": options.model_dump(mode="json")}
    arguments.out.write_text(json.dumps({**report, "runs": rows}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
