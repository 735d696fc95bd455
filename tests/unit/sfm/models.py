"""Test code: a pycolmap model from cameras and points that are only numbers."""

import zlib  # noqa: F401  (before pycolmap: its wheel exports zlib's symbols)
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pycolmap
from numpy.typing import NDArray

from spaceport_contracts.results import Quality
from spaceport_sfm.job.effort import EFFORTS
from spaceport_sfm.job.task import CameraGroup, Task, TaskPhoto

WIDTH_PX, HEIGHT_PX = 800, 600
Array = NDArray[np.float64]


def build(
    centres: Array,
    rotations: Array,
    points: Array,
    cameras: Sequence[int],
    params: Sequence[Sequence[float]],
    noise_px: float = 0.3,
) -> pycolmap.Reconstruction:
    """A model whose observations are exact but for `noise_px`.

    Args:
        centres, rotations: [N, 3] and camera-to-world [N, 3, 3].
        cameras: per photo the index into `params` (SIMPLE_RADIAL).
    """
    random = np.random.default_rng(0)
    model = pycolmap.Reconstruction()
    for number, values in enumerate(params, start=1):
        camera = pycolmap.Camera(
            model="SIMPLE_RADIAL", width=WIDTH_PX, height=HEIGHT_PX, params=list(values)
        )
        camera.camera_id = number
        model.add_camera_with_trivial_rig(camera)
    seen: list[list[tuple[int, int]]] = [[] for _ in points]
    for index, (centre, rotation) in enumerate(zip(centres, rotations, strict=True)):
        pose = pycolmap.Rigid3d(pycolmap.Rotation3d(rotation.T), -rotation.T @ centre)
        camera = model.cameras[cameras[index] + 1]
        local = (points - centre) @ rotation
        pixels = np.full((len(points), 2), -1.0)
        ahead = local[:, 2] > 0
        pixels[ahead] = np.asarray(camera.img_from_cam(local[ahead])).reshape(-1, 2)
        inside = np.all((pixels > 0) & (pixels < [WIDTH_PX, HEIGHT_PX]), axis=1, keepdims=True)[
            :, 0
        ]
        # Far outside of the photo a distortion folds back into it.
        inside[ahead] &= np.linalg.norm(local[ahead, :2] / local[ahead, 2:], axis=1) < 1
        rows = np.flatnonzero(inside)
        noisy = pixels[rows] + random.normal(0, noise_px, (len(rows), 2))
        image = pycolmap.Image(
            name=name_of(index), keypoints=noisy, camera_id=camera.camera_id, image_id=index + 1
        )
        model.add_image_with_trivial_frame(image, pose)
        for place, row in enumerate(rows):
            seen[row].append((index + 1, place))
    for point, sightings in zip(points, seen, strict=True):
        if len(sightings) >= 2:
            track = pycolmap.Track()
            for image_id, place in sightings:
                track.add_element(image_id, place)
            model.add_point3D(point, track)
    model.update_point_3d_errors()
    return model


def name_of(index: int) -> str:
    return f"{index:04d}.jpg"


def task_for(work: Path, cameras: Sequence[int], focals_px: Sequence[float | None]) -> Task:
    """The task that such a model belongs to."""
    return Task(
        images=work / "images",
        work=work,
        output=work / "output",
        photos=tuple(
            TaskPhoto(name=name_of(i), original=name_of(i), camera=camera)
            for i, camera in enumerate(cameras)
        ),
        cameras=tuple(
            CameraGroup(
                width_px=WIDTH_PX, height_px=HEIGHT_PX, focal_px=focal, focal_source="the test"
            )
            for focal in focals_px
        ),
        effort=EFFORTS[Quality.DRAFT],
        seed=1,
        threads=1,
    )
