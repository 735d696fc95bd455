"""The still picture of a job: a view that no photo had, rendered from the file people download."""

from pathlib import Path

import numpy as np
from PIL import Image

from spaceport_compress.job.pictures.flightpath import Survey, closed_flight
from spaceport_compress.job.pictures.views import in_frame, spread
from spaceport_compress.job.sog.arrays import Bytes, Floats, Floats32
from spaceport_compress.job.verify import Rgb
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.rasterise import render

SIZE_PX = (1280, 720)
_TRIAL_SIZE_PX = (192, 108)
_PLACES = 12
_LEANS_DEG = (8.0, 18.0)
_OPAQUE = 0.9
_SHAPE_PX = 12
_MOST_CAMERAS = 32


def to_bytes(image: Floats32) -> Bytes:
    """8-bit RGB of a rendered image."""
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), np.uint8)


def best_view(gaussians: Gaussians, survey: Survey) -> Camera:
    """Of a few places on the flight and ways to look, the one that shows most.

    A full frame of large shapes that many photos saw wins; holes, sky and the needles of what few
    photos saw lose.
    """
    candidates = [
        camera
        for lean_deg in _LEANS_DEG
        for camera in closed_flight(survey, _PLACES, _TRIAL_SIZE_PX, lean_deg)
    ]
    known = _share_of_photos(gaussians, survey)
    scores = [_score(gaussians, camera, known) for camera in candidates]
    return candidates[int(np.argmax(scores))].resized(*SIZE_PX)


def _share_of_photos(gaussians: Gaussians, survey: Survey) -> Floats:
    """For each Gaussian the share of the capture's cameras in whose frame it lies."""
    frames = [in_frame(gaussians, camera) for camera in spread(survey.cameras, _MOST_CAMERAS)]
    return np.asarray(np.mean(frames, axis=0), np.float64)


def _score(gaussians: Gaussians, camera: Camera, known: Floats) -> float:
    visible = in_frame(gaussians, camera)
    if not visible.any():
        return 0.0
    image, alpha = render(gaussians, camera)
    filled = float((alpha > _OPAQUE).mean())
    rows, columns = (side // _SHAPE_PX for side in image.shape[:2])
    shapes = np.clip(image, 0, 1)[: rows * _SHAPE_PX, : columns * _SHAPE_PX]
    means = shapes.reshape(rows, _SHAPE_PX, columns, _SHAPE_PX, 3).mean((1, 3))
    return float(filled**4 * means.std((0, 1)).mean() * known[visible].mean())


def write_preview(path: Path, gaussians: Gaussians, survey: Survey, background_rgb: Rgb) -> None:
    """Render and write the PNG; it appears under its name when it is whole."""
    image, _ = render(gaussians, best_view(gaussians, survey), background_rgb)
    temporary = path.with_name(f".{path.name}.tmp")
    Image.fromarray(to_bytes(image)).save(temporary, "PNG", optimize=False, compress_level=6)
    temporary.replace(path)
