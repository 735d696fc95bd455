"""Registered photos -> pinhole photos of the wanted size, with the model that fits them.

COLMAP's own undistortion gives the same geometry at ten times the cost, and reduces by bilinear
samples; here a photo is reduced by area first and warped once at about its own scale.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pycolmap
from numpy.typing import NDArray

from spaceport_sfm.job.task import Task

MODEL_FILES = ("cameras.bin", "images.bin", "points3D.bin")
# COLMAP's pixel centres lie at .5, OpenCV's at 0.
PIXEL_CENTRE = 0.5
# Rows of the pixel grid that are projected at once.
BLOCK_ROWS = 64


@dataclass(frozen=True)
class Warp:
    """Where each undistorted pixel comes from, in the reduced photo."""

    width_px: int
    height_px: int
    map_x: NDArray[np.float32]
    map_y: NDArray[np.float32]


def undistort(model: pycolmap.Reconstruction, task: Task, step: Callable[[int, int], None]) -> None:
    """Write `images/` and `sparse/0/*.bin` into the task's output folder.

    `model` becomes the undistorted one: PINHOLE cameras, observations moved along.
    """
    options = pycolmap.UndistortCameraOptions()
    options.max_image_size = task.effort.undistorted_side_px
    images = [image for image in model.images.values() if image.has_pose]
    (task.output / "images").mkdir(exist_ok=True)
    done = 0
    step(done, len(images))
    # Camera by camera: a warp is as large as a photo, and zoomed captures have many cameras.
    for key, camera in model.cameras.items():
        pinhole = pycolmap.undistort_camera(options, camera)
        members = [image for image in images if image.camera_id == key]
        for _ in _warp_photos([image.name for image in members], make_warp(camera, pinhole), task):
            done += 1
            step(done, len(images))
        for image in members:
            _move_observations(image, camera, pinhole)
        camera.model, camera.width, camera.height = pinhole.model, pinhole.width, pinhole.height
        camera.params = list(pinhole.params)
    model.update_point_3d_errors()
    _write_model(model, task)


def _warp_photos(names: list[str], warp: Warp, task: Task) -> Iterator[str]:
    """Warp the named photos into the output folder, yielding each when it is done."""
    cv2.setNumThreads(1)

    def work(name: str) -> str:
        target = task.output / "images" / name
        warp_photo(task.images / name, target, warp, task.effort.jpeg_quality)
        return name

    with ThreadPoolExecutor(task.threads) as pool:
        yield from pool.map(work, names)


def make_warp(camera: pycolmap.Camera, pinhole: pycolmap.Camera) -> Warp:
    """The map from `pinhole`'s pixels to `camera`'s photo, reduced to about the same scale."""
    scale = reduction(camera, pinhole)
    width_px = max(1, round(camera.width * scale))
    height_px = max(1, round(camera.height * scale))
    scales = np.array([width_px / camera.width, height_px / camera.height])
    columns = np.arange(pinhole.width) + PIXEL_CENTRE
    map_x = np.empty((pinhole.height, pinhole.width), np.float32)
    map_y = np.empty_like(map_x)
    for start in range(0, pinhole.height, BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, pinhole.height)) + PIXEL_CENTRE
        grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
        found = _project(pinhole, camera, grid) * scales - PIXEL_CENTRE
        map_x[start : start + len(rows)] = found[:, 0].reshape(len(rows), len(columns))
        map_y[start : start + len(rows)] = found[:, 1].reshape(len(rows), len(columns))
    return Warp(width_px, height_px, map_x, map_y)


def reduction(camera: pycolmap.Camera, pinhole: pycolmap.Camera) -> float:
    """How much smaller the pinhole photo shows things; never above 1."""
    return float(min(1.0, pinhole.mean_focal_length() / camera.mean_focal_length()))


def warp_photo(source: Path, target: Path, warp: Warp, jpeg_quality: int) -> None:
    """Undistort one photo.

    Raises:
        ValueError: the photo cannot be decoded, or the result not be encoded.
    """
    photo = cv2.imread(str(source), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if photo is None:
        raise ValueError(f"{source.name} cannot be decoded")
    if photo.shape[1] != warp.width_px or photo.shape[0] != warp.height_px:
        size = (warp.width_px, warp.height_px)
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    pinhole = cv2.remap(
        photo, warp.map_x, warp.map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    encoded, data = cv2.imencode(".jpg", pinhole, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
    if not encoded:
        raise ValueError(f"{target.name} cannot be encoded")
    temporary = target.with_suffix(".tmp")
    temporary.write_bytes(data.tobytes())
    temporary.replace(target)


def _project(
    start: pycolmap.Camera, end: pycolmap.Camera, pixels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pixels [N, 2] of one camera to those of another that looks along the same rays."""
    rays = np.asarray(start.cam_from_img(pixels)).reshape(-1, 2)
    lifted = np.concatenate([rays, np.ones((len(rays), 1))], axis=1)
    return np.asarray(end.img_from_cam(lifted)).reshape(-1, 2)


def _move_observations(
    image: pycolmap.Image, camera: pycolmap.Camera, pinhole: pycolmap.Camera
) -> None:
    pixels = np.array([point.xy for point in image.points2D]).reshape(-1, 2)
    if not len(pixels):
        return
    for point, xy in zip(image.points2D, _project(camera, pinhole, pixels), strict=True):
        point.xy = xy


def _write_model(model: pycolmap.Reconstruction, task: Task) -> None:
    folder = task.output / "sparse" / ".tmp"
    folder.mkdir(parents=True)
    model.write_binary(folder)
    sparse = task.output / "sparse" / "0"
    sparse.mkdir()
    for name in MODEL_FILES:
        (folder / name).replace(sparse / name)
    # Rigs and frames are trivial here, and most readers of the format do not know them.
    shutil.rmtree(folder)
