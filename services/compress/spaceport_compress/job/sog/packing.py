"""How SOG v2 packs attributes into 8-bit images: positions, rotations, image sizes, lossless WebP.

The format: https://developer.playcanvas.com/user-manual/gaussian-splatting/formats/sog/, and where
that is silent, what @playcanvas/splat-transform 3.7 and the PlayCanvas engine 2.22 read.
"""

import io
import math

import numpy as np
from PIL import Image, UnidentifiedImageError

from spaceport_compress.job.sog.arrays import Bytes, Floats, Floats32, Integers

MAX_SIDE_TEXELS = 16383
MAX_GAUSSIANS = 16_700_000
QUATERNION_TAG = 252
POSITION_STEPS = 65535
MIN_OPACITY = 1e-6

_KEPT_COMPONENTS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
_WEBP_METHOD, _WEBP_EFFORT = 2, 30


class BadSog(ValueError):
    """A file that is not a whole, readable SOG version 2."""


def image_size(count: int) -> tuple[int, int]:
    """Width and height in texels of every per-Gaussian image; multiples of 4.

    Raises ValueError when `count` needs more than the 16383 texels a WebP side can have.
    """
    width = 4 * math.ceil(math.sqrt(count) / 4)
    height = 4 * math.ceil(math.ceil(count / width) / 4)
    if max(width, height) > MAX_SIDE_TEXELS:
        raise ValueError(f"{count} Gaussians do not fit into one image")
    return width, height


def log_position(position: Floats) -> Floats:
    """sign(p) ln(1 + |p|): fine steps near the origin, coarse ones far away."""
    return np.asarray(np.sign(position) * np.log1p(np.abs(position)), np.float64)


def linear_position(logarithm: Floats) -> Floats:
    """The inverse of `log_position`."""
    return np.asarray(np.sign(logarithm) * np.expm1(np.abs(logarithm)), np.float64)


def unpack_quaternions(texels: Bytes) -> Floats:
    """Unit quaternions wxyz [N,4] of texels [N,4]: three components and which one was left out."""
    left_out = texels[:, 3].astype(np.int64) - QUATERNION_TAG
    if np.any(left_out < 0):
        raise BadSog("a rotation without its tag")
    kept = (texels[:, :3].astype(np.float64) / 255 * 2 - 1) / math.sqrt(2)
    rows = np.arange(len(texels))
    quats = np.zeros((len(texels), 4))
    quats[rows[:, None], _KEPT_COMPONENTS[left_out]] = kept
    quats[rows, left_out] = np.sqrt(np.maximum(0, 1 - (kept**2).sum(1)))
    return quats


def quaternion_codes(quats: Floats) -> Floats:
    """Unrounded codes [N,3] of x, y, z for unit quaternions whose w is the largest component."""
    return np.asarray(255 * (quats[:, 1:] * (math.sqrt(2) / 2) + 0.5), np.float64)


def sigmoid(logits: Floats | Floats32) -> Floats:
    """Opacity in 0..1 of a logit."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -60, 60))), np.float64)


def logit(opacity: Floats) -> Floats:
    """The inverse of `sigmoid`, clamped as the format's readers do."""
    clamped = np.clip(opacity, MIN_OPACITY, 1 - MIN_OPACITY)
    return np.asarray(np.log(clamped / (1 - clamped)), np.float64)


def to_webp(texels: Bytes) -> bytes:
    """Lossless WebP of texels [H,W,3 or 4].

    `exact` keeps RGB under alpha 0, where the format stores values. Method 2 gives the bytes of
    method 6 within 0.5 % at a fiftieth of its time (measured, findings/compress.md).
    """
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(texels)).save(
        stream, "WEBP", lossless=True, exact=True, method=_WEBP_METHOD, quality=_WEBP_EFFORT
    )
    return stream.getvalue()


def from_webp(data: bytes, name: str) -> Bytes:
    """Texels [H,W,4] of a WebP image; BadSog names the image when it does not decode."""
    try:
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise BadSog(f"{name} is not a readable image") from error


def lay_out(channels: Bytes, count: int) -> Bytes:
    """Texels [N,C] as an image [H,W,C]; the padding repeats the last texel, which costs nothing."""
    width, height = image_size(count)
    image = np.empty((width * height, channels.shape[1]), np.uint8)
    image[:count] = channels
    image[count:] = channels[-1]
    return image.reshape(height, width, channels.shape[1])


def join_bytes(low: Bytes, high: Bytes) -> Integers:
    """16-bit numbers from their two bytes."""
    return low.astype(np.int64) | high.astype(np.int64) << 8
