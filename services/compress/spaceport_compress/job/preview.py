"""The still picture of a job: a view that no photo had, rendered from the file people download."""

from pathlib import Path

import numpy as np
from PIL import Image

from spaceport_compress.job.arrays import Bytes, Floats32
from spaceport_compress.job.flightpath import Capture, closed_flight
from spaceport_compress.job.verify import Rgb
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.rasterise import render

SIZE_PX = (1280, 720)
_TRIAL_SIZE_PX = (192, 108)
_PLACES = 8
_LEANS_DEG = (8.0, 18.0, 28.0)
_OPAQUE = 0.9


def to_bytes(image: Floats32) -> Bytes:
    """8-bit RGB of a rendered image."""
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), np.uint8)


def best_view(gaussians: Gaussians, capture: Capture) -> Camera:
    """Of a few places on the flight and ways to look, the one that shows most.

    A frame that is filled with sharp detail wins; holes, sky and blur lose.
    """
    candidates = [
        camera
        for lean_deg in _LEANS_DEG
        for camera in closed_flight(capture, _PLACES, _TRIAL_SIZE_PX, lean_deg)
    ]
    scores = [_score(gaussians, camera) for camera in candidates]
    return candidates[int(np.argmax(scores))].resized(*SIZE_PX)


def _score(gaussians: Gaussians, camera: Camera) -> float:
    image, alpha = render(gaussians, camera)
    filled = float((alpha > _OPAQUE).mean())
    grey = np.clip(image, 0, 1).mean(2)
    detail = float(np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean())
    return float(filled**3 * detail**0.5)


def write_preview(path: Path, gaussians: Gaussians, capture: Capture, background_rgb: Rgb) -> None:
    """Render and write the PNG; it appears under its name when it is whole."""
    image, _ = render(gaussians, best_view(gaussians, capture), background_rgb)
    temporary = path.with_name(f".{path.name}.tmp")
    Image.fromarray(to_bytes(image)).save(temporary, "PNG", optimize=False, compress_level=6)
    temporary.replace(path)
