"""One flight: from the take-off through some photos and home again."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.contract.problems import FieldProblem
from spaceport_dronepath.geometry.region import Airspace
from spaceport_dronepath.patterns.strip import Kind, Strip
from spaceport_dronepath.sorties.motion import (
    CLIMB_MPS,
    GIMBAL_S,
    SINK_MPS,
    START_AND_LANDING_S,
    YAW_DEG_PER_S,
    Pace,
    leg_times_s,
)
from spaceport_dronepath.terrain.ground import Ground
from spaceport_dronepath.terrain.profile import Limits, Profile, Solid, profile

Floats = NDArray[np.float64]


class Role(StrEnum):
    """What a waypoint is there for."""

    HOME = "home"
    TRANSIT = "transit"
    PHOTO = "photo"
    TERRAIN = "terrain"


@dataclass(frozen=True)
class Sky:
    """Everything around the photos that a flight depends on."""

    airspace: Airspace
    ground: Ground
    limits: Limits
    pace: Pace
    home: Floats
    home_ground_m: float
    solid: Solid | None = None
    highest_built_m: float = 0.0

    def way(self, start: Floats, end: Floats) -> Floats:
        """The shortest allowed way; raises FieldProblem when there is none."""
        way = self.airspace.way(start, end)
        if way is None:
            raise FieldProblem(
                "no_fly",
                "No-fly zones or the fence leave no way between the take-off and some photos.",
                "Widen the fence, move the take-off, or plan the cut-off part by itself.",
            )
        return way


@dataclass(frozen=True)
class Waypoints:
    """The vertices of a flight, in order; heights in metres above the take-off.

    photo_every_m is the trigger distance on the leg that begins here, 0 without photos;
    photo_here marks one photo at the waypoint itself. The camera turns between waypoints.
    """

    xy: Floats
    z_m: Floats
    ground_m: Floats
    heading_deg: Floats
    pitch_deg: Floats
    speed_mps: Floats
    photo_every_m: Floats
    photo_here: NDArray[np.bool_]
    stop: NDArray[np.bool_]
    role: tuple[Role, ...]

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True)
class Photos:
    """Where and how photos are taken (n); z_m above the take-off, agl_m above the ground."""

    xy: Floats
    z_m: Floats
    agl_m: Floats
    heading_deg: Floats
    pitch_deg: Floats

    def __len__(self) -> int:
        return len(self.xy)


@dataclass(frozen=True)
class Sortie:
    """What one battery flies."""

    waypoints: Waypoints
    profile: Profile
    distance_m: float
    time_s: float
    worst_return_s: float
    most_used_s: float
    return_z_m: float

    @cached_property
    def photos(self) -> Photos:
        """Every photo of the flight, in order."""
        return _photos(self.waypoints)

    @property
    def min_clearance_m(self) -> float:
        """The least height above the ground on any leg."""
        return float(self.profile.agl_m.min())

    @property
    def max_agl_m(self) -> float:
        """The greatest height above the ground on any leg."""
        return float(self.profile.agl_m.max())


class _Draft:
    """Vertices as they are laid down, before altitudes are known."""

    def __init__(self) -> None:
        self.xy: list[Floats] = []
        self.agl: list[float] = []
        self.heading: list[float] = []
        self.pitch: list[float] = []
        self.speed: list[float] = []
        self.every: list[float] = []
        self.here: list[bool] = []
        self.stop: list[bool] = []
        self.role: list[Role] = []

    def add(
        self,
        xy: Floats,
        agl_m: float,
        view: tuple[float, float],
        speed_mps: float,
        role: Role,
        *,
        every_m: float = 0.0,
        here: bool = False,
        stop: bool = False,
    ) -> None:
        """One vertex; view is heading and pitch, the speed is that of the leg that begins here."""
        self.xy.append(np.asarray(xy, np.float64))
        self.agl.append(float(agl_m))
        self.heading.append(float(view[0]))
        self.pitch.append(float(view[1]))
        self.speed.append(float(speed_mps))
        self.every.append(float(every_m))
        self.here.append(here)
        self.stop.append(stop)
        self.role.append(role)

    def way(self, way: Floats, agl_m: tuple[float, float], speed_mps: float) -> None:
        """The inner vertices of a way, the height changing evenly along it."""
        lengths = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(way, axis=0).T))))
        total = max(float(lengths[-1]), 1e-9)
        for place, length in zip(way[1:-1], lengths[1:-1], strict=True):
            height = agl_m[0] + (agl_m[1] - agl_m[0]) * float(length) / total
            view = (self.heading[-1], self.pitch[-1])
            self.add(place, height, view, speed_mps, Role.TRANSIT)


def fly(strips: list[Strip], sky: Sky) -> Sortie:
    """The whole flight through these strips (or parts of strips), with its times and heights."""
    draft = _draft(strips, sky)
    shape = profile(
        np.array(draft.xy),
        np.array(draft.agl),
        sky.ground,
        sky.home_ground_m,
        sky.limits,
        sky.solid,
    )
    waypoints = _waypoints(draft, shape)
    legs_s = leg_times_s(waypoints.xy, waypoints.z_m, waypoints.speed_mps[:-1], waypoints.stop)
    legs_s = legs_s + _camera_s(waypoints)
    start_s = START_AND_LANDING_S / 2 + float(waypoints.z_m[0]) / CLIMB_MPS
    clock_s = start_s + np.concatenate(([0.0], np.cumsum(legs_s)))
    return_z_m = _return_z_m(shape, sky)
    way_m = home_distances_m(waypoints.xy, sky)
    back_s = sky.pace.home_s(way_m, waypoints.z_m, return_z_m) + START_AND_LANDING_S / 2
    landing_s = float(waypoints.z_m[-1]) / SINK_MPS + START_AND_LANDING_S / 2
    steps = np.diff(waypoints.xy, axis=0)
    outward = slice(0, len(waypoints) - 1)
    return Sortie(
        waypoints=waypoints,
        profile=shape,
        distance_m=float(np.sqrt((steps**2).sum(axis=1) + np.diff(waypoints.z_m) ** 2).sum()),
        time_s=float(clock_s[-1]) + landing_s,
        worst_return_s=float(back_s.max()),
        most_used_s=max(float((clock_s + back_s)[outward].max()), float(clock_s[-1]) + landing_s),
        return_z_m=return_z_m,
    )


def home_distances_m(xy: Floats, sky: Sky) -> Floats:
    """Lengths of the shortest allowed ways home (n,)."""
    lengths = sky.airspace.sky.distances(sky.home, xy)
    part = sky.airspace.part_of(sky.home)
    if part is not None:
        lengths = np.minimum(lengths, part.distances(sky.home, xy))
    for n in np.flatnonzero(~np.isfinite(lengths)):
        way = sky.way(xy[n], sky.home)
        lengths[n] = float(np.hypot(*np.diff(way, axis=0).T).sum())
    return lengths


def _draft(strips: list[Strip], sky: Sky) -> _Draft:
    draft = _Draft()
    cruise = sky.pace.cruise_mps
    first, last = strips[0], strips[-1]
    view = (float(first.heading_deg[0]), float(first.pitch_deg[0]))
    draft.add(sky.home, first.agl_m[0], view, cruise, Role.HOME)
    at, height = sky.home, float(first.agl_m[0])
    for strip in strips:
        draft.speed[-1] = cruise
        draft.way(sky.way(at, strip.path[0]), (height, float(strip.agl_m[0])), cruise)
        _lay(draft, strip)
        at, height = strip.path[-1], float(strip.agl_m[-1])
    draft.speed[-1] = cruise
    draft.way(sky.way(at, sky.home), (height, height), cruise)
    view = (float(last.heading_deg[-1]), float(last.pitch_deg[-1]))
    draft.add(sky.home, height, view, 0.0, Role.HOME, stop=True)
    return draft


def _lay(draft: _Draft, strip: Strip) -> None:
    """The vertices of one strip."""
    if strip.nadir_start:
        view = (float(strip.heading_deg[0]), -90.0)
        draft.add(strip.path[0], strip.agl_m[0], view, 0.5, Role.PHOTO, here=True, stop=True)
    if strip.kind is not Kind.LINE:
        for n, place in enumerate(strip.path):
            view = (float(strip.heading_deg[n]), float(strip.pitch_deg[n]))
            alone = strip.kind is Kind.SPOT
            draft.add(
                place, strip.agl_m[n], view, strip.speed_mps, Role.PHOTO, here=True, stop=alone
            )
        return
    which = np.searchsorted(strip.photo_s_m, strip.vertex_s_m - 1e-6).clip(
        0, len(strip.heading_deg) - 1
    )
    final = len(strip.path) - 1
    for n, place in enumerate(strip.path):
        view = (float(strip.heading_deg[which[n]]), float(strip.pitch_deg[which[n]]))
        every = strip.spacing_m if n < final else 0.0
        draft.add(place, strip.agl_m[n], view, strip.speed_mps, Role.PHOTO, every_m=every)


def _waypoints(draft: _Draft, shape: Profile) -> Waypoints:
    """The draft's vertices and those that the ground added, which carry on what their leg does."""
    owner = np.searchsorted(shape.given, shape.vertex, "right") - 1
    is_given = np.isin(shape.vertex, shape.given)
    role = tuple(
        draft.role[n] if given else Role.TERRAIN for n, given in zip(owner, is_given, strict=True)
    )
    return Waypoints(
        xy=shape.xy[shape.vertex],
        z_m=shape.z_m[shape.vertex],
        ground_m=shape.ground_m[shape.vertex],
        heading_deg=np.array(draft.heading)[owner],
        pitch_deg=np.array(draft.pitch)[owner],
        speed_mps=np.array(draft.speed)[owner],
        photo_every_m=np.array(draft.every)[owner],
        photo_here=np.array(draft.here)[owner] & is_given,
        stop=np.array(draft.stop)[owner] & is_given,
        role=role,
    )


def _camera_s(waypoints: Waypoints) -> Floats:
    """Seconds by which turning the camera delays each leg."""
    turn = np.abs((np.diff(waypoints.heading_deg) + 180) % 360 - 180)
    tilt = np.abs(np.diff(waypoints.pitch_deg))
    held = waypoints.stop[1:] | waypoints.stop[:-1]
    waits = np.where(held, turn / YAW_DEG_PER_S + np.where(tilt > 1, GIMBAL_S, 0.0), 0.0)
    return waits + np.where(waypoints.photo_here[1:] & waypoints.stop[1:], 1.0, 0.0)


def _photos(waypoints: Waypoints) -> Photos:
    """Every photo of the flight: at waypoints, and along the legs that trigger by distance."""
    step = np.hypot(*np.diff(waypoints.xy, axis=0).T)
    s_m = np.concatenate(([0.0], np.cumsum(step)))
    places = [s_m[waypoints.photo_here]]
    owner = [np.flatnonzero(waypoints.photo_here)]
    every = waypoints.photo_every_m
    begins = np.flatnonzero((every > 0) & (np.append(0.0, every[:-1]) == 0))
    for first in begins:
        last = first + int(np.argmax(np.append(every[first:], 0.0) == 0))
        count = round((s_m[last] - s_m[first]) / every[first]) + 1
        along = np.linspace(s_m[first], s_m[last], count)
        places.append(along)
        leg = np.searchsorted(s_m[first:last], along + 1e-6, "right") - 1 + first
        owner.append(leg.clip(first, last - 1))
    s, which = np.concatenate(places), np.concatenate(owner)
    order = np.lexsort((s, which))
    s, which = s[order], which[order]
    after = np.minimum(which + 1, len(waypoints) - 1)
    share = np.clip((s - s_m[which]) / np.maximum(s_m[after] - s_m[which], 1e-9), 0, 1)[:, None]
    xy = waypoints.xy[which] * (1 - share) + waypoints.xy[after] * share
    z = waypoints.z_m[which] * (1 - share[:, 0]) + waypoints.z_m[after] * share[:, 0]
    ground = waypoints.ground_m[which] * (1 - share[:, 0]) + waypoints.ground_m[after] * share[:, 0]
    return Photos(xy, z, z - ground, waypoints.heading_deg[which], waypoints.pitch_deg[which])


def _return_z_m(shape: Profile, sky: Sky) -> float:
    """The height above the take-off at which every straight way home is clear of ground and
    subject, wherever in the flight's bounds that stands.
    """
    low = np.minimum(shape.xy.min(axis=0), sky.home)
    high = np.maximum(shape.xy.max(axis=0), sky.home)
    ground = sky.ground.highest_m((low[0], low[1], high[0], high[1])) - sky.home_ground_m
    return float(ground + sky.highest_built_m + sky.limits.min_clearance_m)
