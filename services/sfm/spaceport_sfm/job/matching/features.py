"""Photos -> SIFT features, in COLMAP's convention."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.photos.grey import PIXEL_CENTRE, read_grey
from spaceport_sfm.job.photos.prepare import mask_path

CONTRAST_THRESHOLD = 0.02
EDGE_THRESHOLD = 10.0
# COLMAP stores unit descriptors as bytes: 512 keeps the largest elements below 255.
DESCRIPTOR_SCALE = 512.0


@dataclass(frozen=True)
class Features:
    """Keypoints f32[N, 4] (x, y, scale, orientation in radians) and descriptors u8[N, 128]."""

    keypoints: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def extract_all(
    paths: Sequence[Path], max_features: int, max_side_px: int, threads: int
) -> Iterator[Features]:
    """Features of every photo, in order."""
    cv2.setNumThreads(1)
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(lambda path: extract(path, max_features, max_side_px), paths)


def extract(path: Path, max_features: int, max_side_px: int) -> Features:
    """The largest `max_features` SIFT features of one photo, looked for at `max_side_px`.

    By size, not by contrast: in the experiments the strongest by contrast lost photos. Descriptors
    are RootSIFT (Arandjelovic and Zisserman, CVPR 2012).

    Raises:
        ValueError: the photo cannot be decoded.
    """
    image, scale = read_grey(path, max_side_px)
    sift = cv2.SIFT.create(
        nfeatures=0, contrastThreshold=CONTRAST_THRESHOLD, edgeThreshold=EDGE_THRESHOLD
    )
    found = sift.detect(image, _read_mask(path, image))
    if not found:
        return Features(np.zeros((0, 4), np.float32), np.zeros((0, 128), np.uint8))
    largest = sorted(found, key=lambda keypoint: -keypoint.size)[:max_features]
    kept, raw = sift.compute(image, largest)
    keypoints = np.array(
        [
            (
                (point.pt[0] + PIXEL_CENTRE) / scale,
                (point.pt[1] + PIXEL_CENTRE) / scale,
                point.size / 2 / scale,
                np.radians(point.angle),
            )
            for point in kept
        ],
        dtype=np.float32,
    )
    return Features(keypoints, root_sift(np.asarray(raw, dtype=np.float32)))


def root_sift(raw: NDArray[np.float32]) -> NDArray[np.uint8]:
    """SIFT f32[N, 128] -> RootSIFT u8[N, 128]: L1-normalised, square root, times 512."""
    sums = np.maximum(raw.sum(axis=1, keepdims=True), 1e-9)
    scaled = np.round(np.sqrt(raw / sums) * DESCRIPTOR_SCALE)
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)


def _read_mask(path: Path, image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The photo's mask at the size of `image`; None where all of the photo counts."""
    where = mask_path(path)
    mask = cv2.imread(str(where), cv2.IMREAD_GRAYSCALE) if where.is_file() else None
    if mask is None:
        return None
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
