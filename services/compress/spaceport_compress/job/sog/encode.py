"""Gaussians to a SOG document: every texel where its error shows least for its bits."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spaceport_compress.job.sog.arrays import Bytes, Floats, Integers
from spaceport_compress.job.sog.codebook import ENTRIES, as_written, nearest, optimal_codebook
from spaceport_compress.job.sog.file import (
    BANDS_OF_COEFFICIENTS,
    Coded,
    Means,
    PaletteMeta,
    SogDocument,
    SogMeta,
)
from spaceport_compress.job.sog.importance import BLUR_PX2, Importance
from spaceport_compress.job.sog.order import canonical_rotations, morton_order, neighbour_distance
from spaceport_compress.job.sog.packing import (
    POSITION_STEPS,
    QUATERNION_TAG,
    lay_out,
    log_position,
    quaternion_codes,
    sigmoid,
    to_webp,
)
from spaceport_compress.job.sog.palette import build_palette
from spaceport_compress.job.sog.texels import Channels, choose, choose_steps
from spaceport_splat.gaussians import SH_C0, Gaussians

Tell = Callable[[str, int, int], None]  # step, n of m; may raise to end the job

_TINY_M = 1e-12


@dataclass(frozen=True)
class Gain:
    """Picture error per unit error of an attribute and unit importance; fitted on renders."""

    position: float = 0.5
    order: float = 0.02  # of Gaussians in depth, per neighbour passed
    rotation: float = 0.06
    scale: float = 1.0
    opacity: float = 0.15
    colour: float = 1.5
    harmonics: float = 0.8


@dataclass(frozen=True)
class Effort:
    """How small the file gets.

    rate_price: squared picture error that one bit is worth; 0 rounds everything to the nearest.
    palette: most entries for view-dependent colour.
    """

    rate_price: float
    palette: int
    seed: int = 1
    gain: Gain = Gain()


@dataclass(frozen=True)
class _Scene:
    """What the attribute encoders share, in the order of the file."""

    gaussians: Gaussians
    quats: Floats
    scales: Floats
    weight: Floats
    axes_m2: Floats
    seen_m2: Floats
    looking: Floats
    effort: Effort


def encode(
    gaussians: Gaussians,
    importance: Importance,
    effort: Effort,
    tell: Tell = lambda *_: None,
) -> SogDocument:
    """Encode clean Gaussians; deterministic: the same input and effort give the same bytes."""
    mins, maxs, steps = _position_steps(gaussians)
    order = morton_order(np.rint(steps).astype(np.int64))
    scene = _scene(gaussians.take(order), importance.take(order), effort)
    images: dict[str, bytes] = {}
    count = len(gaussians)

    def add(name: str, *channels: Integers | Bytes) -> None:
        texels = np.column_stack(channels).astype(np.uint8)
        images[name] = to_webp(lay_out(texels, count))

    tell("texels", 0, 4)
    chosen = _positions(scene, steps[order], mins, maxs)
    add("means_l.webp", chosen & 255)
    add("means_u.webp", chosen >> 8)
    tell("texels", 1, 4)
    add("quats.webp", _rotations(scene), np.full(count, QUATERNION_TAG, np.uint8))
    tell("texels", 2, 4)
    scales, scale_book = _scales(scene)
    add("scales.webp", scales)
    tell("texels", 3, 4)
    colours, colour_book = _colours(scene)
    add("sh0.webp", colours, _opacities(scene))
    tell("texels", 4, 4)
    palette = _palette(scene, images, add, tell)
    meta = SogMeta(
        count=count,
        means=Means(mins=_triple(mins), maxs=_triple(maxs)),
        scales=Coded(codebook=as_written(scale_book), files=("scales.webp",)),
        sh0=Coded(codebook=as_written(colour_book), files=("sh0.webp",)),
        shN=palette,
    )
    return SogDocument(meta, images)


def _triple(numbers: Floats) -> tuple[float, float, float]:
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _position_steps(gaussians: Gaussians) -> tuple[Floats, Floats, Floats]:
    """Range of the signed logarithms, and positions [N,3] in unrounded 16-bit steps of it."""
    logarithm = log_position(gaussians.means.astype(np.float64))
    mins = np.array([float(f"{x:.9g}") for x in logarithm.min(0)])
    maxs = np.array([float(f"{x:.9g}") for x in logarithm.max(0)])
    span = np.where(maxs > mins, maxs - mins, 1.0)
    return mins, maxs, np.clip((logarithm - mins) / span * POSITION_STEPS, 0, POSITION_STEPS)


def _scene(gaussians: Gaussians, importance: Importance, effort: Effort) -> _Scene:
    quats, scales = canonical_rotations(gaussians.quats, gaussians.scales)
    axes_m2 = np.exp(2 * scales)
    seen_m2 = axes_m2 + BLUR_PX2 * importance.pixel_m2[:, None]
    return _Scene(
        gaussians, quats, scales, importance.weight, axes_m2, seen_m2, importance.looking, effort
    )


def _positions(scene: _Scene, steps: Floats, mins: Floats, maxs: Floats) -> Integers:
    """A step shows by its length against what a pixel sees of the Gaussian, and by what it swaps.

    Renderers sort by depth: on flat ground seen from above a few millimetres up or down put another
    Gaussian in front, all of its colour for one step. So an error along the way that cameras look
    also costs in proportion to the neighbours that it passes.
    """
    step_m = (np.abs(scene.gaussians.means) + 1.0) * (maxs - mins) / POSITION_STEPS
    gain = scene.effort.gain
    shift = (scene.weight * (1 / scene.seen_m2).mean(1))[:, None] * step_m**2
    distance_m = np.maximum(neighbour_distance(scene.gaussians.means), step_m + _TINY_M)
    swap = scene.weight[:, None] * scene.looking * step_m / distance_m
    return choose_steps(steps, gain.position * shift, gain.order * swap, scene.effort.rate_price)


def _rotations(scene: _Scene) -> Integers:
    """A turn shows by how far the axes differ; of a ball it does not show at all."""
    codes, seen = quaternion_codes(scene.quats), scene.seen_m2
    difference = np.zeros(len(codes))
    for a, b in ((0, 1), (0, 2), (1, 2)):
        difference += (seen[:, a] - seen[:, b]) ** 2 / (seen[:, a] * seen[:, b]) / 3
    turn_per_code = 2 * 2 / 255 / math.sqrt(2)
    weight = scene.effort.gain.rotation * scene.weight * np.minimum(difference, 1e4)
    weights = np.repeat((weight * turn_per_code**2)[:, None], 3, 1)
    table = np.arange(float(ENTRIES))
    return choose(Channels(codes, weights), table, scene.effort.rate_price, adapt=False)[0]


def _scales(scene: _Scene) -> tuple[Integers, Floats]:
    """An axis below a pixel shows little, however wrong it is."""
    visible = (scene.axes_m2 / scene.seen_m2) ** 2
    weights = scene.effort.gain.scale * scene.weight[:, None] * visible
    return _with_codebook(scene, Channels(scene.scales, weights))


def _colours(scene: _Scene) -> tuple[Integers, Floats]:
    weight = scene.effort.gain.colour * SH_C0**2 * scene.weight
    weights = np.repeat(weight[:, None], 3, 1)
    sh0 = scene.gaussians.sh0.astype(np.float64)
    return _with_codebook(scene, Channels(sh0, weights, subtract_green=True))


def _with_codebook(scene: _Scene, channels: Channels) -> tuple[Integers, Floats]:
    codebook = optimal_codebook(channels.values, channels.weights)
    if scene.effort.rate_price == 0:
        return nearest(channels.values, codebook), codebook
    return choose(channels, codebook, scene.effort.rate_price, adapt=True)


def _opacities(scene: _Scene) -> Integers:
    """Bytes of opacity; never 0, which would delete the Gaussian."""
    opacity = sigmoid(scene.gaussians.opacities)
    weight = scene.effort.gain.opacity * scene.weight / np.maximum(opacity, 0.02) ** 2
    table = np.arange(float(ENTRIES)) / 255
    channels = Channels(opacity[:, None], weight[:, None])
    codes, _ = choose(channels, table, scene.effort.rate_price, adapt=False)
    return np.maximum(codes, 1)


def _palette(
    scene: _Scene,
    images: dict[str, bytes],
    add: Callable[..., None],
    tell: Tell,
) -> PaletteMeta | None:
    harmonics = scene.gaussians.shN
    if harmonics.shape[1] == 0:
        return None
    tell("palette", 0, 1)
    effort = scene.effort
    sensitivity = effort.gain.harmonics * scene.weight
    palette = build_palette(harmonics, sensitivity, effort.rate_price, effort.palette, effort.seed)
    images["shN_centroids.webp"] = to_webp(palette.texels)
    add("shN_labels.webp", palette.labels & 255, palette.labels >> 8, 0 * palette.labels)
    tell("palette", 1, 1)
    return PaletteMeta(
        count=palette.count,
        bands=BANDS_OF_COEFFICIENTS[harmonics.shape[1]],
        codebook=as_written(palette.codebook),
    )
