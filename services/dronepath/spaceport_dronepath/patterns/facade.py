"""Rows of photos that look straight at walls."""

import math
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.patterns.brief import Brief
from spaceport_dronepath.patterns.circles import lowest_agl_m, stretches
from spaceport_dronepath.patterns.strip import Kind, Strip, along, at

Floats = NDArray[np.float64]
CUT_SHARE = 0.04  # of the stand-off: how far photos around a curve may lie on chords of it


def facade(brief: Brief, walls: BaseGeometry, height_m: float, standoff_m: float) -> list[Strip]:
    """Rows at every height, each photo turned to the nearest place of the wall.

    Rows lie as far apart as the side overlap allows, from the lowest allowed height to the top.
    """
    asked = brief.request
    nearest_m = standoff_m * (1 - CUT_SHARE)
    row_m = 2 * brief.camera.half_h * nearest_m * (1 - asked.side_overlap)
    step_m = 2 * brief.camera.half_w * nearest_m * (1 - asked.front_overlap)
    low = min(max(lowest_agl_m(brief), min(row_m / 2, height_m / 2)), asked.max_agl_m)
    top = max(height_m - row_m / 2, low)
    rows = np.linspace(low, top, max(math.ceil((top - low) / row_m - 1e-9), 0) + 1)
    strips: list[Strip] = []
    for path in _paths(walls, standoff_m):
        for row, agl_m in enumerate(rows):
            found = _row(brief, walls, path, float(agl_m), height_m, step_m, standoff_m)
            strips += found if row % 2 == 0 else [strip.reversed() for strip in found][::-1]
    return strips


def _paths(walls: BaseGeometry, standoff_m: float) -> list[Floats]:
    """Around walls at the stand-off; both sides of an open line."""
    around = shapely.buffer(walls, standoff_m, quad_segs=8).simplify(CUT_SHARE * standoff_m)
    return [shapely.get_coordinates(polygon.exterior) for polygon in polygons_of(around)]


def _row(
    brief: Brief,
    walls: BaseGeometry,
    path: Floats,
    agl_m: float,
    height_m: float,
    step_m: float,
    standoff_m: float,
) -> list[Strip]:
    s = along(path)
    xy = at(path, s, _places(s, step_m))
    edge = walls.boundary if isinstance(walls, Polygon) else walls
    nearest = shapely.get_coordinates(shapely.shortest_line(edge, shapely.points(xy)))[::2]
    towards = nearest - xy
    xy = nearest - standoff_m * towards / np.hypot(*towards.T)[:, None]
    heading = np.degrees(np.arctan2(towards[:, 0], towards[:, 1])) % 360
    aim_m = min(agl_m, height_m) if agl_m <= height_m else height_m / 2
    pitch = math.degrees(math.atan2(aim_m - agl_m, standoff_m))
    if brief.request.gimbal_pitch_deg is not None:
        pitch = brief.request.gimbal_pitch_deg
    speed_mps = brief.speed_mps(step_m, standoff_m)
    return _cut(brief, xy, agl_m, heading, pitch, speed_mps)


def _places(s: Floats, step_m: float) -> Floats:
    """Every corner of the path, and between two of them as many places as the step asks for."""
    return np.concatenate(
        [
            np.linspace(a, b, max(math.ceil((b - a) / step_m - 1e-9), 1), endpoint=False)
            for a, b in pairwise(s)
        ]
        + [s[-1:]]
    )


def _cut(
    brief: Brief, xy: Floats, agl_m: float, heading: Floats, pitch: float, speed_mps: float
) -> list[Strip]:
    """One strip for every stretch inside the allowed air."""
    strips: list[Strip] = []
    for region in brief.work:
        inside = region.covers(xy)
        joined = np.zeros(len(xy), bool)
        joined[:-1] = region.sees(xy[:-1], xy[1:])
        for first, last in stretches(inside, joined):
            some = slice(first, last + 1)
            n = last + 1 - first
            strips.append(
                Strip(
                    kind=Kind.ARC if n > 1 else Kind.SPOT,
                    path=xy[some],
                    agl_m=np.full(n, agl_m),
                    photo_s_m=along(xy[some]),
                    heading_deg=heading[some],
                    pitch_deg=np.full(n, pitch),
                    speed_mps=speed_mps,
                )
            )
    return strips
