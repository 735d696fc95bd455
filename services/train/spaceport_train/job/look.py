"""How photos look that choose something: one figure of PSNR, SSIM and sharpness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spaceport_splat.kernels import Floats
from spaceport_splat.quality import mean_sharpness, mix_db, psnr_db, sharpness, ssim
from spaceport_train.job.engine import Engine
from spaceport_train.job.scene.scene import Scene


@dataclass(frozen=True)
class Look:
    """How the validation photos looked after a step; `mix_db` chooses."""

    step: int
    psnr_db: float
    mix_db: float


Show = Callable[[Floats, Floats], None]  # a photo and its render, float32[H,W,3] in 0..1


def looked(
    engine: Engine,
    scene: Scene,
    photos: Sequence[int],
    step: int,
    show: Show = lambda _photo, _render: None,
) -> Look:
    """Render `photos` (positions, one or more) and compare; the first is shown."""
    psnr, structure, detail = [], [], []
    for i in photos:
        render = engine.render(scene.cameras[i])
        photo = scene.photos[i].astype(np.float32) / np.float32(255)
        if i == photos[0]:
            show(photo, render)
        psnr.append(psnr_db(render, photo))
        structure.append(ssim(render, photo))
        detail.append(sharpness(render, photo))
    mean_db = float(np.mean(psnr))
    return Look(step, mean_db, mix_db(mean_db, float(np.mean(structure)), mean_sharpness(detail)))
