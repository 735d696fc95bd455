"""Our .sog against splat-transform's: bytes, CPU seconds of the whole process, PSNR.

    python -m bench.compress scene.ply [more.ply ...] [--rival-cache out/bench/rival] [--out ...]

A `cameras.json` beside a .ply is used as in the job. Both files are decoded by our reader (which a
test holds against theirs) and rendered by one rasteriser; the views are two rings around the
scene that neither encoder has seen, and the capture's own cameras. splat-transform runs in its
CPU mode; without Node 22 (see bench/node) only ours is measured.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.node.splat_transform import CLI, INSTALL, Unavailable, splat_transform
from spaceport_compress.job.clean import clean
from spaceport_compress.job.main import read_splat
from spaceport_compress.job.options import CompressOptions, efforts
from spaceport_compress.job.pictures.views import (
    UP_COLMAP,
    UP_ENU,
    look_at,
    middle_and_size,
    pinhole,
)
from spaceport_compress.job.pictures.views import spread as evenly
from spaceport_compress.job.sog.arrays import Floats, Floats32
from spaceport_compress.job.sog.encode import encode
from spaceport_compress.job.sog.file import read_bundle, write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_splat.camera import Camera, read_cameras
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.ply import read_ply
from spaceport_splat.quality import psnr_db
from spaceport_splat.rasterise import render

REPOSITORY = Path(__file__).resolve().parents[1]
RINGS = {"far": (0.9, 0.6), "near": (0.4, 0.25)}
SIZE_PX = (640, 360)
VERTICAL_FOV_DEG = 55.0
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def ring(gaussians: Gaussians, up: Floats, name: str) -> list[Camera]:
    """Four views from around the scene."""
    distance, height = RINGS[name]
    middle, size_m = middle_and_size(gaussians)
    side = np.cross(up, np.roll(up, 1))
    side /= np.linalg.norm(side)
    fov_deg = 2 * np.degrees(
        np.arctan(np.tan(np.radians(VERTICAL_FOV_DEG / 2)) * SIZE_PX[0] / SIZE_PX[1])
    )
    cameras = []
    for k in range(4):
        angle = np.radians(90 * k + 20 + 45 * (name == "near"))
        across = side * np.cos(angle) + np.cross(up, side) * np.sin(angle)
        pose = look_at(middle + size_m * (distance * across + height * up), middle, up)
        cameras.append(pinhole(f"{name} {k}", pose, fov_deg, *SIZE_PX))
    return cameras


def pictures(gaussians: Gaussians, cameras: Sequence[Camera]) -> list[Floats32]:
    return [np.clip(render(gaussians, camera)[0], 0, 1) for camera in cameras]


def judge(ply: Path, sogs: dict[str, Path]) -> dict[str, dict[str, float]]:
    """PSNR over all pixels of each group of views, for each file."""
    original = clean(read_ply(ply)).gaussians
    beside = ply.with_name("cameras.json")
    captured = read_cameras(beside) if beside.exists() else []
    up = UP_ENU if captured else UP_COLMAP
    groups = {name: ring(original, up, name) for name in RINGS}
    if captured:
        groups["capture"] = [
            camera.scaled(SIZE_PX[0] / camera.width_px) for camera in evenly(captured, 6)
        ]
    truth = {name: pictures(original, cameras) for name, cameras in groups.items()}
    scores: dict[str, dict[str, float]] = {}
    for encoder, path in sogs.items():
        decoded = read_bundle(path)
        scores[encoder] = {
            name: psnr_db(np.stack(pictures(decoded, cameras)), np.stack(truth[name]))
            for name, cameras in groups.items()
        }
    return scores


def encode_only(ply: Path, sog: Path) -> None:
    """What the job does between reading and verifying; run in its own process to be timed."""
    folder = sog.parent / f"{sog.stem}-in"
    folder.mkdir(exist_ok=True)
    for name in ("cameras.json", ply.name):
        source, link = ply.with_name(name), folder / name
        if source.exists() and not link.exists():
            link.symlink_to(source.resolve())
    splat = read_splat(folder)
    seen = importance(splat.gaussians, splat.cameras)
    effort = efforts(CompressOptions(), seen, splat.gaussians.shN.shape[1])[0]
    write_bundle(sog, encode(splat.gaussians, seen, effort))


def ours(ply: Path, sog: Path) -> float:
    """Encode with our default in a fresh process; its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    paths = [str(path.resolve()) for path in (ply, sog)]
    subprocess.run(
        [sys.executable, "-m", "bench.compress", "--encode", *paths],
        check=True,
        cwd=REPOSITORY,
        env={**os.environ, **ONE_THREAD},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rival(ply: Path, cache: Path) -> tuple[Path, float]:
    """splat-transform's file for exactly these bytes, and the CPU seconds that it took.

    Its CPU mode needs many minutes with harmonics, so what it made is kept under the input's hash
    and its version; the seconds are those of the run that made it, on whatever machine that was.
    """
    version = json.loads((CLI.parents[1] / "package.json").read_text())["version"]
    key = f"{hashlib.sha256(ply.read_bytes()).hexdigest()[:16]}-{version}"
    sog, cost = cache / f"{key}.sog", cache / f"{key}.json"
    if not cost.exists():
        cpu_s = splat_transform("-g", "cpu", ply, sog).cpu_s
        cost.write_text(json.dumps({"source": str(ply), "cpu_s": cpu_s}) + "\n")
    return sog, float(json.loads(cost.read_text())["cpu_s"])


def measure(ply: Path, folder: Path, cache: Path) -> dict[str, object]:
    """Both encoders on one splat."""
    sogs = {"spaceport": folder / f"{ply.parent.name}-{ply.stem}-spaceport.sog"}
    ours(ply, sogs["spaceport"])  # fills numba's cache: compiling is not what is compared
    cpu_s = {"spaceport": ours(ply, sogs["spaceport"])}
    try:
        if not CLI.exists():
            raise Unavailable(INSTALL)
        sogs["splat-transform"], cpu_s["splat-transform"] = rival(ply, cache)
    except Unavailable as missing:
        print(f"without splat-transform: {missing}")
    count = len(read_bundle(sogs["spaceport"]))
    scores = judge(ply, sogs)
    row: dict[str, object] = {"scene": str(ply), "gaussians": count, "ply": ply.stat().st_size}
    for name, path in sogs.items():
        row[name] = {
            "bytes": path.stat().st_size,
            "bytes_per_gaussian": round(path.stat().st_size / count, 2),
            "cpu_s": round(cpu_s[name], 2),
            "psnr_db": {view: round(value, 2) for view, value in scores[name].items()},
        }
    if len(sogs) == 2:
        sizes = [path.stat().st_size for path in sogs.values()]
        row["bytes_ratio"] = round(sizes[0] / sizes[1], 3)
        row["cpu_ratio"] = round(cpu_s["spaceport"] / cpu_s["splat-transform"], 3)
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plys", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out/bench/compress.json")
    parser.add_argument(
        "--rival-cache",
        type=Path,
        help="where splat-transform's files and CPU seconds are kept; default: run it anew",
    )
    parser.add_argument("--encode", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.encode:
        encode_only(*arguments.encode)
        return
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory(dir=arguments.out.parent) as anew:
        cache = arguments.rival_cache or Path(anew)
        cache.mkdir(parents=True, exist_ok=True)
        for ply in arguments.plys:
            rows.append(measure(ply, arguments.out.parent, cache))
            print(json.dumps(rows[-1], indent=1), flush=True)
    document = {"measured_at": time.strftime("%Y-%m-%d"), "scenes": rows}
    arguments.out.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
