"""Planned against flown: the places of the plan held against those of the photos.

Here, and not in dronepath, because the report is made where services meet only in events: the
plan's file came with the job. dronepath's own comparison (`spaceport plan --check`) reckons with
terrain and footprints and plans what to fly again; this one takes nothing but the standard library,
so that notify's function stays light.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median

from spaceport_contracts.capture import Capture, Photo
from spaceport_contracts.flight import (
    PITCH_APART_DEG,
    FlightGap,
    FlightReport,
    PlannedFlight,
    near_m,
    paired,
)

EARTH_M = 6_371_008.8
ELSEWHERE_CELLS = 4
GAPS_SHOWN = 20
Cell = tuple[int, int]


@dataclass(frozen=True)
class _Place:
    """A photo, planned or taken: metres in a plane around the plan."""

    east_m: float
    north_m: float
    pitch_deg: float | None
    name: str = ""

    def off_m(self, other: "_Place") -> float:
        return math.hypot(self.east_m - other.east_m, self.north_m - other.north_m)

    def looks_like(self, other: "_Place") -> bool:
        if self.pitch_deg is None or other.pitch_deg is None:
            return True
        return abs(self.pitch_deg - other.pitch_deg) < PITCH_APART_DEG


class _Index:
    """Places, numbered, by the cell that they lie in."""

    def __init__(self, places: Iterable[_Place], cell_m: float) -> None:
        self._cell_m = cell_m
        self._cells: dict[Cell, list[tuple[int, _Place]]] = defaultdict(list)
        for number, place in enumerate(places):
            self._cells[self._cell(place)].append((number, place))

    def near(self, place: _Place, reach: int) -> Iterator[tuple[int, _Place]]:
        """All in the cells up to so many away."""
        column, row = self._cell(place)
        for x in range(column - reach, column + reach + 1):
            for y in range(row - reach, row + reach + 1):
                yield from self._cells.get((x, y), ())

    def _cell(self, place: _Place) -> Cell:
        return math.floor(place.east_m / self._cell_m), math.floor(place.north_m / self._cell_m)


def held_against(plan: PlannedFlight, capture: Capture) -> FlightReport:
    """What of the plan was flown, what is missing, and how far off the photos are."""
    lon0, lat0 = next((p[0], p[1]) for sortie in plan.photos for p in sortie)
    sorties = [
        [_Place(*_plane(p[0], p[1], lon0, lat0), p[4]) for p in sortie] for sortie in plan.photos
    ]
    planned = [place for sortie in sorties for place in sortie]
    taken = [place for photo in capture.photos if (place := _taken(photo, lon0, lat0))]
    reach_m = near_m(median(abs(p[2]) for sortie in plan.photos for p in sortie))
    by_cell = _Index(planned, reach_m)
    has = paired(_candidates(taken, by_cell, reach_m))
    numbers = count()
    flown = [[next(numbers) in has for _ in sortie] for sortie in sorties]
    off = _deviations(taken, by_cell)
    gaps = sorted(_gaps(plan, flown), key=lambda gap: (gap.first - gap.last, gap.sortie, gap.first))
    got = sum(map(sum, flown))
    worst = max(off, default=(None, ""))
    return FlightReport(
        planned=len(planned),
        taken=got,
        missing=len(planned) - got,
        covered_pct=round(100 * got / len(planned), 1),
        elsewhere=len(taken) - len(off),
        without_place=len(capture.photos) - len(taken),
        typical_off_m=round(median(m for m, _ in off), 2) if off else None,
        largest_off_m=None if worst[0] is None else round(worst[0], 2),
        largest_off_photo=worst[1],
        gaps=tuple(gaps[:GAPS_SHOWN]),
        gaps_total=len(gaps),
    )


def _plane(lon_deg: float, lat_deg: float, lon0: float, lat0: float) -> tuple[float, float]:
    """East and north in metres on a sphere; true enough to tell photos apart."""
    turn = (lon_deg - lon0 + 180) % 360 - 180
    east_m = math.radians(turn) * EARTH_M * math.cos(math.radians(lat0))
    return east_m, math.radians(lat_deg - lat0) * EARTH_M


def _taken(photo: Photo, lon0: float, lat0: float) -> _Place | None:
    if photo.longitude_deg is None or photo.latitude_deg is None:
        return None
    east_m, north_m = _plane(photo.longitude_deg, photo.latitude_deg, lon0, lat0)
    return _Place(east_m, north_m, photo.gimbal_pitch_deg, photo.name)


def _candidates(
    taken: list[_Place], planned: _Index, reach_m: float
) -> Iterator[tuple[float, int, int]]:
    for number, photo in enumerate(taken):
        for which, place in planned.near(photo, 1):
            off_m = photo.off_m(place)
            if off_m <= reach_m and photo.looks_like(place):
                yield off_m, which, number


def _deviations(taken: list[_Place], planned: _Index) -> list[tuple[float, str]]:
    """How far each photo is from the nearest planned place; none for those elsewhere."""
    found = []
    for photo in taken:
        off = [photo.off_m(place) for _, place in planned.near(photo, ELSEWHERE_CELLS)]
        if off:
            found.append((min(off), photo.name))
    return found


def _gaps(plan: PlannedFlight, flown: list[list[bool]]) -> Iterator[FlightGap]:
    """Every stretch of planned photos that nobody took."""
    for sortie, (photos, has) in enumerate(zip(plan.photos, flown, strict=True), start=1):
        edges = [True, *has, True]
        starts = [n for n in range(len(has)) if edges[n] and not has[n]]
        ends = [n for n in range(len(has)) if not has[n] and edges[n + 2]]
        for first, last in zip(starts, ends, strict=True):
            lon_deg, lat_deg = photos[(first + last) // 2][:2]
            yield FlightGap(
                sortie=sortie, first=first + 1, last=last + 1, lon_deg=lon_deg, lat_deg=lat_deg
            )
