"""Where a drone may be, and the shortest way through it."""

import heapq
from functools import cached_property
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.areas import polygons_of

Floats = NDArray[np.float64]
TOLERANCE_M = 0.02
CORNER_GAP_M = 0.5
MAX_CORNERS = 240


class Region:
    """A polygon that every leg must stay inside; touching its edge is allowed."""

    def __init__(self, shape: BaseGeometry) -> None:
        self.shape = shape
        self._tolerant = shape.buffer(TOLERANCE_M, join_style="mitre")
        shapely.prepare(self._tolerant)
        hull = shape.convex_hull
        self.is_convex = hull.area - shape.area <= 1e-9 * max(hull.area, 1.0)

    def covers(self, points: Floats) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie inside."""
        return np.asarray(shapely.intersects_xy(self._tolerant, points[:, 0], points[:, 1]))

    def sees(self, starts: Floats, ends: Floats) -> NDArray[np.bool_]:
        """Which straight legs (n, 2) -> (n, 2) stay inside."""
        if self.is_convex:
            return self.covers(starts) & self.covers(ends)
        legs = shapely.linestrings(np.stack((starts, ends), axis=1))
        return np.asarray(shapely.covers(self._tolerant, legs))

    @cached_property
    def corners(self) -> Floats:
        """The places where a shortest way may bend: every reflex corner, and one just inside it.

        Of round shapes only as many as the graph can hold, further and further inside.
        """
        exact = _reflex(self.shape.simplify(TOLERANCE_M / 2))
        gap_m = CORNER_GAP_M
        for _ in range(12):
            shrunk = self.shape.buffer(-gap_m, join_style="mitre").simplify(gap_m / 2)
            found = np.concatenate([exact, _reflex(shrunk)])
            found = found[self.covers(found)] if len(found) else found
            if len(found) <= MAX_CORNERS:
                return found
            gap_m *= 1.5
            exact = _reflex(self.shape.buffer(-gap_m / 8).simplify(gap_m / 16))
        return found[:MAX_CORNERS]

    @cached_property
    def _between(self) -> Floats:
        """Lengths of the legs between corners (k, k); infinite where a leg would leave."""
        k = len(self.corners)
        a, b = np.triu_indices(k, 1)
        lengths = np.full((k, k), np.inf)
        free = self.sees(self.corners[a], self.corners[b]) if len(a) else np.zeros(0, bool)
        lengths[a[free], b[free]] = np.hypot(*(self.corners[a[free]] - self.corners[b[free]]).T)
        found: Floats = np.minimum(lengths, lengths.T)
        return found

    def way(self, start: Floats, end: Floats) -> Floats | None:
        """The shortest way (n, 2) from start to end, both included; None when there is none."""
        if bool(self.sees(start[None], end[None])[0]):
            return np.stack((start, end))
        distance, parent = self._from(start)
        last = self._to(end)
        total = distance + last
        best = int(np.argmin(total)) if len(total) else -1
        if best < 0 or not np.isfinite(total[best]):
            return None
        middle: list[int] = []
        while best >= 0:
            middle.append(best)
            best = int(parent[best])
        return np.concatenate((start[None], self.corners[middle[::-1]], end[None]))

    def distances(self, home: Floats, points: Floats) -> Floats:
        """Lengths of the shortest ways from home to every point; infinite where there is none."""
        direct = np.hypot(*(points - home).T)
        free = self.sees(np.broadcast_to(home, points.shape), points)
        if free.all():
            found: Floats = direct
            return found
        lengths = np.where(free, direct, np.inf)
        from_home, _ = self._from(home)
        usable = np.flatnonzero(np.isfinite(from_home))
        for n in np.flatnonzero(~free):
            last = self._to(points[n], usable)
            lengths[n] = float((from_home[usable] + last).min()) if len(usable) else np.inf
        return lengths

    def _to(self, point: Floats, corners: NDArray[np.intp] | None = None) -> Floats:
        """Lengths of the straight legs from (some of) the corners to a point."""
        places = self.corners if corners is None else self.corners[corners]
        if not len(places):
            return np.zeros(0)
        free = self.sees(places, np.broadcast_to(point, places.shape))
        return np.where(free, np.hypot(*(places - point).T), np.inf)

    def _from(self, start: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """Dijkstra over the corners: lengths from the start, and each corner's parent."""
        distance = self._to(start)
        parent = np.full(len(distance), -1)
        queue = [(float(d), n) for n, d in enumerate(distance) if np.isfinite(d)]
        heapq.heapify(queue)
        while queue:
            reached, n = heapq.heappop(queue)
            if reached > distance[n]:
                continue
            through = reached + self._between[n]
            for better in np.flatnonzero(through < distance - 1e-9):
                distance[better] = through[better]
                parent[better] = n
                heapq.heappush(queue, (float(through[better]), int(better)))
        return distance, parent


def _reflex(shape: BaseGeometry) -> Floats:
    """Corners at which the inside spans more than half a turn (n, 2)."""
    found = [np.zeros((0, 2))]
    for polygon in polygons_of(shape):
        oriented = shapely.orient_polygons(polygon)
        for ring in (oriented.exterior, *oriented.interiors):
            corners = shapely.get_coordinates(ring)[:-1]
            into = corners - np.roll(corners, 1, axis=0)
            out = np.roll(corners, -1, axis=0) - corners
            turn = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
            found.append(corners[turn < 0])
    return np.concatenate(found)


class Airspace:
    """Where this flight may be: its parts for the photos, the sky between them for the way.

    Ways inside one part stay in that part. The way from the take-off, between parts and home goes
    through the sky, which leaves out no-fly zones, holes and whatever lies outside the fence; where
    that leaves no way (an island in a hole), through the open sky, which holes do not close.
    """

    def __init__(self, work: BaseGeometry, sky: BaseGeometry, open_sky: BaseGeometry) -> None:
        self.parts = [Region(polygon) for polygon in polygons_of(work)]
        self.sky = Region(sky)
        self.open_sky = Region(open_sky)
        self._ways: dict[bytes, Floats | None] = {}

    def part_of(self, point: Floats) -> Region | None:
        """The part in which a point lies."""
        for part in self.parts:
            if bool(part.covers(point[None])[0]):
                return part
        return None

    def region_for(self, start: Floats, end: Floats) -> Region:
        """The region that a way between the two must stay in."""
        part = self.part_of(start)
        if part is not None and bool(part.covers(end[None])[0]):
            return part
        return self.sky

    def way(self, start: Floats, end: Floats) -> Floats | None:
        """The shortest allowed way (n, 2); None when there is none.

        Kept: batteries are tried again and again on the same strips.
        """
        ends = start.tobytes() + end.tobytes()
        if ends not in self._ways:
            self._ways[ends] = self._found(start, end)
        return self._ways[ends]

    def _found(self, start: Floats, end: Floats) -> Floats | None:
        for region in (self.region_for(start, end), self.sky, self.open_sky):
            way = region.way(start, end)
            if way is not None:
                return self._back_inside(way) if region is self.sky else way
        return None

    def _back_inside(self, way: Floats) -> Floats:
        """The same way, but from one place of a part to another through that part."""
        legs = [way[:1]]
        for start, end in pairwise(way):
            region = self.region_for(start, end)
            inner = region.way(start, end) if region is not self.sky else None
            legs.append(end[None] if inner is None else inner[1:])
        return np.concatenate(legs)


def sky_of(
    reach: Polygon, fence: BaseGeometry | None, blocked: BaseGeometry, holes: BaseGeometry
) -> BaseGeometry:
    """The air for ways: all within reach (or the fence) that is neither blocked nor a hole."""
    sky = reach if fence is None else fence
    return sky.difference(shapely.union_all([blocked, holes])) if sky.area else MultiPolygon()
