"""The Gaussians that training starts from: sparse points, and more points between them.

A random pixel of a training photo gets its depth by interpolating 1/z over a Delaunay
triangulation of the sparse points that the photo sees, and its colour from the photo.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay, QhullError, cKDTree

from spaceport_splat.camera import Camera
from spaceport_splat.gaussians import SH_C0, SH_COEFFICIENTS, Gaussians
from spaceport_train.job.scene.colmap import Points
from spaceport_train.job.scene.scene import Photo, Scene

NEAREST = 3
OUTSIDE_NEAREST = 5
OPACITY = 0.2
LEAST_SPACING = 1e-6  # of the extent: points on one spot must not become infinitely thin
SEEN_MIN = 4


@dataclass(frozen=True)
class Seed:
    """How the first Gaussians look."""

    opacity: float = OPACITY
    scale: float = 1.0


def first_gaussians(
    scene: Scene, count: int, sh_degree: int, rng: np.random.Generator, seed: Seed
) -> Gaussians:
    """`count` Gaussians: the sparse points (a random part if there are more), then seeded ones.

    Round, as large as the root mean square distance to the 3 nearest; colour from the photos.
    """
    points = scene.points
    if len(points.xyz) > count:
        keep = rng.permutation(len(points.xyz))[:count]
        points = Points(points.xyz[keep], points.rgb[keep])
    extra = count - len(points.xyz)
    if extra > 0:
        more = seeded_points(scene, extra, rng)
        points = Points(
            np.concatenate([points.xyz, more.xyz]), np.concatenate([points.rgb, more.rgb])
        )
    n = len(points.xyz)
    distances = np.asarray(cKDTree(points.xyz).query(points.xyz, k=min(NEAREST + 1, n))[0])
    spacing = np.sqrt((distances[:, 1:] ** 2).mean(axis=1))
    spacing = np.maximum(spacing, LEAST_SPACING * scene.extent_m) * seed.scale
    quats = np.zeros((n, 4), np.float32)
    quats[:, 0] = 1
    return Gaussians(
        means=points.xyz.astype(np.float32),
        quats=quats,
        scales=np.repeat(np.log(spacing)[:, None], 3, axis=1).astype(np.float32),
        opacities=np.full(n, math.log(seed.opacity / (1 - seed.opacity)), np.float32),
        sh0=((points.rgb - 0.5) / SH_C0).astype(np.float32),
        shN=np.zeros((n, SH_COEFFICIENTS[sh_degree], 3), np.float32),
    )


def seeded_points(scene: Scene, count: int, rng: np.random.Generator) -> Points:
    """`count` points below random pixels of the training photos that see enough points."""
    usable = [i for i in scene.training if len(scene.seen[i]) >= SEEN_MIN]
    if not usable:
        return Points(np.empty((0, 3)), np.empty((0, 3), np.float32))
    each = count // len(usable) + 1
    parts = [
        _below_pixels(scene.cameras[i], scene.photos[i], scene.points.xyz[scene.seen[i]], each, rng)
        for i in usable
    ]
    keep = rng.permutation(sum(len(part.xyz) for part in parts))[:count]
    xyz = np.concatenate([part.xyz for part in parts])[keep]
    return Points(xyz, np.concatenate([part.rgb for part in parts])[keep])


def _below_pixels(
    camera: Camera,
    photo: Photo,
    seen: npt.NDArray[np.float64],
    count: int,
    rng: np.random.Generator,
) -> Points:
    rotation, translation = camera.world_to_camera[:3, :3], camera.world_to_camera[:3, 3]
    in_camera = seen @ rotation.T + translation
    in_camera = in_camera[in_camera[:, 2] > 0]
    if len(in_camera) == 0:
        return Points(np.empty((0, 3)), np.empty((0, 3), np.float32))
    focal, centre = np.array([camera.fx, camera.fy]), np.array([camera.cx, camera.cy])
    depths = in_camera[:, 2]
    at = in_camera[:, :2] / depths[:, None] * focal + centre
    pixels = rng.random((count, 2)) * [camera.width_px, camera.height_px]
    z = 1 / _interpolate(at, 1 / depths, pixels)
    rays = (pixels - centre) / focal
    xyz = (np.c_[rays, np.ones(count)] * z[:, None] - translation) @ rotation
    columns, rows = pixels.astype(np.intp).T
    return Points(xyz, photo[rows, columns].astype(np.float32) / np.float32(255))


def _interpolate(
    at: npt.NDArray[np.float64], values: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Linear inside the triangulation, inverse distance weights of the 5 nearest outside."""
    distances, nearest = cKDTree(at).query(wanted, k=min(OUTSIDE_NEAREST, len(at)))
    weights = 1 / (np.asarray(distances) + 1)
    result = (weights * values[nearest]).sum(axis=1) / weights.sum(axis=1)
    try:
        mesh = Delaunay(at)
    except QhullError:  # all points on one line
        return np.asarray(result)
    simplex = mesh.find_simplex(wanted)
    inside = simplex >= 0
    affine = mesh.transform[simplex[inside]]
    first = np.einsum("nij,nj->ni", affine[:, :2], wanted[inside] - affine[:, 2])
    barycentric = np.c_[first, 1 - first.sum(axis=1)]
    inside_values = (barycentric * values[mesh.simplices[simplex[inside]]]).sum(axis=1)
    ok = np.isfinite(inside_values) & (inside_values > 0)  # slivers have no usable transform
    result[np.flatnonzero(inside)[ok]] = inside_values[ok]
    return np.asarray(result)
