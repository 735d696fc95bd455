"""Photos that were taken, held against the plan: what they show, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_contracts.capture import Photo
from spaceport_contracts.flight import PITCH_APART_DEG, near_m, paired
from spaceport_dronepath.geometry.areas import polygons_of
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.forecast import shots_of
from spaceport_dronepath.prediction.views import CoverageMap, Shots, coverage, ground_corners
from spaceport_runtime.errors import UserError

Floats = NDArray[np.float64]
ANOTHER_PLACE_M = 5000.0
GOOD_VIEWS = 3
SMALLEST_GAP_M2 = 4.0


@dataclass(frozen=True)
class Flown:
    """What the photos came to. Gaps are the parts of the area that must be flown again."""

    photos: int
    without_place: int
    without_height: int
    without_angles: int
    planned_photos: int
    missing_photos: int
    off_m: float
    off_height_m: float | None
    coverage_pct: float
    planned_coverage_pct: float
    views_p50: float
    planned_views_p50: float
    gaps: BaseGeometry
    map: CoverageMap

    @property
    def gap_m2(self) -> float:
        """How much must be flown again."""
        return float(self.gaps.area)


def compare(plan: Plan, photos: Sequence[Photo]) -> Flown:
    """Hold the photos against the plan.

    Where a photo does not say its height or its angles, those of the nearest planned photo are
    assumed, and counted. Raises UserError when no photo says where it was taken, or all are of
    another place.
    """
    placed = [photo for photo in photos if photo.latitude_deg is not None]
    placed = [photo for photo in placed if photo.longitude_deg is not None]
    if not placed:
        raise UserError(
            "None of the photos says where it was taken.",
            "Give the photos as the drone wrote them; programs that edit photos drop it.",
        )
    planned = shots_of(plan)
    xy = plan.frame.to_xy([(p.longitude_deg or 0.0, p.latitude_deg or 0.0) for p in placed])
    _refuse_another_place(plan, xy)
    nearest = _nearest(xy, planned.xy)
    taken = _shots(placed, xy, planned, nearest)
    seen = _map(plan, taken)
    wanted = _map(plan, planned)
    inside, target = seen.inside, wanted.inside
    missing = _missing(plan, planned, taken)
    heights = [
        abs(p.relative_altitude_m - planned.z_m[n])
        for p, n in zip(placed, nearest, strict=True)
        if p.relative_altitude_m is not None
    ]
    off = np.hypot(*(xy - planned.xy[nearest]).T)
    return Flown(
        photos=len(photos),
        without_place=len(photos) - len(placed),
        without_height=sum(p.relative_altitude_m is None for p in placed),
        without_angles=sum(p.gimbal_pitch_deg is None for p in placed),
        planned_photos=len(planned.xy),
        missing_photos=int(missing.sum()),
        off_m=float(np.median(off)),
        off_height_m=float(np.median(heights)) if heights else None,
        coverage_pct=100 * float((inside > 0).mean()),
        planned_coverage_pct=100 * float((target > 0).mean()),
        views_p50=float(np.median(inside)),
        planned_views_p50=float(np.median(target)),
        gaps=_gaps(plan, seen, wanted),
        map=seen,
    )


def _refuse_another_place(plan: Plan, xy: Floats) -> None:
    away_m = float(shapely.distance(shapely.points(xy), plan.place.area).min())
    if not away_m < ANOTHER_PLACE_M:
        raise UserError(
            f"The photos are of another place, {away_m / 1000:,.0f} km away.",
            "Give the photos of this plan, or the plan of these photos.",
        )


def _nearest(xy: Floats, places: Floats) -> NDArray[np.intp]:
    """The nearest of the places for every photo (n,)."""
    tree = shapely.STRtree(shapely.points(places))
    found: NDArray[np.intp] = tree.nearest(shapely.points(xy))
    return found


def _shots(photos: Sequence[Photo], xy: Floats, planned: Shots, nearest: NDArray[np.intp]) -> Shots:
    def told(values: list[float | None], otherwise: Floats) -> Floats:
        given = np.array([np.nan if v is None else v for v in values], np.float64)
        return np.where(np.isnan(given), otherwise[nearest], given)

    return Shots(
        xy,
        told([p.relative_altitude_m for p in photos], planned.z_m),
        told([p.gimbal_yaw_deg for p in photos], planned.heading_deg) % 360,
        told([p.gimbal_pitch_deg for p in photos], planned.pitch_deg),
    )


def _map(plan: Plan, shots: Shots) -> CoverageMap:
    corners = ground_corners(shots, plan.wishes.camera, plan.ground, plan.sky.home_ground_m)
    return coverage(plan.place.area, corners)


def _missing(plan: Plan, planned: Shots, taken: Shots) -> NDArray[np.bool_]:
    """Which planned photos have none of their own, near and in about the same direction."""
    tree = shapely.STRtree(shapely.points(taken.xy))
    reach_m = near_m(plan.wishes.agl_m)
    which, found = tree.query(shapely.points(planned.xy), "dwithin", reach_m)
    alike = np.abs(planned.pitch_deg[which] - taken.pitch_deg[found]) < PITCH_APART_DEG
    which, found = which[alike], found[alike]
    off_m = np.hypot(*(planned.xy[which] - taken.xy[found]).T)
    has = paired(zip(off_m.tolist(), which.tolist(), found.tolist(), strict=True))
    missing = np.ones(len(planned.xy), bool)
    missing[list(has)] = False
    return missing


def _gaps(plan: Plan, seen: CoverageMap, wanted: CoverageMap) -> BaseGeometry:
    """Cells with less than half of their planned views, and with fewer than three."""
    few = (seen.views < GOOD_VIEWS) | (seen.views * 2 < wanted.views)
    worse = (wanted.views > 0) & (seen.views < wanted.views) & few
    row, column = np.nonzero(worse)
    if not len(row):
        return shapely.MultiPolygon()
    x = seen.x0_m + column * seen.cell_m
    y = seen.y0_m + row * seen.cell_m
    cells = shapely.union_all(shapely.box(x, y, x + seen.cell_m, y + seen.cell_m))
    smooth = cells.buffer(seen.cell_m).buffer(-seen.cell_m).simplify(seen.cell_m / 4)
    gaps = smooth.intersection(plan.place.area)
    return shapely.union_all([p for p in polygons_of(gaps) if p.area > SMALLEST_GAP_M2])
