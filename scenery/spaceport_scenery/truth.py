"""How far a reconstruction lies from what was really flown: `geo.json` against `truth.json`.

Only who generated a capture compares; the truth never travels with the photos.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FEWEST_PHOTOS = 3
Array = NDArray[np.float64]


@dataclass(frozen=True)
class PoseErrors:
    """What is wrong with a reconstruction."""

    photos: int
    """Photos that both know."""
    pose_error_m: float
    """Root mean square distance of the camera centres after the best similarity fit."""
    height_error_m: float
    """Error of the ground's height below the middle of the cameras after that fit."""
    tilt_deg: float
    """Angle between the frame's up and the true up."""
    scale_ratio: float
    """The frame's metre over a true metre."""
    heading_deg: float
    """Angle between the frame's north and the true north, 0 to 180."""


def compare_with_truth(truth_file: Path, geo_file: Path) -> PoseErrors:
    """Compare the poses that sfm delivered with the true ones.

    Raises:
        OSError, ValueError, KeyError: a file is missing or is not what it should be, or the two
            have fewer than three photos in common.
    """
    truth = json.loads(truth_file.read_text(encoding="utf-8"))
    geo = json.loads(geo_file.read_text(encoding="utf-8"))
    true, found = truth["photos"], {photo["original"]: photo for photo in geo["photos"]}
    common = sorted(set(true) & set(found))
    if len(common) < FEWEST_PHOTOS:
        raise ValueError(f"{geo_file} has {len(common)} photos in common with {truth_file}")
    source = np.array([found[name]["position_m"] for name in common])
    target = np.array([true[name]["position_enu_m"] for name in common])
    scale, rotation, shift = similarity(source, target)
    turned = _mean_rotation(
        np.array([true[name]["camera_to_world"] for name in common]),
        np.array([found[name]["camera_to_world"] for name in common]),
    )
    moved = scale * source @ rotation.T + shift
    # Turned by the looks: a strip's places leave open on which side of it the ground lies.
    middle = source.mean(axis=0)
    below = np.array([0.0, 0.0, geo["ground_z_m"] - middle[2]])
    ground_z_m = float((target.mean(axis=0) + scale * turned @ below)[2])
    return PoseErrors(
        photos=len(common),
        pose_error_m=float(np.sqrt(np.mean(np.sum((moved - target) ** 2, axis=1)))),
        height_error_m=abs(ground_z_m - float(truth["ground_height_m"])),
        tilt_deg=_angle_deg(turned[:, 2], np.array([0.0, 0.0, 1.0])),
        scale_ratio=1 / scale,
        heading_deg=abs(float(np.degrees(np.arctan2(turned[0, 1], turned[1, 1])))),
    )


def _mean_rotation(true: Array, found: Array) -> Array:
    """The rotation [3, 3] that turns the found cameras [N, 3, 3] into the true ones.

    By where they look, not by where they are: a strip's places say nothing about its roll.
    """
    left, _, right = np.linalg.svd(np.einsum("nij,nkj->ik", true, found))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    return np.asarray((left * signs) @ right)


def similarity(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation and shift of places [N, 3] onto places [N, 3], by least squares.

    Umeyama, PAMI 1991: target = scale * rotation @ source + shift.
    """
    mean, aim = source.mean(axis=0), target.mean(axis=0)
    left, singular, right = np.linalg.svd((target - aim).T @ (source - mean) / len(source))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = np.asarray((left * signs) @ right)
    scale = float((singular * signs).sum() / ((source - mean) ** 2).sum() * len(source))
    return scale, rotation, aim - scale * rotation @ mean


def _angle_deg(first: Array, second: Array) -> float:
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
