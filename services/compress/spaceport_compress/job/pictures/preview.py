"""The still picture of a job: a view that no photo had, rendered from the file people download."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from spaceport_compress.job.pictures.flightpath import Survey, closed_flight
from spaceport_compress.job.pictures.views import in_frame, spread
from spaceport_compress.job.sog.arrays import Bytes, Floats, Floats32
from spaceport_compress.job.verify import Rgb
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import SH_C0, Gaussians
from spaceport_splat.rasterise import render

SIZE_PX = (1280, 720)
_TRIAL_SIZE_PX = (192, 108)
_PLACES = 6
_LEANS_DEG = (8.0, 18.0, 30.0)
_STEPS_BACK = (1.0, 1.3, 1.7)  # times the distance from which the photos look
_SHAPE_PX = 12
_MOST_CAMERAS = 32
_WELL_KNOWN = 0.5  # of the photos at the 90 % quantile: so many are enough


def to_bytes(image: Floats32) -> Bytes:
    """8-bit RGB of a rendered image."""
    return np.asarray(np.rint(np.clip(image, 0, 1) * 255), np.uint8)


def best_view(gaussians: Gaussians, survey: Survey) -> Camera:
    """Of a few places on the flight, distances and ways to look, the one that shows most.

    What a capture is of is what most of its photos see: a view of much of that wins, filled with
    what many photos know, in large shapes of different colours. Holes, sky, and the borders that
    few photos saw, where a splat is soft and full of needles, lose.
    """
    known = _known(gaussians, survey)
    painted = _painted(gaussians, known)
    candidates = [
        stepped_back(camera, gaussians, factor)
        for lean_deg in _LEANS_DEG
        for camera in closed_flight(survey, _PLACES, _TRIAL_SIZE_PX, lean_deg)
        for factor in _STEPS_BACK
    ]
    scores = [_score(gaussians, painted, camera, known) for camera in candidates]
    return candidates[int(np.argmax(scores))].resized(*SIZE_PX)


def _known(gaussians: Gaussians, survey: Survey) -> Floats:
    """How well each Gaussian is known, 0 to 1: by how many of the photos it lies in."""
    frames = [in_frame(gaussians, camera) for camera in spread(survey.cameras, _MOST_CAMERAS)]
    seen = np.mean(frames, axis=0)
    enough = max(_WELL_KNOWN * float(np.quantile(seen, 0.9)), 1e-9)
    return np.asarray(np.minimum(seen / enough, 1), np.float64)


def _painted(gaussians: Gaussians, known: Floats) -> Gaussians:
    """The same shapes, the grey of each as bright as it is known."""
    grey = ((known - 0.5) / SH_C0).astype(np.float32)
    no_harmonics = np.zeros((len(gaussians), 0, 3), np.float32)
    return replace(gaussians, sh0=np.repeat(grey[:, None], 3, axis=1), shN=no_harmonics)


def stepped_back(camera: Camera, gaussians: Gaussians, factor: float) -> Camera:
    """The camera further from what it looks at: `factor` times the median depth in its frame."""
    visible = gaussians.means[in_frame(gaussians, camera)].astype(np.float64)
    if factor == 1 or len(visible) == 0:
        return camera
    pose = camera.world_to_camera.copy()
    pose[2, 3] += (factor - 1) * float(np.median(visible @ pose[2, :3] + pose[2, 3]))
    return replace(camera, world_to_camera=pose)


def _score(gaussians: Gaussians, painted: Gaussians, camera: Camera, known: Floats) -> float:
    """Of the trial picture; 0 where nothing is in it."""
    visible = in_frame(gaussians, camera)
    if not visible.any():
        return 0.0
    image, _ = render(gaussians, camera)
    trusted = float(render(painted, camera)[0][..., 0].mean())
    shown = float(known[visible].sum() / max(known.sum(), 1e-9))
    rows, columns = (side // _SHAPE_PX for side in image.shape[:2])
    shapes = np.clip(image, 0, 1)[: rows * _SHAPE_PX, : columns * _SHAPE_PX]
    means = shapes.reshape(rows, _SHAPE_PX, columns, _SHAPE_PX, 3).mean((1, 3))
    return float(trusted**2 * shown**0.5 * means.std((0, 1)).mean())


def write_preview(path: Path, gaussians: Gaussians, survey: Survey, background_rgb: Rgb) -> None:
    """Render and write the PNG; it appears under its name when it is whole."""
    image, _ = render(gaussians, best_view(gaussians, survey), background_rgb)
    temporary = path.with_name(f".{path.name}.tmp")
    Image.fromarray(to_bytes(image)).save(temporary, "PNG", optimize=False, compress_level=6)
    temporary.replace(path)
