"""COLMAP's database: cameras, photos and features go in, verified pairs come out."""

from collections.abc import Sequence
from pathlib import Path

import pycolmap

from spaceport_sfm.job.matching.features import Features
from spaceport_sfm.job.matching.pairs import Pair
from spaceport_sfm.job.task import CameraGroup, Task, TaskPhoto

MODEL = "SIMPLE_RADIAL"
# Drones carry lenses of about 24 mm equivalent; COLMAP's own guess of 1.2 is a 42 mm lens, and
# from there the first pair of a drone capture often fails.
UNKNOWN_FOCAL_RATIO = 0.7


def create_database(path: Path, task: Task) -> dict[int, int]:
    """A new database with the task's cameras and photos.

    Returns:
        COLMAP's camera id -> index into `task.cameras`.
    """
    path.unlink(missing_ok=True)
    pycolmap.Database.open(path).close()
    groups: dict[int, int] = {}
    for index, camera in enumerate(task.cameras):
        names = [photo.name for photo in task.photos if photo.camera == index]
        groups[_import_group(path, task.images, camera, names)] = index
    return groups


def _import_group(path: Path, images: Path, camera: CameraGroup, names: Sequence[str]) -> int:
    guess_px = UNKNOWN_FOCAL_RATIO * max(camera.width_px, camera.height_px)
    focal_px = camera.focal_px or guess_px
    options = pycolmap.ImageReaderOptions()
    options.camera_model = MODEL
    options.camera_params = f"{focal_px},{camera.width_px / 2},{camera.height_px / 2},0"
    pycolmap.import_images(
        path, images, pycolmap.CameraMode.SINGLE, image_names=list(names), options=options
    )
    database = pycolmap.Database.open(path)
    try:
        camera_id = {int(_stored(database, name).camera_id) for name in names}.pop()
        stored = database.read_camera(camera_id)
        stored.has_prior_focal_length = camera.focal_px is not None
        database.update_camera(stored)
        # Positions are applied after the mapping; priors in the mapper only cost time.
        database.clear_pose_priors()
    finally:
        database.close()
    return camera_id


def _stored(database: pycolmap.Database, name: str) -> pycolmap.Image:
    """A photo of the database; COLMAP drops what it cannot read with a mere warning."""
    image = database.read_image_with_name(name)
    if image is None:
        raise ValueError(f"COLMAP cannot read {name}")
    return image


def write_features(path: Path, name: str, features: Features) -> None:
    """Keypoints and descriptors of one photo."""
    database = pycolmap.Database.open(path)
    try:
        image_id = _stored(database, name).image_id
        database.write_keypoints(image_id, features.keypoints)
        described = pycolmap.FeatureDescriptors(
            pycolmap.FeatureExtractorType.SIFT, features.descriptors
        )
        database.write_descriptors(image_id, described)
    finally:
        database.close()


def verified_pairs(path: Path, photos: Sequence[TaskPhoto], min_inliers: int) -> set[Pair]:
    """Pairs of photo indices that share at least `min_inliers` geometrically verified matches."""
    database = pycolmap.Database.open(path)
    try:
        index = {int(_stored(database, photo.name).image_id): i for i, photo in enumerate(photos)}
        pair_ids, inliers = database.read_two_view_geometry_num_inliers()
    finally:
        database.close()
    found: set[Pair] = set()
    for pair_id, count in zip(pair_ids, inliers, strict=True):
        if count >= min_inliers:
            first, second = pycolmap.pair_id_to_image_pair(pair_id)
            a, b = sorted((index[int(first)], index[int(second)]))
            found.add((a, b))
    return found
