"""Similarity transforms between two sets of corresponding points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.placing.geodesy import Points

SAMPLES = 300


@dataclass(frozen=True)
class Similarity:
    """x -> scale * rotation @ x + translation."""

    scale: float
    rotation: Points
    translation: Points

    def apply(self, points: Points) -> Points:
        """[N, 3] -> [N, 3]."""
        return self.scale * points @ self.rotation.T + self.translation

    @property
    def matrix(self) -> Points:
        """The homogeneous 4 x 4 matrix."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.scale * self.rotation
        matrix[:3, 3] = self.translation
        return matrix


def fit_similarity(source: Points, target: Points) -> Similarity:
    """Least squares (Umeyama, PAMI 1991) of [N, 3] onto [N, 3]."""
    mean_source, mean_target = source.mean(axis=0), target.mean(axis=0)
    centred, aimed = source - mean_source, target - mean_target
    left, singular, right = np.linalg.svd(aimed.T @ centred / len(source))
    signs = np.ones(3)
    if np.linalg.det(left) * np.linalg.det(right) < 0:
        signs[2] = -1.0
    rotation = (left * signs) @ right
    variance = (centred**2).sum() / len(source)
    scale = float((singular * signs).sum() / max(variance, 1e-12))
    return Similarity(scale, rotation, mean_target - scale * rotation @ mean_source)


def fit_robustly(
    source: Points, target: Points, max_error: float, seed: int
) -> tuple[Similarity, NDArray[np.bool_]]:
    """RANSAC over triples, then least squares over the inliers; returns them as a mask [N]."""
    random = np.random.default_rng(seed)
    inliers = np.ones(len(source), dtype=bool)
    best = -np.inf
    for _ in range(SAMPLES):
        chosen = random.choice(len(source), 3, replace=False)
        errors = residuals(fit_similarity(source[chosen], target[chosen]), source, target)
        # MSAC (Torr and Zisserman 2000): ties in the count go to the closer fit.
        score = -np.minimum(errors**2, max_error**2).sum()
        if score > best and (errors < max_error).sum() >= 3:
            best, inliers = score, errors < max_error
    for _ in range(3):
        fit = fit_similarity(source[inliers], target[inliers])
        within = residuals(fit, source, target) < max_error
        if within.sum() < 3 or (within == inliers).all():
            break
        inliers = within
    return fit_similarity(source[inliers], target[inliers]), inliers


def residuals(fit: Similarity, source: Points, target: Points) -> Points:
    """Distances [N] between transformed source and target."""
    return np.asarray(np.linalg.norm(fit.apply(source) - target, axis=1))


def spread_ratio(points: Points) -> float:
    """Second over first singular value of [N, D] points: 0 on a line, 1 in a square."""
    singular = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(singular[1] / max(singular[0], 1e-12))
