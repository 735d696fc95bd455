"""The demo's capture: photos of a made-up village with true poses beside them."""

import json
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from spaceport_scenery.exif import DroneTags, Origin, Tags, enu_to_geodetic, save_photo
from spaceport_scenery.flight import (
    GRID_AGL_M,
    focal_px,
    gps_positions,
    plan_flight,
    view_of,
)
from spaceport_scenery.kinds import Land, Shot, plan
from spaceport_scenery.render import Scene, draw_photo, is_free
from spaceport_scenery.scene import build_scene
from spaceport_scenery.terrain import sample

ORIGIN = Origin(46.6312, 7.9041, 612.0)
TAKE_OFF = datetime(2026, 6, 13, 15, 20, tzinfo=UTC)
SECONDS_BETWEEN_PHOTOS = 4
ASPECT = 2 / 3
THREADS = 2
FEWEST, MOST = 4, 120
NARROWEST_PX, WIDEST_PX = 160, 4000
SENSOR_NOISE = 0.8
"""Standard deviation of the sensor's noise, of 255."""
FINEST_TEXEL_M = 0.03

DISPLAY_GAMMA = 2.2
THERMAL_REDUCTION = 4

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class _Wish:
    """What is to be photographed."""

    photos: int
    width_px: int
    seed: int
    kind: str | None

    def shots(self, land: Land) -> list[Shot]:
        if self.kind is None:
            return _village_shots(self.photos, self.seed)
        return plan(self.kind, self.photos, self.seed, land)


class CaptureRefused(ValueError):
    """A wish that cannot be photographed: `args` is what is wrong, and the remedy."""


def _check(folder: Path, photos: int, width_px: int) -> None:
    if not FEWEST <= photos <= MOST:
        raise CaptureRefused(
            f"The village can be photographed {FEWEST} to {MOST} times, not {photos} times.",
            f"Ask for {FEWEST} to {MOST} photos.",
        )
    if not NARROWEST_PX <= width_px <= WIDEST_PX:
        raise CaptureRefused(
            f"A made-up photo can be {NARROWEST_PX} to {WIDEST_PX} px wide, not {width_px}.",
            f"Ask for a width of {NARROWEST_PX} to {WIDEST_PX} px.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CaptureRefused(
            f"{folder} is already there and is not an empty folder.",
            "Name a new folder, or remove this one first.",
        )


def photo_name(index: int) -> str:
    """File name of the photo number `index`, counted from 0."""
    return f"SPACE_{index + 1:04d}.JPG"


def _village_shots(photos: int, seed: int) -> list[Shot]:
    """The demo's own flight."""
    poses = plan_flight(photos, seed)
    positions = gps_positions(poses, seed)
    return [
        Shot(
            pose,
            (float(place[0]), float(place[1]), float(place[2])),
            SECONDS_BETWEEN_PHOTOS * index,
            # The barometer is steadier than GPS: to the centimetre, above take-off at z = 0.
            round(pose.position[2], 2),
        )
        for index, (pose, place) in enumerate(zip(poses, positions, strict=True))
    ]


def _names(shots: list[Shot]) -> list[str]:
    """As drones number their photos: twins share a number and end in _V and _T."""
    if not any(shot.thermal for shot in shots):
        return [photo_name(index) for index in range(len(shots))]
    return [
        photo_name(index // 2).replace(".JPG", "_T.JPG" if shot.thermal else "_V.JPG")
        for index, shot in enumerate(shots)
    ]


def _tags(shot: Shot) -> Tags:
    latitude_deg, longitude_deg, altitude_m = enu_to_geodetic(np.array(shot.gps_m), ORIGIN)
    pose = shot.pose
    taken_at = TAKE_OFF + timedelta(seconds=round(shot.seconds))
    if shot.phone:
        phone = {"make": "Handheld", "model": "Phone-1"}
        return Tags(latitude_deg, longitude_deg, altitude_m, taken_at, None, **phone)
    drone = DroneTags(shot.above_m, pose.pitch_deg, pose.yaw_deg, pose.roll_deg, shot.thermal)
    model = "Procedural-1T" if shot.thermal else "Procedural-1"
    return Tags(latitude_deg, longitude_deg, altitude_m, taken_at, drone, model=model)


def _take(scene: Scene, shot: Shot, path: Path, *, size: tuple[int, int], seed: list[int]) -> None:
    width_px, height_px = size
    pixels = np.empty((height_px, width_px, 3), np.uint8)
    draw_photo(scene, view_of(shot.pose, width_px, height_px), pixels)
    grain = np.random.default_rng(seed).normal(0, SENSOR_NOISE, pixels.shape[:2])
    exposed = pixels * 2.0 ** (shot.exposure_ev / DISPLAY_GAMMA)
    noisy = np.clip(np.rint(exposed + grain[..., None]), 0, 255).astype(np.uint8)
    save_photo(path, _heat(noisy) if shot.thermal else noisy, _tags(shot))


def _heat(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A thermal picture: a quarter of the size, blurred, hot where the light says little of it."""
    small = Image.fromarray(pixels).reduce(THERMAL_REDUCTION).filter(ImageFilter.GaussianBlur(2))
    red, green, blue = np.moveaxis(np.asarray(small, dtype=np.float64), 2, 0)
    heat = np.abs(red - 110) + 2 * (red - green) - 0.5 * blue
    heat = (heat - heat.min()) / max(float(np.ptp(heat)), 1.0)
    colours = np.stack([heat, heat**2, 0.5 * (1 - heat)], axis=-1)
    return np.asarray(255 * colours, dtype=np.uint8)


def _truth(shots: list[Shot], width_px: int, height_px: int) -> dict[str, object]:
    view = view_of(shots[0].pose, width_px, height_px)
    return {
        "photos": {
            name: {
                "position_enu_m": list(shot.pose.position),
                "camera_to_world": shot.pose.camera_to_world().tolist(),
            }
            for name, shot in zip(_names(shots), shots, strict=True)
        },
        "origin": {
            "latitude_deg": ORIGIN.latitude_deg,
            "longitude_deg": ORIGIN.longitude_deg,
            "altitude_m": ORIGIN.altitude_m,
        },
        "camera": {
            "focal_px": focal_px(width_px),
            "width_px": width_px,
            "height_px": height_px,
            "cx_px": view.cx_px,
            "cy_px": view.cy_px,
            "k1": view.k1,
        },
        "ground_height_m": 0.0,
    }


def _fill(folder: Path, wish: _Wish, progress: Tell | None) -> None:
    width_px, seed = wish.width_px, wish.seed
    gsd_m = GRID_AGL_M / focal_px(width_px)
    scene = build_scene(seed, max(FINEST_TEXEL_M, gsd_m), THREADS)
    shots = wish.shots(
        Land(lambda x, y: float(sample(scene.heights, x, y)), lambda x, y: is_free(scene, x, y))
    )
    photograph(scene, shots, folder, width_px=width_px, seed=seed, progress=progress)


def photograph(
    scene: Scene,
    shots: list[Shot],
    folder: Path,
    *,
    width_px: int,
    seed: int,
    progress: Tell | None = None,
) -> None:
    """Photograph a scene from any places into a folder, with `truth.json` beside the photos."""
    height_px = round(width_px * ASPECT)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(
                _take,
                scene,
                shot,
                folder / name,
                size=(width_px, height_px),
                seed=[seed, index, 3],
            )
            for index, (name, shot) in enumerate(zip(_names(shots), shots, strict=True))
        ]
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            if progress is not None:
                progress(done, len(shots))
    truth = json.dumps(_truth(shots, width_px, height_px), indent=1)
    (folder / "truth.json").write_text(truth, encoding="utf-8")


def generate_capture(
    folder: Path,
    photos: int = 28,
    width_px: int = 1200,
    seed: int = 7,
    progress: Tell | None = None,
    kind: str | None = None,
) -> Path:
    """Photograph the made-up village; returns `folder`, which holds the photos and `truth.json`.

    The photos are 3:2, `SPACE_0001.JPG` and on, and the same for the same arguments. The folder
    appears only when it is whole. `progress(done, photos)` is called after every photo. `kind` is
    one of `kinds.KINDS`; without it the flight is the demo's.

    Raises CaptureRefused for sizes that make no sense and for a folder that is not empty.
    """
    _check(folder, photos, width_px)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _fill(temporary, _Wish(photos, width_px, seed, kind), progress)
        temporary.chmod(0o755)
        # An empty folder of that name gives way; anything else in it was refused above.
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return folder
