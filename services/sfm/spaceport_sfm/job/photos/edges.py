"""Straight edges in the photos of a model, as planes through its cameras."""

import math
from pathlib import Path

import cv2
import numpy as np
import pycolmap

from spaceport_sfm.job.photos.grey import PIXEL_CENTRE, read_grey
from spaceport_sfm.job.photos.prepare import mask_path
from spaceport_sfm.job.placing.edges import Edges
from spaceport_sfm.job.placing.geodesy import Points

SIDE_PX = 1200
# Over the longer side: shorter ones point anywhere; longer ones are worth no more.
SHORTEST, LONGEST = 0.04, 0.25
MOST_PHOTOS = 40


def find_edges(model: pycolmap.Reconstruction, images: Path) -> Edges:
    """Line segments (LSD: Grompone von Gioi et al., PAMI 2010) of up to forty photos.

    Args:
        images: folder of the photos, upright, under the model's names.
    """
    placed = sorted(
        (image for image in model.images.values() if image.has_pose), key=lambda image: image.name
    )
    # The edge of a mask is straight, too, and says nothing.
    placed = [image for image in placed if not mask_path(images / image.name).is_file()]
    chosen = placed[:: max(1, math.ceil(len(placed) / MOST_PHOTOS))]
    normals, weights, photo = [np.zeros((0, 3))], [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for number, image in enumerate(chosen):
        segments, lengths = _segments(images / image.name)
        camera = model.cameras[image.camera_id]
        first, second = (_rays(camera, segments[:, end : end + 2]) for end in (0, 2))
        across = np.cross(first, second)
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
        normals.append(across @ image.cam_from_world().rotation.matrix())
        weights.append(lengths)
        photo.append(np.full(len(lengths), number))
    return Edges(np.concatenate(normals), np.concatenate(weights), np.concatenate(photo))


def _segments(path: Path) -> tuple[Points, Points]:
    """Ends [K, 4] in the file's pixels, first centre at 0.5; lengths [K] over the longer side."""
    image, scale = read_grey(path, SIDE_PX)
    found = cv2.createLineSegmentDetector().detect(image)[0]
    ends = np.zeros((0, 4)) if found is None else found.reshape(-1, 4).astype(np.float64)
    lengths = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]) / max(image.shape)
    long = lengths > SHORTEST
    return (ends[long] + PIXEL_CENTRE) / scale, np.minimum(lengths[long], LONGEST)


def _rays(camera: pycolmap.Camera, pixels: Points) -> Points:
    """[K, 2] -> [K, 3] in the camera's axes."""
    plane = np.asarray(camera.cam_from_img(pixels)).reshape(-1, 2)
    return np.concatenate([plane, np.ones((len(plane), 1))], axis=1)
