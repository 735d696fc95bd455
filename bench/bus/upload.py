"""Captures of a few small photos, uploaded as a browser uploads a folder."""

import hashlib
import io

import numpy as np
from PIL import Image

from spaceport_contracts.uploads import UploadedPhoto, UploadManifest
from spaceport_local.cloud import LocalCloud

SIZE_PX = (320, 240)


def photo(seed: int) -> bytes:
    """A JPEG of noise: every seed is another photo."""
    pixels = np.random.default_rng(seed).integers(0, 255, (*SIZE_PX[::-1], 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    return stream.getvalue()


PHOTOS = {f"p{seed}.jpg": photo(seed) for seed in range(4)}


def upload(cloud: LocalCloud, name: str) -> None:
    """Photos, then the manifest, which starts a job that ends in an e-mail."""
    s3, prefix = cloud.client("s3"), f"uploads/{name}/"
    for key, content in PHOTOS.items():
        s3.put_object(Bucket=cloud.bucket, Key=f"{prefix}photos/{key}", Body=content)
    listed = tuple(
        UploadedPhoto(name=key, key=key, bytes=len(it), sha256=hashlib.sha256(it).hexdigest())
        for key, it in PHOTOS.items()
    )
    manifest = UploadManifest(title=name, email="you@example.com", photos=listed)
    body = manifest.model_dump_json().encode()
    s3.put_object(Bucket=cloud.bucket, Key=f"{prefix}manifest.json", Body=body)
