"""The train job: a posed scene in, a Gaussian splat out."""

from pathlib import Path

import numpy as np

from spaceport_contracts.results import TrainResult
from spaceport_runtime.errors import UserError
from spaceport_runtime.job.container import Container, hash_outputs, write_result
from spaceport_splat.camera import write_cameras
from spaceport_splat.gaussians import opacity
from spaceport_splat.kernels import default_threads
from spaceport_splat.ply import read_ply, write_ply
from spaceport_splat.quality import Sharpness, mean_sharpness
from spaceport_train.job.engine import FAINT
from spaceport_train.job.evaluate import judge, names_of_photos
from spaceport_train.job.options import TrainOptions
from spaceport_train.job.train import Trained, train_scene


def main(container: Container) -> None:
    """Train input `scene`, leave `scene.ply`, `cameras.json`, `heldout/` and `result.json`."""
    options = container.options(TrainOptions)

    def tell(n: int, m: int, seconds_left: float | None, figures: dict[str, float]) -> None:
        container.progress("train", n, m, seconds_left, **figures)

    trained = train_scene(
        container.input("scene"),
        container.checkpoints,
        options,
        tell,
        lambda: container.stopping,
    )
    names = names_of_photos(container.input("scene"))
    write_outputs(trained, names, container.output, options)


def write_outputs(
    trained: Trained, names: dict[str, str], folder: Path, options: TrainOptions
) -> TrainResult:
    """Write and judge the splat that test photos did not train, then write the one they did too.

    `result.json` comes last.
    """
    gaussians = trained.gaussians.take(trained.gaussians.finite())
    if len(gaussians) == 0 or opacity(gaussians).max() <= FAINT:
        raise UserError(
            "The training left nothing to see.",
            "Upload sharper photos that overlap by 70 % or more.",
        )
    write_ply(folder / "scene.ply", trained.judged)
    photos = judge(
        read_ply(folder / "scene.ply"),
        trained.scene,
        names,
        options.threads or default_threads(),
        folder,
    )
    write_ply(folder / "scene.ply", gaussians)
    write_cameras(folder / "cameras.json", trained.scene.cameras)
    detail = mean_sharpness([Sharpness(photo.sharpness, photo.energy) for photo in photos])
    pictures = [path for photo in photos for path in (photo.photo_path, photo.render_path)]
    result = TrainResult(
        files=hash_outputs(folder, ["scene.ply", "cameras.json", *pictures]),
        warnings=_warnings(trained, names),
        gaussians=len(gaussians),
        steps=trained.steps,
        heldout_psnr_db=float(np.mean([photo.psnr_db for photo in photos])),
        heldout_corrected_psnr_db=float(np.mean([photo.corrected_psnr_db for photo in photos])),
        heldout_ssim=float(np.mean([photo.ssim for photo in photos])),
        heldout_sharpness=detail.kept,
        heldout_energy=detail.energy,
        heldout_photos=photos,
        planned_steps=trained.candidate.steps,
        pilots=trained.pilots,
        all_photos_steps=trained.all_photos_steps,
        background_rgb=trained.scene.mean_rgb,
        rasteriser=trained.device,
    )
    write_result(folder, result)
    return result


def _warnings(trained: Trained, names: dict[str, str]) -> tuple[str, ...]:
    scene = trained.scene
    blind = [scene.cameras[i].name for i in scene.training if len(scene.seen[i]) == 0]
    return tuple(
        f"{names.get(name, name)} shares no points with the other photos." for name in blind
    )
