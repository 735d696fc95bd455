"""Oblique views of the generated village that no flight took, and how splats show them."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spaceport_scenery.flight import Pose
from spaceport_scenery.render import Scene, draw_photo
from spaceport_scenery.render import View as Lens
from spaceport_scenery.truth import similarity
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.quality import psnr_db, ssim
from spaceport_splat.rasterise import Rasteriser

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
SIZE_PX = (480, 320)
ACROSS_DEG = 40.0
"""Narrower than the flights' camera: the views show the area, not what lies beyond it."""
AWAY_M = (28.0, 42.0)
PITCH_DEG = (-50.0, -32.0)
AIMED = 0.5
"""The middles of the views lie in the inner half of the area."""
APART_M = 3.0
"""No view is nearer than this to any photo that was flown."""


@dataclass(frozen=True)
class View:
    """One held-out view: where it is, and what is truly seen there."""

    name: str
    pose: Pose
    photo: Pixels


@dataclass(frozen=True)
class Score:
    """How well a splat shows one view."""

    view: str
    psnr_db: float
    ssim: float


@dataclass(frozen=True)
class Placed:
    """Where a reconstruction lies: true = scale * rotation @ found + shift."""

    scale: float
    rotation: Floats
    shift: Floats

    @classmethod
    def read(cls, truth_file: Path, geo_file: Path) -> "Placed":
        """From the places of the photos that both know."""
        truth = json.loads(truth_file.read_text(encoding="utf-8"))["photos"]
        geo = json.loads(geo_file.read_text(encoding="utf-8"))["photos"]
        found = {photo["original"]: photo["position_m"] for photo in geo}
        names = sorted(set(truth) & set(found))
        source = np.array([found[name] for name in names])
        target = np.array([truth[name]["position_enu_m"] for name in names])
        return cls(*similarity(source, target))

    def camera(self, view: View) -> Camera:
        """The view as a camera of the reconstruction."""
        axes = self.rotation.T @ view.pose.camera_to_world()
        centre = self.rotation.T @ (np.array(view.pose.position) - self.shift) / self.scale
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = axes.T, -axes.T @ centre
        focal = _focal_px()
        width, height = SIZE_PX
        return Camera(view.name, pose, focal, focal, width / 2, height / 2, width, height)


def _focal_px() -> float:
    return SIZE_PX[0] / 2 / math.tan(math.radians(ACROSS_DEG / 2))


def held_out_views(
    scene: Scene, count: int, half_m: float, seed: int, flown_m: Floats
) -> list[View]:
    """Views at even bearings, each at a chance distance, pitch and aim; none where a photo was."""
    rng = np.random.default_rng([seed, 5])
    views: list[View] = []
    while len(views) < count:
        pose = _pose(rng, 360 * len(views) / count, half_m)
        if np.linalg.norm(flown_m - pose.position, axis=1).min() < APART_M:
            continue
        name = f"from {(pose.yaw_deg + 180) % 360:3.0f} at {pose.pitch_deg:3.0f} degrees"
        views.append(View(name, pose, _photo(scene, pose)))
    return views


def _pose(rng: np.random.Generator, bearing_deg: float, half_m: float) -> Pose:
    bearing = math.radians(bearing_deg + float(rng.uniform(-10, 10)))
    aim = rng.uniform(-AIMED * half_m, AIMED * half_m, 2)
    pitch, away_m = float(rng.uniform(*PITCH_DEG)), float(rng.uniform(*AWAY_M))
    level_m = away_m * math.cos(math.radians(pitch))
    east, north = aim + level_m * np.array([math.sin(bearing), math.cos(bearing)])
    up = 1.5 - away_m * math.sin(math.radians(pitch))
    return Pose((float(east), float(north), up), (math.degrees(bearing) + 180) % 360, pitch)


def _photo(scene: Scene, pose: Pose) -> Pixels:
    right, down, forward = ((float(x), float(y), float(z)) for x, y, z in pose.camera_to_world().T)
    width, height = SIZE_PX
    lens = Lens(pose.position, right, down, forward, _focal_px(), width / 2, height / 2, 0.0)
    pixels = np.empty((height, width, 3), np.uint8)
    draw_photo(scene, lens, pixels)
    return pixels


def judge(
    gaussians: Gaussians, background: tuple[float, float, float], placed: Placed, views: list[View]
) -> tuple[list[Score], list[Pixels]]:
    """Render every view with our own rasteriser, and compare."""
    rasteriser = Rasteriser()
    scores, renders = [], []
    for view in views:
        frame = rasteriser.forward(gaussians, placed.camera(view), background)
        render = np.clip(frame.image.transpose(1, 2, 0), 0, 1)
        photo = view.photo / 255
        scores.append(Score(view.name, psnr_db(render, photo), ssim(render, photo)))
        renders.append(np.rint(render * 255).astype(np.uint8))
    return scores, renders


def mean_of(scores: list[Score], figure: str) -> float:
    return float(np.mean([getattr(score, figure) for score in scores]))


def sheet(rows: list[tuple[Pixels, ...]]) -> Pixels:
    """All pictures of a row side by side, the rows below each other."""
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])
