"""A sortie as the flight files need it: degrees, and the places where something changes."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.sorties.flight import Sortie

Floats = NDArray[np.float64]
SAME_PLACE_M = 0.7


@dataclass(frozen=True)
class Look:
    """Where the camera looks while it waits at a waypoint, and whether it takes a photo there."""

    pitch_deg: float
    photo: bool


@dataclass(frozen=True)
class Point:
    """One waypoint; height above the take-off and above the ground.

    `views` are taken one after the other; photo_every_m is the trigger distance on the leg that
    begins here (0 for none).
    """

    lon_deg: float
    lat_deg: float
    z_m: float
    agl_m: float
    heading_deg: float
    speed_mps: float
    photo_every_m: float
    stop: bool
    views: tuple[Look, ...]

    @property
    def pitch_deg(self) -> float:
        """Where the camera looks when the drone leaves."""
        return self.views[-1].pitch_deg


@dataclass(frozen=True)
class Track:
    """One flight: its number, its name, its take-off and its waypoints."""

    number: int
    title: str
    home: tuple[float, float]
    home_z_m: float
    return_z_m: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class ExportFile:
    """A file to write."""

    name: str
    content: bytes
    content_type: str


def track_of(sortie: Sortie, number: int, title: str, frame: LocalFrame) -> Track:
    """The sortie in degrees; waypoints at one place become one with several views."""
    w = sortie.waypoints
    degrees = frame.to_lon_lat(w.xy)
    points: list[Point] = []
    for n in range(len(w)):
        view = Look(float(w.pitch_deg[n]), bool(w.photo_here[n]))
        point = Point(
            lon_deg=float(degrees[n, 0]),
            lat_deg=float(degrees[n, 1]),
            z_m=float(w.z_m[n]),
            agl_m=float(w.z_m[n] - w.ground_m[n]),
            heading_deg=float(w.heading_deg[n] % 360),
            speed_mps=float(w.speed_mps[n]),
            photo_every_m=float(w.photo_every_m[n]),
            stop=bool(w.stop[n]),
            views=(view,),
        )
        if points and _same_place(w.xy, w.z_m, n):
            points[-1] = _merged(points[-1], point)
        else:
            points.append(point)
    home = frame.to_lon_lat(w.xy[:1])[0]
    return Track(
        number,
        title,
        (float(home[0]), float(home[1])),
        float(w.z_m[0]),
        sortie.return_z_m,
        tuple(points),
    )


def _same_place(xy: Floats, z_m: Floats, n: int) -> bool:
    apart_m = float(np.sqrt(((xy[n] - xy[n - 1]) ** 2).sum() + (z_m[n] - z_m[n - 1]) ** 2))
    return apart_m < SAME_PLACE_M


def _merged(first: Point, second: Point) -> Point:
    """Both at the first's place; a view without a photo only matters when it is the last."""
    views = [view for view in first.views if view.photo]
    return Point(
        lon_deg=first.lon_deg,
        lat_deg=first.lat_deg,
        z_m=max(first.z_m, second.z_m),
        agl_m=max(first.agl_m, second.agl_m),
        heading_deg=second.heading_deg,
        speed_mps=second.speed_mps,
        photo_every_m=second.photo_every_m,
        stop=True,
        views=(*views, *second.views),
    )


def metres_between(a: Point, b: Point) -> float:
    """Level distance by the local scale of the sphere; good to 0.5 % for legs."""
    lat = np.radians((a.lat_deg + b.lat_deg) / 2)
    east = ((b.lon_deg - a.lon_deg + 180) % 360 - 180) * np.cos(lat)
    return float(np.hypot(east, b.lat_deg - a.lat_deg) * 111_195)


def between(a: Point, b: Point, share: float) -> Point:
    """A waypoint on the leg from a to b that carries on what the leg does."""
    east = (b.lon_deg - a.lon_deg + 180) % 360 - 180
    return Point(
        lon_deg=(a.lon_deg + share * east + 180) % 360 - 180,
        lat_deg=a.lat_deg + share * (b.lat_deg - a.lat_deg),
        z_m=a.z_m + share * (b.z_m - a.z_m),
        agl_m=a.agl_m + share * (b.agl_m - a.agl_m),
        heading_deg=a.heading_deg,
        speed_mps=a.speed_mps,
        photo_every_m=a.photo_every_m,
        stop=False,
        views=(Look(a.pitch_deg, False),),
    )


def without_long_legs(points: tuple[Point, ...], longest_m: float) -> list[Point]:
    """The same flight with a waypoint put into every leg that is longer."""
    found = [points[0]]
    for a, b in pairwise(points):
        pieces = int(np.ceil(metres_between(a, b) / longest_m)) or 1
        found += [between(a, b, n / pieces) for n in range(1, pieces)]
        found.append(b)
    return found


def in_parts(points: list[Point], most: int, longest_m: float) -> list[list[Point]]:
    """Cut into parts of at most `most` waypoints and metres; each begins where the last ended."""
    parts, part, flown_m = [], [points[0]], 0.0
    for point in points[1:]:
        leg_m = metres_between(part[-1], point)
        if len(part) >= most or flown_m + leg_m > longest_m:
            parts.append(part)
            part, flown_m = [part[-1]], 0.0
        part.append(point)
        flown_m += leg_m
    return [*parts, part]
