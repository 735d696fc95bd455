"""The demo's capture: photos of a made-up village with true poses beside them."""

import json
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from spaceport_scenery.exif import Origin, Tags, enu_to_geodetic, save_photo
from spaceport_scenery.flight import (
    GRID_AGL_M,
    Pose,
    focal_px,
    gps_positions,
    plan_flight,
    view_of,
)
from spaceport_scenery.render import Scene, draw_photo
from spaceport_scenery.scene import build_scene

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

Tell = Callable[[int, int], None]


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


def _tags(pose: Pose, gps: np.ndarray[tuple[int], np.dtype[np.float64]], index: int) -> Tags:
    latitude_deg, longitude_deg, altitude_m = enu_to_geodetic(gps, ORIGIN)
    return Tags(
        latitude_deg,
        longitude_deg,
        altitude_m,
        # The barometer is steadier than GPS: to the centimetre, above take-off at z = 0.
        round(pose.position[2], 2),
        pose.pitch_deg,
        pose.yaw_deg,
        TAKE_OFF + timedelta(seconds=SECONDS_BETWEEN_PHOTOS * index),
    )


def _take(
    scene: Scene,
    pose: Pose,
    tags: Tags,
    path: Path,
    *,
    size: tuple[int, int],
    seed: tuple[int, int],
) -> None:
    width_px, height_px = size
    pixels = np.empty((height_px, width_px, 3), np.uint8)
    draw_photo(scene, view_of(pose, width_px, height_px), pixels)
    grain = np.random.default_rng([*seed, 3]).normal(0, SENSOR_NOISE, pixels.shape[:2])
    noisy = np.clip(np.rint(pixels + grain[..., None]), 0, 255).astype(np.uint8)
    save_photo(path, noisy, tags)


def _truth(poses: list[Pose], width_px: int, height_px: int) -> dict[str, object]:
    view = view_of(poses[0], width_px, height_px)
    return {
        "photos": {
            photo_name(index): {
                "position_enu_m": list(pose.position),
                "camera_to_world": pose.camera_to_world().tolist(),
            }
            for index, pose in enumerate(poses)
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


def _fill(folder: Path, photos: int, width_px: int, seed: int, progress: Tell | None) -> None:
    height_px = round(width_px * ASPECT)
    poses = plan_flight(photos, seed)
    positions = gps_positions(poses, seed)
    gsd_m = GRID_AGL_M / focal_px(width_px)
    scene = build_scene(seed, max(FINEST_TEXEL_M, gsd_m), THREADS)
    with ThreadPoolExecutor(THREADS) as pool:
        jobs = [
            pool.submit(
                _take,
                scene,
                pose,
                _tags(pose, positions[index], index),
                folder / photo_name(index),
                size=(width_px, height_px),
                seed=(seed, index),
            )
            for index, pose in enumerate(poses)
        ]
        for done, job in enumerate(as_completed(jobs), start=1):
            job.result()
            if progress is not None:
                progress(done, photos)
    truth = json.dumps(_truth(poses, width_px, height_px), indent=1)
    (folder / "truth.json").write_text(truth, encoding="utf-8")


def generate_capture(
    folder: Path,
    photos: int = 28,
    width_px: int = 1200,
    seed: int = 7,
    progress: Tell | None = None,
) -> Path:
    """Photograph the made-up village; returns `folder`, which holds the photos and `truth.json`.

    The photos are 3:2, `SPACE_0001.JPG` and on, and the same for the same arguments. The folder
    appears only when it is whole. `progress(done, photos)` is called after every photo.

    Raises CaptureRefused for sizes that make no sense and for a folder that is not empty.
    """
    _check(folder, photos, width_px)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _fill(temporary, photos, width_px, seed, progress)
        temporary.chmod(0o755)
        # An empty folder of that name gives way; anything else in it was refused above.
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return folder
