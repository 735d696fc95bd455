"""Undistorted photos and the model that goes with them show the same rays."""

from pathlib import Path

import cv2
import numpy as np
import pycolmap
import pytest
from numpy.typing import NDArray
from tests.unit.sfm.flights import orbit
from tests.unit.sfm.models import HEIGHT_PX, WIDTH_PX, build, name_of, task_for

from spaceport_sfm.job.photos.undistort import make_warp, undistort, warp_photo

BENT = [640.0, WIDTH_PX / 2 + 6, HEIGHT_PX / 2 - 4, -0.08]
BLOB_PX = 4.0


def camera() -> pycolmap.Camera:
    return pycolmap.Camera(model="SIMPLE_RADIAL", width=WIDTH_PX, height=HEIGHT_PX, params=BENT)


def blobs(centres: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A black photo with soft dots at pixels [N, 2] in COLMAP's convention (first centre at .5)."""
    ys, xs = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX] + 0.5
    total = np.zeros((HEIGHT_PX, WIDTH_PX))
    for x, y in centres:
        total += np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * BLOB_PX**2))
    return np.asarray(np.clip(255 * total, 0, 255), dtype=np.uint8)


def middle_of(photo: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre of gravity of the dot near a pixel."""
    ys, xs = np.mgrid[0 : photo.shape[0], 0 : photo.shape[1]] + 0.5
    weight = photo * (np.hypot(xs - near[0], ys - near[1]) < 4 * BLOB_PX)
    return np.asarray([(weight * xs).sum(), (weight * ys).sum()] / weight.sum())


@pytest.mark.parametrize("side_px", [WIDTH_PX, 500])
def test_a_dot_lands_where_the_pinhole_sees_its_ray(tmp_path: Path, side_px: int) -> None:
    options = pycolmap.UndistortCameraOptions()
    options.max_image_size = side_px
    pinhole = pycolmap.undistort_camera(options, camera())
    assert pinhole.model.name == "PINHOLE"
    assert max(pinhole.width, pinhole.height) <= side_px
    rays = np.array([[x, y, 1.0] for x in (-0.45, -0.1, 0.3) for y in (-0.3, 0.05, 0.33)])
    dots = np.asarray(camera().img_from_cam(rays)).reshape(-1, 2)
    source, target = tmp_path / "bent.png", tmp_path / "straight.jpg"
    cv2.imwrite(str(source), cv2.cvtColor(blobs(dots), cv2.COLOR_GRAY2BGR))
    warp_photo(source, target, make_warp(camera(), pinhole), 98)
    straight = cv2.imread(str(target), cv2.IMREAD_GRAYSCALE)
    assert straight is not None
    grey = np.asarray(straight, dtype=np.float64)
    assert grey.shape == (pinhole.height, pinhole.width)
    for wanted in np.asarray(pinhole.img_from_cam(rays)).reshape(-1, 2):
        assert middle_of(grey, wanted) == pytest.approx(wanted, abs=0.25)


def test_the_model_moves_along(tmp_path: Path) -> None:
    flight = orbit(count=6)
    cameras = [0] * 6
    model = build(flight.centres, flight.rotations, flight.points[40:], cameras, [BENT], 0.0)
    task = task_for(tmp_path, cameras, [640.0])
    task.images.mkdir()
    task.output.mkdir()
    for index in range(6):
        cv2.imwrite(str(task.images / name_of(index)), blobs(np.array([[400.0, 300.0]])))
    steps: list[int] = []
    undistort(model, task, lambda n, _m: steps.append(n))
    assert steps == [0, 1, 2, 3, 4, 5, 6]
    written = pycolmap.Reconstruction(task.output / "sparse" / "0")
    (pinhole,) = written.cameras.values()
    assert pinhole.model.name == "PINHOLE"
    for image in written.images.values():
        with_point = [point for point in image.points2D if point.has_point3D()]
        world = np.array([written.points3D[point.point3D_id].xyz for point in with_point])
        rays = (image.cam_from_world() * world).reshape(-1, 3)
        found = np.asarray(pinhole.img_from_cam(rays)).reshape(-1, 2)
        assert np.abs(found - [point.xy for point in with_point]).max() < 0.02
        size = cv2.imread(str(task.output / "images" / image.name)).shape  # type: ignore[union-attr]
        assert size[:2] == (pinhole.height, pinhole.width)
