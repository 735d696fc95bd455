"""Test code: a small generated flight over flat ground with flat roofs, with its true poses."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDTH_PX, HEIGHT_PX, FOCAL_PX = 400, 300, 320.0
FOCAL_35MM = 27.7  # FOCAL_PX / diagonal * 43.27: what the EXIF of such a camera says
HEIGHT_M = 40.0
EXTENT_M = 140.0
TEXELS_PER_M = 12.0
LATITUDE, LONGITUDE, ALTITUDE = 47.0, 8.0, 400.0
METRES_PER_DEGREE = 111_160.0

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Roof:
    """A horizontal rectangle of ground texture lifted to `height_m`."""

    x_m: float
    y_m: float
    half_m: float
    height_m: float


ROOFS = tuple(
    Roof(x, y, half, height)
    for x, y, half, height in [
        (-14.0, -9.0, 4.0, 6.0),
        (9.0, -12.0, 5.0, 9.0),
        (-4.0, 10.0, 5.0, 4.0),
        (16.0, 8.0, 4.0, 11.0),
        (-22.0, 14.0, 5.0, 7.0),
        (2.0, -1.0, 2.5, 5.0),
        (26.0, -4.0, 4.0, 8.0),
        (-28.0, -16.0, 4.0, 5.0),
    ]
)


@cache
def texture(seed: int) -> NDArray[np.uint8]:
    """Noise of many sizes: features at every scale."""
    random = np.random.default_rng(seed)
    side = int(EXTENT_M * TEXELS_PER_M)
    total = np.zeros((side, side, 3), np.float32)
    for octave in range(3, 10):
        noise = random.standard_normal((2**octave, 2**octave, 3)).astype(np.float32)
        total += cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(128 + 28 * total, 0, 255), dtype=np.uint8)


def grid(columns: int, rows: int, step_m: float = 9.0) -> list[Array]:
    """Camera centres of a serpentine, ENU metres."""
    random = np.random.default_rng(5)
    centres = []
    for row in range(rows):
        order = range(columns) if row % 2 == 0 else reversed(range(columns))
        for column in order:
            x, y = (column - (columns - 1) / 2) * step_m, (row - (rows - 1) / 2) * step_m
            centres.append(np.array([x, y, HEIGHT_M]) + random.normal(0, 0.5, 3))
    return centres


def looking_down(tilt: Array) -> Array:
    """Camera-to-world [3, 3]: x right (east), y down (south), z forward (down), tilted a little."""
    base = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]])
    return np.asarray(cv2.Rodrigues(tilt)[0] @ base)


def render(centre: Array, camera_to_world: Array, seed: int = 1) -> NDArray[np.uint8]:
    """Ground first, then the roofs from low to high."""
    surface = texture(seed)
    image = _plane(surface, centre, camera_to_world, 0.0, None)
    for roof in sorted(ROOFS, key=lambda roof: roof.height_m):
        # Other texels than the ground below, or the roof would look transparent.
        shifted = np.roll(surface, 301 + int(roof.height_m * 17), axis=0)
        lifted = _plane(shifted, centre, camera_to_world, roof.height_m, None)
        mask = np.zeros(surface.shape[:2], np.uint8)
        low = _texel(roof.x_m - roof.half_m, roof.y_m + roof.half_m)
        high = _texel(roof.x_m + roof.half_m, roof.y_m - roof.half_m)
        cv2.rectangle(mask, low, high, 255, -1)
        inside = _plane(mask, centre, camera_to_world, roof.height_m, 0) > 127
        image[inside] = lifted[inside]
    return image


def _texel(x_m: float, y_m: float) -> tuple[int, int]:
    column = (x_m + EXTENT_M / 2) * TEXELS_PER_M
    return int(column), int((EXTENT_M / 2 - y_m) * TEXELS_PER_M)


def _plane(
    surface: NDArray[np.uint8],
    centre: Array,
    camera_to_world: Array,
    height_m: float,
    border: int | None,
) -> NDArray[np.uint8]:
    intrinsics = np.array(
        [[FOCAL_PX, 0, WIDTH_PX / 2 - 0.5], [0, FOCAL_PX, HEIGHT_PX / 2 - 0.5], [0, 0, 1]]
    )
    turn = camera_to_world.T
    offset = turn @ (np.array([0.0, 0.0, height_m]) - centre)
    plane_to_image = intrinsics @ np.column_stack([turn[:, 0], turn[:, 1], offset])
    texel_to_plane = np.array(
        [
            [1 / TEXELS_PER_M, 0, -EXTENT_M / 2],
            [0, -1 / TEXELS_PER_M, EXTENT_M / 2],
            [0, 0, 1],
        ]
    )
    mode = cv2.BORDER_WRAP if border is None else cv2.BORDER_CONSTANT
    warped = cv2.warpPerspective(
        surface,
        plane_to_image @ texel_to_plane,
        (WIDTH_PX, HEIGHT_PX),
        flags=cv2.INTER_AREA,
        borderMode=mode,
    )
    return np.asarray(warped, dtype=np.uint8)


def write_flight(
    folder: Path, centres: list[Array], names: list[str] | None = None, with_gps: bool = True
) -> None:
    """Photos with EXIF, and `truth.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(11)
    truth: dict[str, object] = {}
    for index, centre in enumerate(centres):
        name = names[index] if names else f"DJI_{index:04d}.JPG"
        pose = looking_down(random.normal(0, 0.03, 3))
        noise = random.normal(0, 5, (HEIGHT_PX, WIDTH_PX, 3))
        pixels = np.clip(render(centre, pose) + noise, 0, 255).astype(np.uint8)
        write_photo(folder / name, pixels, centre if with_gps else None)
        truth[name] = {"position_enu_m": centre.tolist(), "camera_to_world": pose.tolist()}
    (folder / "truth.json").write_text(
        json.dumps({"photos": truth, "ground_height_m": 0.0}), encoding="utf-8"
    )


def write_photo(path: Path, pixels: NDArray[np.uint8], centre: Array | None) -> None:
    """A JPEG as a drone writes it."""
    image = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[271], exif[272] = "Test", "T1"
    exif.get_ifd(0x8769)[41989] = FOCAL_35MM
    if centre is not None:
        gps = exif.get_ifd(0x8825)
        latitude = LATITUDE + centre[1] / METRES_PER_DEGREE
        scale = METRES_PER_DEGREE * np.cos(np.radians(LATITUDE)) * 1.0025
        longitude = LONGITUDE + centre[0] / scale
        gps[1], gps[2], gps[3], gps[4] = "N", _dms(latitude), "E", _dms(longitude)
        gps[5], gps[6] = b"\x00", ALTITUDE + centre[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, "JPEG", quality=92, exif=exif)


def _dms(degrees: float) -> tuple[float, float, float]:
    whole, rest = int(degrees), (degrees - int(degrees)) * 60
    return float(whole), float(int(rest)), round((rest - int(rest)) * 60, 5)
