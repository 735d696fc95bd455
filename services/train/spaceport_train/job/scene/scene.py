"""The scene that a splat is trained on: cameras, photos at training size, sparse points."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from spaceport_runtime.errors import UserError
from spaceport_splat.camera import Camera
from spaceport_train.job.scene.colmap import (
    Image,
    Intrinsics,
    Points,
    read_images,
    read_intrinsics,
    read_points,
)
from spaceport_train.job.scene.split import TEST_EVERY, Split, split_photos

PHOTOS_MIN = 3
POINTS_MIN = 100
ASPECT_TOLERANCE = 0.01
_REMEDY = "Upload more photos that overlap by 70 % or more."

Photo = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """Photos and cameras in the order of their names, at training size.

    photos: uint8[H, W, 3] each; seen: for each photo the rows of the points that it sees; the
    cameras of test photos are marked as held out.
    """

    cameras: list[Camera]
    photos: list[Photo]
    points: Points
    seen: list[npt.NDArray[np.intp]]
    split: Split

    @property
    def training(self) -> tuple[int, ...]:
        """Positions of the photos that train the splat."""
        return self.split.training

    @property
    def extent_m(self) -> float:
        """1.1 times the distance of the outermost training camera from their mean (3DGS).

        At least a hundredth of the distance to the points: a camera may only have turned.
        """
        centres = np.array([self.cameras[i].position for i in self.training])
        middle = centres.mean(axis=0)
        spread = 1.1 * np.linalg.norm(centres - middle, axis=1).max()
        distance = np.median(np.linalg.norm(self.points.xyz - middle, axis=1))
        return float(max(spread, 0.01 * distance))

    @property
    def mean_rgb(self) -> tuple[float, float, float]:
        """Mean colour of the training photos, 0 to 1."""
        means = [self.photos[i].reshape(-1, 3).mean(axis=0) for i in self.training]
        red, green, blue = (np.mean(means, axis=0) / 255).tolist()
        return red, green, blue

    @property
    def pixels(self) -> int:
        """Pixels of an average photo."""
        return sum(it.width_px * it.height_px for it in self.cameras) // len(self.cameras)


def read_scene(folder: Path, side_px: int, offset: int = TEST_EVERY // 2) -> Scene:
    """Read what sfm left (`sparse/0`, `images`); photos no larger than side_px.

    Raises UserError when there are too few photos or points, or a file is missing or damaged.
    """
    sparse = folder / "sparse" / "0"
    intrinsics = read_intrinsics(sparse / "cameras.bin")
    points, rows = read_points(sparse / "points3D.bin")
    images = read_images(sparse / "images.bin", rows)
    if len(images) < PHOTOS_MIN:
        raise UserError(
            f"Only {len(images)} photos hang together; a splat needs {PHOTOS_MIN} or more.", _REMEDY
        )
    if len(points.xyz) < POINTS_MIN:
        raise UserError(
            f"Only {len(points.xyz)} points were found in the photos; a splat needs "
            f"{POINTS_MIN} or more.",
            _REMEDY,
        )
    photos, cameras = [], []
    for image in images:
        photo = read_photo(folder / "images" / image.name, side_px)
        photos.append(photo)
        cameras.append(_camera(image, intrinsics[image.camera_id], photo))
    split = split_photos(np.array([camera.position for camera in cameras]), offset)
    cameras = [replace(it, held_out=i in split.test) for i, it in enumerate(cameras)]
    return Scene(cameras, photos, points, [image.points for image in images], split)


def read_photo(path: Path, side_px: int) -> Photo:
    """A photo, made smaller if its long side exceeds side_px.

    Cubic and anti-aliased, which leaves detail where it is. Pillow's box filter takes whole pixels:
    at 960 to 800 px it moves edges by up to a quarter of a pixel, in every photo elsewhere.
    """
    try:
        with Pillow.open(path) as image:
            photo = image.convert("RGB")
    except (OSError, ValueError) as error:
        raise UserError(
            f"The undistorted photo {path.name} is missing or damaged.",
            "Start the job again from structure from motion.",
        ) from error
    factor = side_px / max(photo.size)
    if factor < 1:
        size = (max(round(photo.width * factor), 1), max(round(photo.height * factor), 1))
        photo = photo.resize(size, Pillow.Resampling.BICUBIC)
    return np.asarray(photo, np.uint8)


def _camera(image: Image, lens: Intrinsics, photo: Photo) -> Camera:
    height, width = photo.shape[:2]
    if abs(lens.width_px / lens.height_px / (width / height) - 1) > ASPECT_TOLERANCE:
        raise UserError(
            f"The photo {image.name} is {width} x {height}, its camera {lens.width_px} x "
            f"{lens.height_px}: they do not belong together.",
            "Start the job again from structure from motion.",
        )
    full = Camera(image.name, image.world_to_camera, **vars(lens))
    return full.resized(width, height)
