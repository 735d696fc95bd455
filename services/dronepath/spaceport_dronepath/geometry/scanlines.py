"""Parallel lines through polygons."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]


def rotate(xy: Floats, heading_deg: float) -> Floats:
    """Into the frame of lines flown on that heading: x along them, y to the left of them."""
    angle = np.radians(90 - heading_deg)
    c, s = np.cos(angle), np.sin(angle)
    found: Floats = xy @ np.array([[c, -s], [s, c]])
    return found


def rotate_back(along_across: Floats, heading_deg: float) -> Floats:
    """The inverse of `rotate`."""
    angle = np.radians(90 - heading_deg)
    c, s = np.cos(angle), np.sin(angle)
    found: Floats = along_across @ np.array([[c, s], [-s, c]])
    return found


def edges_of(area: BaseGeometry) -> tuple[Floats, Floats]:
    """Start and end (n, 2) of every edge of every ring."""
    rings = shapely.get_rings(shapely.get_parts(area))
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    return coordinates[:-1][inside], coordinates[1:][inside]


def crossings(
    starts: Floats, ends: Floats, across_m: Floats
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Where lines y = across_m run inside polygons with these edges.

    Returns the line's number, x where it enters and x where it leaves, in the order of both.
    An edge counts from its lower end up to but without its upper end, so corners count once.
    """
    low = np.minimum(starts[:, 1], ends[:, 1])
    high = np.maximum(starts[:, 1], ends[:, 1])
    first = np.searchsorted(across_m, low, "left")
    last = np.searchsorted(across_m, high, "left")
    counts = last - first
    edge = np.repeat(np.arange(len(starts)), counts)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    rise = ends[edge, 1] - starts[edge, 1]
    share = (across_m[line] - starts[edge, 1]) / rise
    x = starts[edge, 0] + share * (ends[edge, 0] - starts[edge, 0])
    order = np.lexsort((x, line))
    return line[order][::2], x[order][::2], x[order][1::2]
