"""Lines along a road, a river or a power line."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.patterns.brief import Brief
from spaceport_dronepath.patterns.gaps import cover
from spaceport_dronepath.patterns.strip import Kind, Strip, along, at

Floats = NDArray[np.float64]


def corridor(brief: Brief, width_m: float, pitch_deg: float) -> list[Strip]:
    """Lines parallel to the given one, and single photos where a bend would stay unseen."""
    if brief.line is None:
        raise TypeError("a corridor needs its line")
    spaced = brief.spacing(pitch_deg)
    count = max(math.ceil(width_m / spaced.across_m - 1e-9), 1)
    offsets = (np.arange(count) + 0.5) / count * width_m - width_m / 2
    strips: list[Strip] = []
    for offset in offsets:
        for path in _inside(brief, _offset(brief.line, float(offset))):
            strips.append(_along(brief, path, spaced.along_m, pitch_deg, spaced.nadir_start))
    seen = _seen(strips, spaced.seen_along_m, spaced.seen_across_m)
    return strips + cover(
        brief, brief.area, affinity.rotate(seen, -90, origin=(0, 0)), spaced, 0, 0
    )


def _offset(line: BaseGeometry, offset_m: float) -> BaseGeometry:
    if abs(offset_m) < 1e-6:
        return line
    return shapely.offset_curve(line, offset_m, join_style="mitre", mitre_limit=2.0)


def _inside(brief: Brief, line: BaseGeometry) -> list[Floats]:
    """The pieces of a line inside the allowed air."""
    found: list[Floats] = []
    for region in brief.work:
        merged = shapely.line_merge(shapely.intersection(line, region.shape))
        found += [
            shapely.get_coordinates(piece)
            for piece in shapely.get_parts(merged)
            if isinstance(piece, LineString) and piece.length > 1.0
        ]
    return found


def _along(
    brief: Brief, path: Floats, along_m: float, pitch_deg: float, nadir_start: bool
) -> Strip:
    s = along(path)
    n = max(math.ceil(float(s[-1]) / along_m - 1e-9), 1)
    step = float(s[-1]) / n
    places = (np.arange(n) + 0.5) * step
    bends = s[(s > places[0] + 1e-6) & (s < places[-1] - 1e-6)]
    keep = np.concatenate(([places[0]], bends, [places[-1]] if n > 1 else []))
    leg = np.clip(np.searchsorted(s, places, "right") - 1, 0, len(path) - 2)
    direction = np.diff(path, axis=0)[leg]
    return Strip(
        kind=Kind.LINE if n > 1 else Kind.SPOT,
        path=at(path, s, keep),
        agl_m=np.full(len(keep), brief.agl_m),
        photo_s_m=places - places[0],
        heading_deg=np.degrees(np.arctan2(direction[:, 0], direction[:, 1])) % 360,
        pitch_deg=np.full(n, pitch_deg),
        speed_mps=brief.speed_mps(
            along_m, brief.seen_height_m / math.sin(math.radians(-pitch_deg))
        ),
        spacing_m=step,
        nadir_start=nadir_start,
        follows_course=True,
    )


def _seen(strips: list[Strip], along_m: float, across_m: float) -> BaseGeometry:
    """What the photos show for certain: a rectangle around each, turned as the photo is."""
    if not strips:
        return shapely.union_all([])
    xy = np.concatenate([strip.photo_xy for strip in strips])
    angle = np.radians(np.concatenate([strip.heading_deg for strip in strips]))
    ahead = np.column_stack((np.sin(angle), np.cos(angle))) * along_m / 2
    beside = np.column_stack((np.cos(angle), -np.sin(angle))) * across_m / 2
    corners = np.stack((ahead + beside, ahead - beside, -ahead - beside, beside - ahead), axis=1)
    return shapely.union_all(shapely.polygons(xy[:, None] + corners))
