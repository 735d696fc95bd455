"""Single photos of what the lines leave unseen: spikes, slivers and corners of an area."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.geometry.camera import Spacing
from spaceport_dronepath.geometry.scanlines import rotate_back
from spaceport_dronepath.patterns.brief import Brief
from spaceport_dronepath.patterns.strip import Strip, spot

Floats = NDArray[np.float64]
SAFETY = 0.999  # of a footprint's width and height
SLIVER_M2 = 1e-4
MOST_PER_AREA = 20_000


def cover(
    brief: Brief,
    part: BaseGeometry,
    seen: BaseGeometry,
    spaced: Spacing,
    heading_deg: float,
    group: int,
) -> list[Strip]:
    """Photos straight down that show what of the part is not `seen` (in the lines' frame)."""
    turned = affinity.rotate(part, heading_deg - 90, origin=(0, 0))
    work = [affinity.rotate(r.shape, heading_deg - 90, origin=(0, 0)) for r in brief.work]
    left = turned.difference(seen)
    if left.area < SLIVER_M2:
        return []
    half = np.array([spaced.seen_along_m, spaced.seen_across_m]) / 2 * SAFETY
    strips: list[Strip] = []
    pieces = polygons_of(left)
    while pieces and len(strips) < MOST_PER_AREA:
        piece = pieces.pop()
        if piece.area < SLIVER_M2:
            continue
        at = _place(piece, half, work)
        rest = piece.difference(shapely.box(*(at - half), *(at + half)))
        if rest.area > piece.area - SLIVER_M2:
            continue  # ground that cannot be seen from anywhere one may fly
        pieces += polygons_of(rest)
        xy = rotate_back(at[None], heading_deg)[0]
        strips.append(spot(xy, brief.agl_m, heading_deg, -90.0, group))
    return strips


def _place(piece: BaseGeometry, half: Floats, work: list[BaseGeometry]) -> Floats:
    """The allowed place that shows most of the piece's first photo-sized part."""
    x0, y0, x1, y1 = piece.bounds
    cells = np.maximum(np.ceil((np.array([x1 - x0, y1 - y0])) / (2 * half) - 1e-9), 1)
    cell = np.array([x1 - x0, y1 - y0]) / cells
    first = piece.intersection(shapely.box(x0, y0, x0 + cell[0], math.inf))
    first = piece if first.is_empty else first
    fx0, fy0, fx1, _ = first.bounds
    wanted = Point((fx0 + fx1) / 2, fy0 + cell[1] / 2)
    nearest = [shapely.shortest_line(region, wanted) for region in work]
    best = min(nearest, key=lambda line: float(line.length))
    found: Floats = shapely.get_coordinates(best)[0]
    return found
