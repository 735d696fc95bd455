"""What people see of a training while it runs: a photo that does not train, beside its render.

It lies among the checkpoints, because they are what SageMaker copies to S3 all the time.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from spaceport_splat.kernels import Floats

WIDEST_PX = 480  # of each of the two
JPEG_QUALITY = 85


def write_look(path: Path, photo: Floats, render: Floats) -> None:
    """Both, float32[H,W,3] in 0..1, the photo on the left; a reader sees the file whole."""
    pair = np.concatenate([np.clip(each, 0, 1) for each in (photo, render)], axis=1)
    image = Image.fromarray(np.rint(pair * 255).astype(np.uint8))
    image.thumbnail((2 * WIDEST_PX, image.height))
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    image.save(temporary, format="JPEG", quality=JPEG_QUALITY)
    temporary.replace(path)
