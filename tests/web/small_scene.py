"""A small generated result for the viewer: a coloured field with a tower, seen by six photos."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from spaceport_compress.job.coarse.level import COARSE, write_coarse
from spaceport_compress.job.sog.encode import Effort, encode
from spaceport_compress.job.sog.file import decode, write_bundle
from spaceport_compress.job.sog.importance import importance
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import SH_C0, Gaussians
from spaceport_splat.rasterise import render

Triple = tuple[float, float, float]
Points = npt.NDArray[np.float64]

ORIGIN = {"latitude_deg": 46.63, "longitude_deg": 7.9, "altitude_m": 655.0}
GROUND_UP = -40.0
TITLE = "A coloured field"
# The lightest theme's background of the scene, which the picture has where no splat is.
BACKGROUND = (239 / 255, 237 / 255, 232 / 255)
STEP_M = 0.5
WIDTH_PX, HEIGHT_PX, FOCAL_PX = 480, 360, 420.0


@dataclass(frozen=True)
class SmallScene:
    """The folder as `spaceport run` leaves one, and what a renderer must show of it."""

    folder: Path
    gaussians: Gaussians
    cameras: tuple[Camera, ...]


def _field(rng: np.random.Generator) -> tuple[Points, Points]:
    """Centres and colours: waves of strong colours, so that a wrong picture is a very wrong one.

    Neighbours differ little: which of two overlapping splats comes first is the renderer's choice
    (the engine's by distance, ours by depth), and not what is tested.
    """
    east, north = np.meshgrid(np.arange(-24, 24.01, STEP_M), np.arange(-18, 18.01, STEP_M))
    centres = np.column_stack([east.ravel(), north.ravel(), np.full(east.size, GROUND_UP)])
    waves = [(0.5, 0.15, 0.0), (-0.25, 0.45, 1.0), (0.1, -0.5, 2.0)]
    tint = [0.5 + 0.49 * np.sin(a * centres[:, 0] + b * centres[:, 1] + c) for a, b, c in waves]
    return centres, np.column_stack(tint) + rng.normal(0, 0.01, (len(centres), 3))


def _tower() -> tuple[Points, Points]:
    """Ten metres high, at 8 east and 5 north: what a height is measured on."""
    side = np.arange(-1, 1.01, 0.25)
    up = np.arange(0.25, 10.01, 0.25)
    walls = [(x, y, z) for z in up for x in side for y in side if max(abs(x), abs(y)) > 0.9]
    roof = [(x, y, 10.0) for x in side for y in side]
    centres = np.array([*walls, *roof]) + np.array([8.0, 5.0, GROUND_UP])
    return centres, np.where(centres[:, 2:] > GROUND_UP + 9, 0.95, 0.45) * np.ones(3)


def make_gaussians() -> Gaussians:
    """A few thousand, with colours that depend on the direction of view."""
    rng = np.random.default_rng(7)
    parts = [_field(rng), _tower()]
    centres = np.concatenate([part[0] for part in parts])
    colours = np.concatenate([part[1] for part in parts])
    count = len(centres)
    is_ground = centres[:, 2] == GROUND_UP
    sigma = np.where(is_ground[:, None], np.array([0.25, 0.25, 0.03]), 0.15)
    harmonics = np.tile(rng.normal(0, 0.12, (1, 3, 3)), (count, 1, 1))
    return Gaussians(
        means=centres.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        scales=np.log(sigma).astype(np.float32),
        opacities=np.full(count, 4.0, np.float32),
        sh0=((colours - 0.5) / SH_C0).astype(np.float32),
        shN=harmonics.astype(np.float32),
    )


def look_at(eye: Triple, target: Triple, roll_deg: float = 0.0, **lens: float) -> Camera:
    """A camera with the horizon level, then rolled; lens: fx, width_px, height_px."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    roll = np.radians(roll_deg)
    axes = np.array(
        [
            np.cos(roll) * right + np.sin(roll) * down,
            np.cos(roll) * down - np.sin(roll) * right,
            forward,
        ]
    )
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = axes, -axes @ np.asarray(eye)
    width, height = int(lens.get("width_px", WIDTH_PX)), int(lens.get("height_px", HEIGHT_PX))
    focal = lens.get("fx", FOCAL_PX)
    return Camera("", pose, focal, focal, width / 2, height / 2, width, height)


def make_cameras() -> tuple[Camera, ...]:
    """Six photos along a line, the last one rolled as no gimbal holds it."""
    eyes = [(-15.0 + 6 * index, -14.0, 0.0) for index in range(6)]
    return tuple(
        look_at(eye, (eye[0] * 0.5, 0.0, GROUND_UP), roll_deg=12.0 if index == 5 else 0.0)
        for index, eye in enumerate(eyes)
    )


def picture(gaussians: Gaussians, camera: Camera) -> npt.NDArray[np.float32]:
    """What our own renderer shows, float32[H, W, 3] from 0 to 1."""
    image, _ = render(gaussians, camera, BACKGROUND)
    return np.clip(image, 0, 1)


def write_small_scene(folder: Path) -> SmallScene:
    """Everything that `spaceport view` looks for."""
    gaussians, cameras = make_gaussians(), make_cameras()
    document = encode(gaussians, importance(gaussians, list(cameras)), Effort(0.0, 1024))
    scene = folder / "scene.sog"
    write_bundle(scene, document)
    scene_bytes = scene.stat().st_size
    assert write_coarse(folder / COARSE, gaussians, cameras, scene_bytes, scene_bytes // 3)
    decoded = decode(document)
    (folder / "photos").mkdir()
    (folder / "sparse").mkdir()
    for index, camera in enumerate(cameras):
        pixels = (picture(decoded, camera) * 255).round().astype(np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / _original(index), quality=92)
    (folder / "sparse" / "geo.json").write_text(json.dumps(geo_document(cameras)))
    (folder / "report.json").write_text(json.dumps({"title": TITLE}))
    return SmallScene(folder, decoded, cameras)


def geo_document(cameras: tuple[Camera, ...]) -> dict[str, object]:
    """As sfm's `geo.json`."""
    photos = [
        {
            "name": f"{index + 1:04d}-photo.jpg",
            "original": _original(index),
            "position_m": camera.position.tolist(),
            "camera_to_world": camera.world_to_camera[:3, :3].T.tolist(),
            "camera": {
                "width_px": camera.width_px,
                "height_px": camera.height_px,
                "focal_x_px": camera.fx,
                "focal_y_px": camera.fy,
                "centre_x_px": camera.cx,
                "centre_y_px": camera.cy,
            },
        }
        for index, camera in enumerate(cameras)
    ]
    return {
        "frame": "east-north-up",
        "unit": "m",
        "origin": ORIGIN,
        "gps_rms_m": 0.5,
        "ground_z_m": GROUND_UP,
        "photos": photos,
    }


def _original(index: int) -> str:
    return f"PHOTO_{index + 1}.JPG"
