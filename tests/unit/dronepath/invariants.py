"""What every plan must hold, checked from the plan's own waypoints and photos alone."""

import math

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from spaceport_dronepath.geometry.camera import Camera
from spaceport_dronepath.plan import Plan
from spaceport_dronepath.sorties.flight import Role, Sortie

Floats = NDArray[np.float64]
SLACK_M = 0.06


def check(plan: Plan) -> None:
    """Everything, for any plan."""
    for sortie in plan.sorties:
        stays_out_of_no_fly(plan, sortie)
        stays_in_the_area(plan, sortie)
        keeps_clearance(plan, sortie)
        comes_home(plan, sortie)


def stays_out_of_no_fly(plan: Plan, sortie: Sortie) -> None:
    path = shapely.LineString(sortie.waypoints.xy)
    inside = path.intersection(plan.place.blocked.buffer(-SLACK_M)).length
    assert inside < 1e-6, f"{inside} m inside a no-fly zone"


def _at_work(sortie: Sortie) -> NDArray[np.bool_]:
    """Which legs lie between the first and the last photo: there and back is not work."""
    photos = [n for n, role in enumerate(sortie.waypoints.role) if role is Role.PHOTO]
    legs = np.arange(len(sortie.waypoints.xy) - 1)
    inside: NDArray[np.bool_] = (legs >= photos[0]) & (legs < photos[-1])
    return inside


def stays_in_the_area(plan: Plan, sortie: Sortie) -> None:
    """Legs between two places of one part stay in it; no leg crosses a hole it need not."""
    if plan.place.fence is not None:
        fence = plan.place.fence.buffer(SLACK_M)
        assert fence.covers(shapely.LineString(sortie.waypoints.xy))
        return
    legs = shapely.linestrings(np.stack((sortie.waypoints.xy[:-1], sortie.waypoints.xy[1:]), 1))
    for region in plan.place.work:
        part = region.shape.buffer(SLACK_M, join_style="mitre")
        first = np.flatnonzero(region.covers(sortie.waypoints.xy))
        if not len(first):
            continue
        here = region.covers(sortie.waypoints.xy)
        both = here[:-1] & here[1:] & _at_work(sortie)
        outside = shapely.length(shapely.difference(legs[both], part))
        assert outside.max(initial=0) < 0.01, f"{outside.max()} m outside the area"


def keeps_clearance(plan: Plan, sortie: Sortie) -> None:
    """Sampled every 3 m on every leg, the first and the last included."""
    xy, z = sortie.waypoints.xy, sortie.waypoints.z_m
    for a, b, za, zb in zip(xy[:-1], xy[1:], z[:-1], z[1:], strict=True):
        n = max(math.ceil(float(np.hypot(*(b - a))) / 3), 1)
        share = np.linspace(0, 1, n + 1)[:, None]
        ground = plan.ground.heights_m(a + share * (b - a)) - plan.sky.home_ground_m
        above = za + share[:, 0] * (zb - za) - ground
        assert above.min() >= plan.request.min_clearance_m - 0.01, above.min()
        assert above.max() <= plan.request.max_agl_m + 0.01, above.max()
        assert (za + share[:, 0] * (zb - za)).max() <= plan.request.max_above_takeoff_m + 0.01


def comes_home(plan: Plan, sortie: Sortie) -> None:
    """Time by hand: never less than distance by speed, and enough is left to return."""
    budget_s = plan.wishes.budget_s
    assert sortie.most_used_s <= budget_s + 1e-6
    w = sortie.waypoints
    flat = np.hypot(*np.diff(w.xy, axis=0).T)
    least_s = np.concatenate(([0.0], np.cumsum(flat / np.maximum(w.speed_mps[:-1], 1e-9))))
    home_s = np.hypot(*(w.xy - plan.sky.home).T) / plan.wishes.cruise_mps
    assert (least_s + home_s).max() <= budget_s
    assert sortie.time_s >= least_s[-1]
    assert np.allclose(w.xy[[0, -1]], plan.sky.home)


def footprints(plan: Plan) -> BaseGeometry:
    """The ground that the photos show, level at their own height: image corners projected."""
    shapes = []
    camera = plan.wishes.camera
    for sortie in plan.sorties:
        p = sortie.photos
        shapes.append(corners(camera, p.xy, p.agl_m, p.heading_deg, p.pitch_deg))
    return shapely.union_all(shapely.polygons(np.concatenate(shapes)))


def corners(
    camera: Camera, xy: Floats, agl_m: Floats, heading_deg: Floats, pitch_deg: Floats
) -> Floats:
    """Image corners on level ground (n, 4, 2); rays are cut at 10 degrees to the horizon."""
    h, p = np.radians(heading_deg), np.radians(pitch_deg)
    zero = np.zeros_like(h)
    ahead = np.column_stack((np.sin(h) * np.cos(p), np.cos(h) * np.cos(p), np.sin(p)))
    right = np.column_stack((np.cos(h), -np.sin(h), zero))
    up = np.cross(right, ahead)
    found = []
    for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        ray = ahead + a * camera.half_w * right + b * camera.half_h * up
        down = np.maximum(-ray[:, 2], math.tan(math.radians(10)) * np.hypot(ray[:, 0], ray[:, 1]))
        found.append(xy + ray[:, :2] / down[:, None] * np.asarray(agl_m)[:, None])
    return np.stack(found, axis=1)


def leaves_nothing_unseen(plan: Plan) -> None:
    unseen = plan.place.area.difference(footprints(plan))
    assert unseen.area < 0.01 + 1e-6 * plan.place.area.area, f"{unseen.area} m2 unseen"


def photos(plan: Plan) -> int:
    return sum(len(s.photos) for s in plan.sorties)


def clears_the_subject(plan: Plan) -> None:
    """No leg through the subject or within the clearance above its top, sampled every metre."""
    target = plan.place.target
    assert target is not None
    footprint = target.outline or shapely.Point(target.center).buffer(target.radius_m)
    base_m = float(plan.ground.heights_m(target.center[None])[0]) - plan.sky.home_ground_m
    for sortie in plan.sorties:
        xy, z = sortie.waypoints.xy, sortie.waypoints.z_m
        for a, b, za, zb in zip(xy[:-1], xy[1:], z[:-1], z[1:], strict=True):
            share = np.linspace(0, 1, math.ceil(float(np.hypot(*(b - a)))) + 1)
            at = a + share[:, None] * (b - a)
            above = shapely.contains_xy(footprint, at[:, 0], at[:, 1])
            least_m = base_m + target.height_m + plan.request.min_clearance_m
            assert (za + share * (zb - za))[above].min(initial=math.inf) >= least_m - 0.01
        assert sortie.return_z_m >= least_m - 0.01
