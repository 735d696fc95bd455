"""Parallel lines over an area: the grid, and twice for the crosshatch."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.geometry.camera import Spacing
from spaceport_dronepath.geometry.scanlines import crossings, edges_of, rotate, rotate_back
from spaceport_dronepath.patterns.brief import Brief
from spaceport_dronepath.patterns.gaps import cover
from spaceport_dronepath.patterns.strip import Kind, Strip

Floats = NDArray[np.float64]
SHORTEST_M = 0.5
TURN_COST_M = 40.0
HEADINGS_TRIED = 8


def grid(brief: Brief, pitch_deg: float, heading_deg: float, group: int) -> list[Strip]:
    """Lines over every part of the area, and single photos where a corner would stay unseen."""
    spaced = brief.spacing(pitch_deg)
    strips: list[Strip] = []
    for part in polygons_of(brief.area):
        strips += _lines(brief, part, spaced, pitch_deg, heading_deg, group)
    return strips


def _lines(
    brief: Brief,
    part: BaseGeometry,
    spaced: Spacing,
    pitch_deg: float,
    heading_deg: float,
    group: int,
) -> list[Strip]:
    starts, ends = (rotate(corners, heading_deg) for corners in edges_of(part))
    _, enter, leave, across = _clip(starts, ends, spaced.across_m)
    counts = np.maximum(np.ceil((leave - enter) / spaced.along_m - 1e-9), 1).astype(int)
    step = (leave - enter) / counts
    speed_mps = brief.speed_mps(spaced.along_m, _distance_m(brief, pitch_deg))
    strips = []
    for x0, n, d, y in zip(enter, counts, step, across, strict=True):
        photo_s_m = np.arange(n) * d
        ends_at = np.array([[x0 + d / 2, y], [x0 + d / 2 + (n - 1) * d, y]])
        path = rotate_back(ends_at, heading_deg)
        strips.append(
            Strip(
                kind=Kind.LINE if n > 1 else Kind.SPOT,
                path=path if n > 1 else path[:1],
                agl_m=np.full(2 if n > 1 else 1, brief.agl_m),
                photo_s_m=photo_s_m,
                heading_deg=np.full(n, heading_deg % 360),
                pitch_deg=np.full(n, pitch_deg),
                speed_mps=speed_mps,
                spacing_m=float(d),
                nadir_start=spaced.nadir_start,
                follows_course=True,
                group=group,
            )
        )
    seen = _seen(enter, leave, across, step, spaced)
    return strips + cover(brief, part, seen, spaced, heading_deg, group)


def _distance_m(brief: Brief, pitch_deg: float) -> float:
    return brief.seen_height_m / math.sin(math.radians(-pitch_deg))


def _clip(
    starts: Floats, ends: Floats, across_m: float
) -> tuple[NDArray[np.intp], Floats, Floats, Floats]:
    """The lines' pieces: number of the line, start, end, and offset of each."""
    low, high = float(starts[:, 1].min()), float(starts[:, 1].max())
    count = max(math.ceil((high - low) / across_m - 1e-9), 1)
    offsets = low + (np.arange(count) + 0.5) * (high - low) / count
    line, enter, leave = crossings(starts, ends, offsets)
    long_enough = leave - enter > SHORTEST_M
    return line[long_enough], enter[long_enough], leave[long_enough], offsets[line[long_enough]]


def _seen(
    enter: Floats, leave: Floats, across: Floats, step: Floats, spaced: Spacing
) -> BaseGeometry:
    """What the lines' photos show for certain, in the lines' own frame."""
    slack = np.maximum(spaced.seen_along_m - step, 0) / 2
    half = spaced.seen_across_m / 2
    boxes = shapely.box(enter - slack, across - half, leave + slack, across + half)
    return shapely.union_all(boxes)


def best_heading_deg(area: BaseGeometry, across_m: float) -> float:
    """The heading whose lines are flown fastest: length plus a fixed cost for every turn."""
    starts, ends = edges_of(area)
    costs = []
    for heading in _candidates(area):
        line, enter, leave, _ = _clip(rotate(starts, heading), rotate(ends, heading), across_m)
        costs.append((float((leave - enter).sum()) + TURN_COST_M * len(line), heading))
    return min(costs)[1]


def _candidates(area: BaseGeometry) -> list[float]:
    """Along the longest sides of the hull, and a fan for areas that are round."""
    hull = shapely.get_coordinates(area.convex_hull.simplify(area.length / 400))
    sides = np.diff(hull, axis=0)
    longest = np.argsort(-np.hypot(*sides.T))[:HEADINGS_TRIED]
    headings = [float(math.degrees(math.atan2(*sides[n])) % 180) for n in longest]
    return [*headings, 0.0, 45.0, 90.0, 135.0]
