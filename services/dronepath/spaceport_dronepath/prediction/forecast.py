"""What the flight will give: GSD, views, photos, minutes, storage, and what to beware of."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from spaceport_dronepath.contract.request import Pattern
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.views import (
    CoverageMap,
    Shots,
    coverage,
    ground_corners,
    wall_views,
)

Floats = NDArray[np.float64]
FEW_VIEWS = 3
RADIO_REACH_M = 2000.0
LOW_PHOTOS = 20
LOWER = "a lower min_clearance_m, where that is safe."
WALL_HELP = {
    Pattern.FACADE: f"ask for more overlap, or for {LOWER}",
    Pattern.SPLAT: f"ask for more orbits, or for {LOWER}",
}


@dataclass(frozen=True)
class Forecast:
    """The prediction of a plan."""

    gsd_min_cm: float
    gsd_p50_cm: float
    gsd_max_cm: float
    views_p1: float
    views_p50: float
    coverage_pct: float
    wall_views_p5: float | None
    wall_views_mean: float | None
    photos: int
    minutes: float
    storage_gb: float
    map: CoverageMap
    warnings: tuple[str, ...]


def shots_of(plan: Plan) -> Shots:
    """The photos of all sorties together."""
    photos = [sortie.photos for sortie in plan.sorties]
    return Shots(
        np.concatenate([p.xy for p in photos]),
        np.concatenate([p.z_m for p in photos]),
        np.concatenate([p.heading_deg for p in photos]),
        np.concatenate([p.pitch_deg for p in photos]),
    )


def forecast(plan: Plan) -> Forecast:
    """Predict what the plan will give."""
    camera = plan.wishes.camera
    shots = shots_of(plan)
    corners = ground_corners(shots, camera, plan.ground, plan.sky.home_ground_m)
    seen = coverage(plan.place.area, corners)
    counts = seen.inside
    gsd_cm = _gsd_cm(plan, shots)
    walls = _walls(plan, shots)
    minutes = sum(sortie.time_s for sortie in plan.sorties) / 60
    views = np.percentile(counts, (1, 50)) if counts.size else np.zeros(2)
    covered = 100 * float((counts > 0).mean()) if counts.size else 0.0
    return Forecast(
        gsd_min_cm=float(gsd_cm.min()),
        gsd_p50_cm=float(np.median(gsd_cm)),
        gsd_max_cm=float(gsd_cm.max()),
        views_p1=float(views[0]),
        views_p50=float(views[1]),
        coverage_pct=covered,
        wall_views_p5=None if walls is None else float(np.percentile(walls, 5)),
        wall_views_mean=None if walls is None else float(walls.mean()),
        photos=len(shots.xy),
        minutes=minutes,
        storage_gb=len(shots.xy) * camera.photo_mb / 1000,
        map=seen,
        warnings=(*plan.notes, *_warnings(plan, counts, walls)),
    )


def _gsd_cm(plan: Plan, shots: Shots) -> Floats:
    """At the middle of every photo: of the ground, or of the subject where photos face it."""
    camera = plan.wishes.camera
    down = np.sin(np.radians(np.maximum(-shots.pitch_deg, 1e-3)))
    agl = np.concatenate([sortie.photos.agl_m for sortie in plan.sorties])
    distance = agl / down
    target = plan.place.target
    if target is not None:
        to_target = np.hypot(*(shots.xy - target.center).T) - target.radius_m
        to_target = np.hypot(np.maximum(to_target, 0.5), agl - target.height_m / 2)
        distance = np.where(shots.pitch_deg > -45, np.minimum(distance, to_target), distance)
    return camera.gsd_cm(1.0) * distance


def _walls(plan: Plan, shots: Shots) -> NDArray[np.int64] | None:
    target = plan.place.target
    if target is None or plan.request.subject is None:
        return None
    base = plan.ground.known_heights_m(target.center[None])[0] - plan.sky.home_ground_m
    return wall_views(shots, plan.wishes.camera, target, float(base))


def _warnings(plan: Plan, counts: NDArray[np.int32], walls: NDArray[np.int64] | None) -> list[str]:
    pattern = plan.request.pattern
    said = [] if pattern is Pattern.FACADE else _ground_warnings(counts)
    if walls is not None and float(np.percentile(walls, 5)) < FEW_VIEWS:
        helps = WALL_HELP.get(pattern, "the pattern splat, with the subject's outline, shows them.")
        said.append(f"Some walls are in fewer than three useful photos: {helps}")
    photos = sum(len(sortie.photos) for sortie in plan.sorties)
    if photos < LOW_PHOTOS:
        counted = "1 photo" if photos == 1 else f"{photos} photos"
        said.append(f"Only {counted}: too few for a good reconstruction.")
    return said + _flight_warnings(plan)


def _ground_warnings(counts: NDArray[np.int32]) -> list[str]:
    said = []
    unseen = float((counts == 0).mean()) if counts.size else 0.0
    if unseen > 0:
        said.append(f"{100 * unseen:.1f} % of the area is in no photo.")
    few = float((counts < FEW_VIEWS).mean()) - unseen if counts.size else 0.0
    if few > 0.02:
        said.append(
            f"{100 * few:.0f} % of the area is in fewer than {FEW_VIEWS} photos and may stay "
            "hollow: ask for more overlap, or for a margin around the area."
        )
    return said


def _flight_warnings(plan: Plan) -> list[str]:
    said = []
    home = plan.sky.home
    far = max(float(np.hypot(*(s.waypoints.xy - home).T).max()) for s in plan.sorties)
    if far > RADIO_REACH_M:
        said.append(f"The drone flies up to {far / 1000:.1f} km away: mind sight and radio.")
    path = shapely.MultiLineString([s.waypoints.xy for s in plan.sorties])
    if any(hole.intersection(path).length > 1 for hole in plan.place.holes):
        said.append("A way crosses a hole of the area, because there is no other.")
    highest = max(s.return_z_m for s in plan.sorties)
    said.append(f"Set the height of return to {max(highest, 20):.0f} m above the take-off.")
    if highest > plan.request.max_agl_m:
        said.append(
            "That is above the ceiling over low ground: return by the planned way where you can."
        )
    return said
