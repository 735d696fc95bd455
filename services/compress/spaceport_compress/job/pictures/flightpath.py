"""A closed flight near the cameras of the survey, where the splat is known to look right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from spaceport_compress.job.pictures.views import (
    field_of_view_deg,
    look_at,
    middle_and_size,
    pinhole,
)
from spaceport_compress.job.sog.arrays import Floats
from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import Gaussians

_NEIGHBOURS = 6
_LEAN_DEG = 18.0  # towards the middle, beyond the direction in which the neighbours looked
_PULL = 0.5  # from the ellipse to the neighbours' own positions
_SMOOTH_SHARE = 0.06  # of the flight, standard deviation
_WIDEST_DEG, _NARROWEST_DEG = 75.0, 40.0


@dataclass(frozen=True)
class Survey:
    """Where the cameras of a survey were and looked, and what they looked at.

    positions, forwards: float64[C,3]; up: float64[3]; middle: float64[3].
    """

    cameras: tuple[Camera, ...]
    positions: Floats
    forwards: Floats
    up: Floats
    middle: Floats
    fov_deg: float

    @classmethod
    def of(cls, cameras: Sequence[Camera], gaussians: Gaussians, up: Floats) -> "Survey":
        """Summarise the cameras that saw `gaussians`."""
        fov_deg = float(np.median([field_of_view_deg(camera) for camera in cameras]))
        return cls(
            cameras=tuple(cameras),
            positions=np.stack([camera.position for camera in cameras]),
            forwards=np.stack([camera.world_to_camera[2, :3] for camera in cameras]),
            up=up / np.linalg.norm(up),
            middle=middle_and_size(gaussians)[0],
            fov_deg=min(max(fov_deg, _NARROWEST_DEG), _WIDEST_DEG),
        )


def closed_flight(
    survey: Survey,
    frames: int,
    size_px: tuple[int, int],
    lean_deg: float = _LEAN_DEG,
    reach: float = 1.0,
) -> list[Camera]:
    """`frames` poses once around an ellipse with the spread of the cameras, smooth and level.

    Each is pulled towards the nearest cameras and looks where they looked, leaning a little towards
    the middle: an orbit is flown as an orbit, a grid as a round within it, a strip there and back.
    A `reach` below 1 stays further from the edge of a grid.
    """
    points = _ellipse(survey, frames, reach)
    weights = _nearness(survey.positions, points)
    pulled = (1 - _PULL) * points + _PULL * (weights @ survey.positions)
    forwards = _unit(weights @ survey.forwards)
    smooth = max(1.0, _SMOOTH_SHARE * frames)
    positions = gaussian_filter1d(pulled, smooth, axis=0, mode="wrap")
    forwards = _unit(gaussian_filter1d(forwards, smooth, axis=0, mode="wrap"))
    forwards = _leaning(forwards, survey.middle - positions, lean_deg)
    return [
        pinhole(f"flight {i}", look_at(p, p + f, survey.up), survey.fov_deg, *size_px)
        for i, (p, f) in enumerate(zip(positions, forwards, strict=True))
    ]


def _ellipse(survey: Survey, frames: int, reach: float) -> Floats:
    """An orbit's own circle, or a round at 0.8 of a grid's half width (sqrt 2 times the spread)."""
    centre = survey.positions.mean(0)
    offsets = survey.positions - centre
    level = offsets - np.outer(offsets @ survey.up, survey.up)
    _, singular, axes = np.linalg.svd(level, full_matrices=False)
    spread_m = np.zeros(2)
    spread_m[: min(2, len(singular))] = singular[:2] / math.sqrt(len(level))
    first = axes[0] if singular[0] > 1e-9 else _across(survey.up)
    second = np.cross(survey.up, first)
    least_m = 0.08 * float(np.linalg.norm(centre - survey.middle))
    radii_m = np.maximum(reach * math.sqrt(2) * spread_m, least_m)
    angle = np.linspace(0, 2 * math.pi, frames, endpoint=False)[:, None]
    circle = radii_m[0] * np.cos(angle) * first + radii_m[1] * np.sin(angle) * second
    return np.asarray(centre + circle, np.float64)


def _across(up: Floats) -> Floats:
    across = np.cross(up, np.roll(up, 1))
    return np.asarray(across / np.linalg.norm(across), np.float64)


def _nearness(cameras: Floats, points: Floats) -> Floats:
    """Weights [points, cameras] that add up to 1, as wide as the sixth nearest camera is far."""
    squared = ((points[:, None] - cameras[None]) ** 2).sum(2)
    kth = min(_NEIGHBOURS, len(cameras)) - 1
    width = np.maximum(np.sort(squared, 1)[:, kth : kth + 1], 1e-12)
    weights = np.exp(-2 * squared / width)
    return np.asarray(weights / weights.sum(1, keepdims=True), np.float64)


def _leaning(forwards: Floats, to_middle: Floats, lean_deg: float) -> Floats:
    """Each direction turned towards the middle by at most `lean_deg`."""
    wanted = _unit(to_middle)
    cosine = np.clip((forwards * wanted).sum(1), -1, 1)
    apart = np.arccos(cosine)
    across = _unit(wanted - cosine[:, None] * forwards)
    turn = np.minimum(apart, math.radians(lean_deg))[:, None]
    return np.asarray(np.cos(turn) * forwards + np.sin(turn) * across, np.float64)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float64)
