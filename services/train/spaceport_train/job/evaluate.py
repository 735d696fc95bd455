"""Judge a finished splat by photos that nothing was chosen by, and leave pictures of both."""

import json
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from spaceport_contracts.results import HeldOutPhoto
from spaceport_splat.gaussians import Gaussians
from spaceport_splat.kernels import Floats
from spaceport_splat.quality import colour_corrected_psnr_db, psnr_db, sharpness, ssim
from spaceport_splat.rasterise import Rasteriser
from spaceport_train.job.scene.scene import Scene

JPEG_QUALITY = 92


def names_of_photos(scene_folder: Path) -> dict[str, str]:
    """The user's own photo names by image name, as sfm's `geo.json` keeps them; {} without it."""
    path = scene_folder / "geo.json"
    if not path.exists():
        return {}
    photos = json.loads(path.read_text(encoding="utf-8")).get("photos", [])
    return {photo["name"]: photo.get("original", photo["name"]) for photo in photos}


def judge(
    gaussians: Gaussians, scene: Scene, names: dict[str, str], threads: int, folder: Path
) -> tuple[HeldOutPhoto, ...]:
    """Render every test photo with our own rasteriser; pairs of JPEGs below folder/heldout.

    Ours for both devices: a splat is never judged by the renderer that trained it.
    """
    rasteriser = Rasteriser(threads)
    (folder / "heldout").mkdir(parents=True, exist_ok=True)
    results = []
    for i in scene.split.test:
        camera, photo = scene.cameras[i], scene.photos[i].astype(np.float32) / np.float32(255)
        frame = rasteriser.forward(gaussians, camera, scene.mean_rgb)
        render = np.clip(frame.image.transpose(1, 2, 0), 0, 1)
        stem = "-".join(PurePosixPath(camera.name).with_suffix("").parts)
        paths = [f"heldout/{stem}-{kind}.jpg" for kind in ("photo", "render")]
        for path, image in zip(paths, (photo, render), strict=True):
            _write_jpeg(folder / path, image)
        detail = sharpness(render, photo)
        results.append(
            HeldOutPhoto(
                name=names.get(camera.name, camera.name),
                psnr_db=psnr_db(render, photo),
                corrected_psnr_db=colour_corrected_psnr_db(render, photo),
                ssim=ssim(render, photo),
                sharpness=detail.kept,
                energy=detail.energy,
                photo_path=paths[0],
                render_path=paths[1],
            )
        )
    return tuple(results)


def _write_jpeg(path: Path, image: Floats) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    pixels = np.rint(image * 255).astype(np.uint8)
    Image.fromarray(pixels).save(temporary, format="JPEG", quality=JPEG_QUALITY)
    temporary.replace(path)
