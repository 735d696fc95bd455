"""The plan in the words of the contract."""

from collections.abc import Sequence

from spaceport_dronepath.contract.answer import (
    Gsd,
    PlanAnswer,
    PlanFile,
    Predicted,
    SortieAnswer,
    Totals,
    Views,
    WallViews,
    Waypoint,
)
from spaceport_dronepath.exports.track import Point, Track
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.prediction.forecast import Forecast
from spaceport_dronepath.sorties.flight import Sortie


def answer_of(
    plan: Plan,
    forecast: Forecast,
    tracks: Sequence[Track],
    files: Sequence[PlanFile],
    plan_id: str,
) -> PlanAnswer:
    """What `POST /drone-path` answers, and what plan.json holds."""
    lon, lat = plan.frame.to_lon_lat(plan.sky.home)[0]
    return PlanAnswer(
        plan_id=plan_id,
        pattern=plan.request.pattern.value,
        agl_m=round(plan.wishes.agl_m, 2),
        takeoff=(round(float(lon), 8), round(float(lat), 8)),
        sorties=[
            _sortie(plan, sortie, track) for sortie, track in zip(plan.sorties, tracks, strict=True)
        ],
        totals=Totals(
            sorties=len(plan.sorties),
            photos=forecast.photos,
            distance_m=round(sum(s.distance_m for s in plan.sorties), 1),
            time_s=round(sum(s.time_s for s in plan.sorties), 1),
            storage_gb=round(forecast.storage_gb, 3),
            area_m2=round(float(plan.place.area.area), 1),
        ),
        predicted=_predicted(forecast),
        warnings=list(forecast.warnings),
        files=list(files),
    )


def _predicted(forecast: Forecast) -> Predicted:
    walls = None
    if forecast.wall_views_p5 is not None and forecast.wall_views_mean is not None:
        walls = WallViews(
            p5=round(forecast.wall_views_p5, 1), mean=round(forecast.wall_views_mean, 1)
        )
    return Predicted(
        gsd_cm=Gsd(
            min=round(forecast.gsd_min_cm, 3),
            p50=round(forecast.gsd_p50_cm, 3),
            max=round(forecast.gsd_max_cm, 3),
        ),
        views=Views(p1=forecast.views_p1, p50=forecast.views_p50),
        wall_views=walls,
        coverage_pct=round(forecast.coverage_pct, 3),
    )


def _sortie(plan: Plan, sortie: Sortie, track: Track) -> SortieAnswer:
    return SortieAnswer(
        number=track.number,
        waypoints=[_waypoint(point) for point in track.points],
        photos=len(sortie.photos),
        distance_m=round(sortie.distance_m, 1),
        time_s=round(sortie.time_s, 1),
        min_clearance_m=round(sortie.min_clearance_m, 2),
        max_agl_m=round(sortie.max_agl_m, 2),
        worst_rth_s=round(sortie.worst_return_s, 1),
        most_used_s=round(sortie.most_used_s, 1),
        battery_s=round(plan.wishes.budget_s, 1),
        return_height_m=round(sortie.return_z_m, 1),
    )


def _waypoint(point: Point) -> Waypoint:
    return Waypoint(
        lon_deg=round(point.lon_deg, 8),
        lat_deg=round(point.lat_deg, 8),
        height_m=round(point.z_m, 2),
        agl_m=round(point.agl_m, 2),
        heading_deg=round(point.heading_deg, 1),
        pitch_deg=round(point.pitch_deg, 1),
        speed_mps=round(point.speed_mps, 2),
        photo_every_m=round(point.photo_every_m, 3),
        photos_here=sum(view.photo for view in point.views),
    )
