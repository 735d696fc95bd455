"""The moving picture of a job: a short flight that loops."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from spaceport_compress.job.pictures.flightpath import Survey, closed_flight
from spaceport_compress.job.pictures.preview import to_bytes
from spaceport_compress.job.verify import Rgb
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.rasterise import render

FRAMES = 48
FRAMES_PER_SECOND = 12
SIZE_PX = (640, 360)
_QUALITY = 75
_METHOD = 2
_REACHES = (1.0, 0.75, 0.5)
_TRIAL_FRAMES, _TRIAL_SIZE_PX = 12, (128, 72)
_OPAQUE, _FILLED = 0.5, 0.98


def best_flight(gaussians: Gaussians, survey: Survey) -> list[Camera]:
    """The widest flight on which no frame shows more than 2 % of nothing, or the fullest."""
    fullest, best = -1.0, _REACHES[0]
    for reach in _REACHES:
        trial = closed_flight(survey, _TRIAL_FRAMES, _TRIAL_SIZE_PX, reach=reach)
        alphas = (render(gaussians, camera)[1] for camera in trial)
        filled = min(float((alpha > _OPAQUE).mean()) for alpha in alphas)
        if filled > fullest:
            fullest, best = filled, reach
        if filled >= _FILLED:
            break
    return closed_flight(survey, FRAMES, SIZE_PX, reach=best)


def write_flythrough(
    path: Path,
    gaussians: Gaussians,
    survey: Survey,
    background_rgb: Rgb,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> None:
    """Render and write an animated WebP that loops for ever."""
    frames = []
    for n, camera in enumerate(best_flight(gaussians, survey)):
        tell(n, FRAMES)
        image, _ = render(gaussians, camera, background_rgb)
        frames.append(Image.fromarray(to_bytes(image)))
    temporary = path.with_name(f".{path.name}.tmp")
    frames[0].save(
        temporary,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / FRAMES_PER_SECOND),
        loop=0,
        quality=_QUALITY,
        method=_METHOD,
    )
    temporary.replace(path)
    tell(FRAMES, FRAMES)
