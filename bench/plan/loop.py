"""The loop in earnest: does our `splat` flight make a better reconstruction than a nadir grid?

    python -m bench.plan.loop [--half 24] [--overlaps 0.75 0.6] [--orbits 1] [--width 720]
                              [--views 12] [--seed 7] [--work DIR] [--out out/bench/plan_loop.json]

The generated village is flown by two plans over the same area with the same camera at the same
height: `splat`, and a plain nadir grid whose overlaps grow until it takes the same minutes. Both
flights are photographed by the scenery's renderer, inspected as ingest does it, and reconstructed
by the whole sfm and train jobs in draft quality. Both splats are then judged on the same oblique
views, which neither flight took: the flown places say where those views lie in each reconstruction
(a similarity; nothing is fitted to the views themselves). Beside the figures, --work keeps
`views.png`: each view's truth, our render, the grid's render.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pyproj import Proj

from bench.captures.run import QUALITY, Delivered, run_capture
from bench.plan.views import Placed, Score, View, held_out_views, judge, mean_of, sheet
from spaceport_contracts.results import TrainResult
from spaceport_dronepath.contract.request import PlanRequest
from spaceport_dronepath.plan import Plan, plan_flight
from spaceport_dronepath.prediction.forecast import shots_of
from spaceport_runtime.job.container import Container
from spaceport_scenery.capture import ORIGIN, photograph
from spaceport_scenery.flight import FOCAL_35MM, Pose, focal_px, gps_positions
from spaceport_scenery.kinds import Shot
from spaceport_scenery.render import Scene
from spaceport_scenery.scene import build_scene
from spaceport_splat.ply import read_ply
from spaceport_train.job.main import main as train
from spaceport_train.job.options import TrainOptions

Floats = NDArray[np.float64]
AGL_M = 45.0
SUBJECT_RADIUS_M, SUBJECT_HEIGHT_M = 10.0, 8.0
BEYOND_M = 30.0  # the air around the area that orbits may use
DENSEST = 0.95
STEPS = 24
SAME_MINUTES = 0.05
GOAL_DB = 2.0
PROJECTION = Proj(
    f"+proj=tmerc +lat_0={ORIGIN.latitude_deg} +lon_0={ORIGIN.longitude_deg} +k=1 +ellps=WGS84"
)


@dataclass(frozen=True)
class Flown:
    """One flight and what it came to."""

    pattern: str
    photos: int
    minutes: float
    registered: str
    gaussians: int
    steps: int
    psnr_db: float
    ssim: float
    views: tuple[Score, ...]


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    lon, lat = PROJECTION(east_m, north_m, inverse=True)
    return float(lon), float(lat)


def square(half_m: float) -> dict[str, Any]:
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return {
        "type": "Polygon",
        "coordinates": [[list(degrees(a * half_m, b * half_m)) for a, b in corners]],
    }


def request(half_m: float, width_px: int, **more: Any) -> PlanRequest:
    """The area around the village's square, with the renderer's camera as its EXIF tells it."""
    camera = {"sensor_mm": (36, 24), "focal_mm": FOCAL_35MM, "px": (width_px, width_px * 2 // 3)}
    asked = {"area": square(half_m), "camera": camera, "agl_m": AGL_M, "takeoff": degrees(0, 0)}
    return PlanRequest.model_validate(asked | more)


def splat_plan(typed: argparse.Namespace) -> Plan:
    front, side = typed.overlaps
    subject = {
        "center": degrees(0, 0),
        "radius_m": SUBJECT_RADIUS_M,
        "height_m": SUBJECT_HEIGHT_M,
    }
    more = {"pattern": "splat", "orbits": typed.orbits, "subject": subject}
    more |= {"front_overlap": front, "side_overlap": side, "fence": square(typed.half + BEYOND_M)}
    return plan_flight(request(typed.half, typed.width, **more))


def minutes(plan: Plan) -> float:
    return sum(sortie.time_s for sortie in plan.sorties) / 60


def nadir_plan(typed: argparse.Namespace, wanted_min: float) -> Plan:
    """The nadir grid whose time is nearest to the wanted one, by bisection of its overlaps."""

    def at(overlap: float) -> Plan:
        more = {"pattern": "grid", "front_overlap": overlap, "side_overlap": overlap}
        return plan_flight(request(typed.half, typed.width, **more))

    low, high = 0.0, DENSEST
    tried: list[Plan] = []
    for _ in range(STEPS):
        middle = (low + high) / 2
        tried.append(at(middle))
        if minutes(tried[-1]) < wanted_min:
            low = middle
        else:
            high = middle
    return min(tried, key=lambda plan: abs(minutes(plan) - wanted_min))


def poses_of(plan: Plan) -> list[Pose]:
    """Every planned photo in the scenery's frame: metres around the square."""
    shots = shots_of(plan)
    lon_lat = plan.frame.to_lon_lat(shots.xy)
    east, north = PROJECTION(lon_lat[:, 0], lon_lat[:, 1])
    return [
        Pose(
            (float(east[n]), float(north[n]), float(shots.z_m[n])),
            float(shots.heading_deg[n]) % 360,
            float(shots.pitch_deg[n]),
        )
        for n in range(len(shots.xy))
    ]


def photos_of(scene: Scene, poses: list[Pose], folder: Path, width_px: int, seed: int) -> Path:
    """Photograph the flight, with GPS as bad as the demo's."""
    places = gps_positions(poses, seed)
    shots = [
        Shot(pose, (float(e), float(n), float(u)), 2.0 * index, round(pose.position[2], 2))
        for index, (pose, (e, n, u)) in enumerate(zip(poses, places, strict=True))
    ]
    folder.mkdir(parents=True)
    photograph(scene, shots, folder, width_px=width_px, seed=seed)
    return folder


def reconstruct(photos: Path, root: Path, budget: float) -> tuple[Delivered, TrainResult, Path]:
    """The whole sfm job and the whole train job; returns what they say and the train's folder."""
    delivered = run_capture(photos, root / "sfm")
    if not isinstance(delivered, Delivered):
        raise SystemExit(f"{delivered.stage} refused {photos}: {delivered.message}")
    inputs = root / "train" / "input" / "data"
    (inputs / "options").mkdir(parents=True)
    (inputs / "scene").symlink_to(delivered.geo_file.parent.resolve())
    options = TrainOptions.model_validate({"quality": QUALITY, "budget": budget})
    (inputs / "options" / "options.json").write_text(options.model_dump_json())
    container = Container(root / "train", "train")
    train(container)
    result = TrainResult.model_validate_json((container.output / "result.json").read_bytes())
    return delivered, result, container.output


def fly(
    plan: Plan, scene: Scene, views: list[View], root: Path, typed: argparse.Namespace
) -> tuple[Flown, list[NDArray[np.uint8]]]:
    """Photograph, reconstruct and judge one plan."""
    photos = photos_of(scene, poses_of(plan), root / "photos", typed.width, typed.seed)
    delivered, result, folder = reconstruct(photos, root, typed.budget)
    placed = Placed.read(photos / "truth.json", delivered.geo_file)
    scores, renders = judge(read_ply(folder / "scene.ply"), result.background_rgb, placed, views)
    flown = Flown(
        pattern=str(plan.request.pattern),
        photos=len(list(photos.glob("*.JPG"))),
        minutes=round(minutes(plan), 2),
        registered=f"{delivered.result.photos_registered} of {delivered.result.photos_total}",
        gaussians=result.gaussians,
        steps=result.steps,
        psnr_db=mean_of(scores, "psnr_db"),
        ssim=mean_of(scores, "ssim"),
        views=tuple(scores),
    )
    return flown, renders


def run(typed: argparse.Namespace, work: Path) -> tuple[Flown, Flown]:
    ours = splat_plan(typed)
    grid = nadir_plan(typed, minutes(ours))
    if abs(minutes(grid) / minutes(ours) - 1) > SAME_MINUTES:
        sys.stdout.write(f"Not the same minutes: {minutes(ours):.2f} and {minutes(grid):.2f}\n")
    scene = build_scene(typed.seed, AGL_M / focal_px(typed.width))
    flown_at = np.array([pose.position for plan in (ours, grid) for pose in poses_of(plan)])
    views = held_out_views(scene, typed.views, typed.half, typed.seed, flown_at)
    found = [
        fly(plan, scene, views, work / str(plan.request.pattern), typed) for plan in (ours, grid)
    ]
    (first, our_renders), (second, their_renders) = found
    rows = zip((view.photo for view in views), our_renders, their_renders, strict=True)
    Image.fromarray(sheet(list(rows))).save(work / "views.png")
    return first, second


def report(ours: Flown, grid: Flown) -> dict[str, Any]:
    say = sys.stdout.write
    for flown in (ours, grid):
        say(
            f"{flown.pattern:6} {flown.photos:4d} photos {flown.minutes:5.2f} min "
            f"{flown.registered:>10} registered {flown.gaussians:6d} Gaussians "
            f"{flown.steps:5d} steps {flown.psnr_db:6.2f} dB SSIM {flown.ssim:.3f}\n"
        )
    for a, b in zip(ours.views, grid.views, strict=True):
        say(f"  {a.view:24} {a.psnr_db:6.2f} {b.psnr_db:6.2f} dB  SSIM {a.ssim:.3f} {b.ssim:.3f}\n")
    gain_db, gain_ssim = ours.psnr_db - grid.psnr_db, ours.ssim - grid.ssim
    say(f"gain {gain_db:+.2f} dB (goal {GOAL_DB:+.1f}), SSIM {gain_ssim:+.3f}\n")
    return {"ours": asdict(ours), "grid": asdict(grid), "gain_db": gain_db, "gain_ssim": gain_ssim}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", type=float, default=24.0, help="of the area's side, metres")
    parser.add_argument("--overlaps", type=float, nargs=2, default=(0.75, 0.6))
    parser.add_argument("--orbits", type=int, default=1)
    parser.add_argument("--width", type=int, default=720, help="of the photos, pixels")
    parser.add_argument("--views", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--budget", type=float, default=1.0, help="multiplies training's work")
    parser.add_argument("--work", type=Path, help="a new folder to keep everything in")
    parser.add_argument("--out", type=Path, default=Path("out/bench/plan_loop.json"))
    typed = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = typed.work or Path(name)
        work.mkdir(parents=True, exist_ok=True)
        figures = report(*run(typed, work))
    typed.out.parent.mkdir(parents=True, exist_ok=True)
    typed.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
