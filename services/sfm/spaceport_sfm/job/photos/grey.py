"""Photos in grey, no larger than asked for."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

# COLMAP's pixel centres lie at .5, OpenCV's at 0.
PIXEL_CENTRE = 0.5


def read_grey(path: Path, max_side_px: int) -> tuple[NDArray[np.uint8], float]:
    """The grey photo at no more than `max_side_px`, and its scale against the file.

    Raises:
        ValueError: the photo cannot be decoded.
    """
    # An unchanged file may carry "upright" only: prepare turned all others.
    flags = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imread(str(path), flags)
    if decoded is None:
        raise ValueError(f"{path.name} cannot be decoded")
    image = np.asarray(decoded, dtype=np.uint8)
    side_px = max(image.shape)
    if side_px <= max_side_px:
        return image, 1.0
    scale = max_side_px / side_px
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), scale
