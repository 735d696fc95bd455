"""How high to fly along a path: above every hill, below the ceiling, with few breaks."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.terrain.ground import Ground

Floats = NDArray[np.float64]
SAMPLE_M = 5.0
BETWEEN_SAMPLES_M = 0.3  # for what bilinear ground bulges between two samples
TOLERANCE_SHARE = 0.03


@dataclass(frozen=True)
class Limits:
    """The air that may be used above the ground, and above the take-off."""

    min_clearance_m: float
    max_agl_m: float
    max_above_takeoff_m: float


@dataclass(frozen=True)
class Solid:
    """What stands on the ground. Above it the clearance counts from its top.

    `shape` is wider than the thing by a sample, so that no leg climbs beside it too late.
    """

    shape: BaseGeometry
    height_m: float

    @classmethod
    def around(cls, footprint: BaseGeometry, height_m: float) -> "Solid":
        """The solid over a footprint."""
        shape = footprint.buffer(SAMPLE_M)
        shapely.prepare(shape)
        return cls(shape, height_m)

    def heights_m(self, xy: Floats) -> Floats:
        """Its height above the ground at places (n, 2), 0 beside it."""
        inside = shapely.contains_xy(self.shape, xy[:, 0], xy[:, 1])
        return np.where(inside, self.height_m, 0.0)


@dataclass(frozen=True)
class Profile:
    """Samples along a path, and which of them are vertices of what is flown.

    z_m and ground_m count from the ground below the take-off.
    """

    s_m: Floats
    xy: Floats
    ground_m: Floats
    z_m: Floats
    vertex: NDArray[np.intp]
    given: NDArray[np.intp]

    @property
    def agl_m(self) -> Floats:
        """Height above the ground at every sample."""
        return self.z_m - self.ground_m


def profile(
    path: Floats,
    agl_m: Floats,
    ground: Ground,
    takeoff_ground_m: float,
    limits: Limits,
    solid: Solid | None = None,
) -> Profile:
    """Altitudes along a path (m, 2) that keep `agl_m` (m,) as nearly as the limits allow.

    Every leg is sampled at 5 m or closer; between vertices the altitude is linear. Vertices are
    added where a leg would come too near to the ground, exceed the ceiling, or stray from the
    wanted height by more than 3 %. Raises FieldProblem when hills need more than the drone may
    climb above its take-off.
    """
    coarsest_m = math.inf if solid is None else SAMPLE_M
    step_m = coarsest_m if ground.is_flat else min(ground.step_m, SAMPLE_M)
    s_m, xy, given = _sample(path, agl_m, step_m)
    heights = ground.heights_m(xy) - takeoff_ground_m
    slack = 0.0 if ground.is_flat else BETWEEN_SAMPLES_M
    low = _ridges(heights) + limits.min_clearance_m + slack
    if solid is not None:
        low = np.maximum(low, heights + solid.heights_m(xy) + limits.min_clearance_m + slack)
    high = -_ridges(-heights) + limits.max_agl_m - slack
    wanted = np.clip(heights + np.interp(s_m, s_m[given], agl_m), low, np.maximum(low, high))
    _refuse_high(low, limits)
    wanted = np.minimum(wanted, np.maximum(low, limits.max_above_takeoff_m))
    tolerance = np.maximum(1.0, TOLERANCE_SHARE * (wanted - heights))
    vertex = _vertices(s_m, wanted, given, (low, np.maximum(low, high)), tolerance)
    z_m = np.interp(s_m, s_m[vertex], wanted[vertex])
    return Profile(s_m, xy, heights, z_m, vertex, given)


def _ridges(heights: Floats) -> Floats:
    """At every sample, no lower than any ground between it and its neighbours.

    A crest between two samples is no higher than the slopes on either side, carried on, let it be;
    on a slope or in a hollow that adds nothing.
    """
    step = np.diff(heights)
    climb = _steepest(np.maximum(step, 0))
    drop = _steepest(np.maximum(-step, 0)[::-1])[::-1]
    crest = np.minimum(heights[:-1] + climb, heights[1:] + drop)
    crest[crest <= np.maximum(heights[:-1], heights[1:])] = -np.inf
    found = heights.copy()
    found[:-1] = np.maximum(found[:-1], crest)
    found[1:] = np.maximum(found[1:], crest)
    return found


def _steepest(slope: Floats) -> Floats:
    """The greater of the two slopes before each leg between samples."""
    before = np.concatenate(([0.0, 0.0], slope))
    return np.maximum(before[:-2], before[1:-1])


def _refuse_high(low: Floats, limits: Limits) -> None:
    highest = float(low.max())
    if highest > limits.max_above_takeoff_m:
        raise FieldProblem(
            "max_above_takeoff_m",
            f"Clearing the highest ground takes {highest:.0f} m above the take-off; "
            f"{limits.max_above_takeoff_m:g} m are allowed.",
            "Take off higher up, or leave the hill out of the area.",
        )


def _sample(path: Floats, agl_m: Floats, step_m: float) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Distances, places and the given vertices' indices; a climb on the spot counts as distance."""
    flat = np.hypot(*np.diff(path, axis=0).T)
    pieces = np.maximum(np.ceil(flat / step_m - 1e-9), 1).astype(int)
    leg = np.maximum(flat, np.maximum(np.abs(np.diff(agl_m)), 1e-3))
    given = np.concatenate(([0], np.cumsum(pieces)))
    which = np.repeat(np.arange(len(flat)), pieces)
    share = (np.arange(len(which)) - given[which]) / pieces[which]
    start_s = np.concatenate(([0.0], np.cumsum(leg)))
    s_m = np.append(start_s[which] + share * leg[which], start_s[-1])
    xy = path[which] + share[:, None] * np.diff(path, axis=0)[which]
    return s_m, np.concatenate((xy, path[-1:])), given


def _vertices(
    s_m: Floats,
    wanted: Floats,
    given: NDArray[np.intp],
    bounds: tuple[Floats, Floats],
    tolerance: Floats,
) -> NDArray[np.intp]:
    """The given vertices and those that the ground adds: each round adds the worst of each leg."""
    low, high = bounds
    vertex = given
    while True:
        z = np.interp(s_m, s_m[vertex], wanted[vertex])
        excess = np.maximum(np.maximum(low - z, z - high) * 1000, np.abs(z - wanted) - tolerance)
        excess[vertex] = 0.0
        worst = np.maximum.reduceat(excess, vertex[:-1])
        bad = np.flatnonzero(worst > 1e-6)
        if not len(bad):
            return vertex
        leg = np.searchsorted(vertex, np.arange(len(s_m)), "right") - 1
        hit = np.flatnonzero((excess > 1e-6) & (excess == worst[np.minimum(leg, len(worst) - 1)]))
        first = hit[np.unique(leg[hit], return_index=True)[1]]
        vertex = np.union1d(vertex, first)
