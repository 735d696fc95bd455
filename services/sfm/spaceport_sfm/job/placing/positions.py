"""Where the GPS says the photos were taken, and how high."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from spaceport_sfm.job.placing.geodesy import Points, to_enu
from spaceport_sfm.job.task import Origin, TaskPhoto

# A receiver without a fix repeats one position; photos that overlap are metres apart.
MIN_SPREAD_M = 1.0
# Two or three photos may be taken from one place; more that repeat it to the last digit, while
# these many others move, are without a fix.
REPEATED, MOVING_SHARE, FEWEST_MOVING = 4, 1 / 3, 3
# Steps that editors and writers round degrees to, coarsest first: decimals of a degree, of a minute
# and of a second. Rounding that is finer than a plain receiver's error changes nothing.
STEPS_DEG = sorted(
    (unit * 10.0**-places for unit in (1.0, 1 / 60, 1 / 3600) for places in range(7)), reverse=True
)
ON_STEP_DEG = 2e-8
# Fewer say neither what all are rounded to nor where the scene is.
FEWEST_TELLING = 3
COARSE_STEP_M = 3.0
M_PER_DEG = 111_320.0
# Nobody photographs one place from so far away, nor from so many times its size.
ELSEWHERE_M, ELSEWHERE_RATIO = 1000.0, 5.0
# What a phone states that knows its mast only.
MAX_STATED_ERROR_M = 100.0
# The Dead Sea's shore and the highest that people fly a camera from the ground.
ALTITUDES_M = (-450.0, 9500.0)


@dataclass(frozen=True)
class GpsPositions:
    """ENU metres by photo name, up nan where unknown; empty when no photo carries usable GPS."""

    by_name: dict[str, Points]
    origin: Origin | None
    warnings: tuple[str, ...] = field(default=())
    step_m: float = 0.0
    """Latitude and longitude are rounded to this; 0 where no coarser than a receiver errs."""

    def mirrored(self, east: bool, north: bool) -> "GpsPositions":
        """The same positions on the other side of the meridian or the equator."""
        if self.origin is None:
            return self
        signs = np.array([-1.0 if east else 1.0, -1.0 if north else 1.0, 1.0])
        origin = self.origin.model_copy(
            update={
                "latitude_deg": self.origin.latitude_deg * float(signs[1]),
                "longitude_deg": self.origin.longitude_deg * float(signs[0]),
            }
        )
        # The ellipsoid is symmetric about both: only signs change.
        moved = {name: position * signs for name, position in self.by_name.items()}
        return GpsPositions(moved, origin, self.warnings, self.step_m)


def gps_positions(photos: Sequence[TaskPhoto]) -> GpsPositions:
    """ENU positions about the middle one of all photos that have a latitude and a longitude."""
    located = [photo for photo in photos if is_located(photo)]
    sure = [photo for photo in located if photo.hemisphere_known]
    # A few without their letters are left out; where most are, the compass is asked (compass.py).
    located = sure if 2 * len(sure) > len(located) else located
    step_m = _step_m(located)
    stuck = _stuck(located) if not step_m else set()
    located = [photo for photo in located if photo.name not in stuck]
    if not located:
        return GpsPositions({}, None)
    altitudes = np.array([absolute_altitude_m(photo) for photo in located])
    known = np.isfinite(altitudes)
    level_m = float(np.median(altitudes[known])) if known.any() else 0.0
    geodetic = np.array(
        [
            [p.latitude_deg, p.longitude_deg, altitude if np.isfinite(altitude) else level_m]
            for p, altitude in zip(located, altitudes, strict=True)
        ],
        dtype=np.float64,
    )
    # One photo without a fix must not move the frame's zero by kilometres; and half-way between two
    # places nobody was.
    off_deg = geodetic[:, :2] - np.median(geodetic[:, :2], axis=0)
    latitude, longitude = geodetic[int(np.hypot(*off_deg.T).argmin()), :2]
    origin = Origin(
        latitude_deg=float(latitude), longitude_deg=float(longitude), altitude_m=level_m
    )
    enu = to_enu(geodetic, origin)
    rounded = (_rounded(step_m),) if step_m else ()
    if len(located) > 1 and np.ptp(enu[:, :2], axis=0).max() < MIN_SPREAD_M:
        same = "The GPS repeats one position in every photo, so it is not used."
        return GpsPositions({}, None, (same,))
    enu[~known, 2] = np.nan
    by_name = {photo.name: enu[i] for i, photo in enumerate(located)}
    if not stuck:
        return GpsPositions(by_name, origin, rounded, step_m)
    of = len(stuck) + len(located)
    same = f"The GPS of {len(stuck)} of {of} photos repeats a position, so it is not used."
    return GpsPositions(by_name, origin, (same,))


def taken_elsewhere_m(photos: Sequence[TaskPhoto], placed: Collection[str]) -> dict[str, float]:
    """By our names, how far from the scene the photos that are not in it were taken.

    Only of those that are too far away to show it; nothing where few of `placed` tell where it is.
    """
    located = [photo for photo in photos if is_located(photo) and photo.hemisphere_known]
    inside = [photo for photo in located if photo.name in placed]
    if len(inside) < FEWEST_TELLING:
        return {}
    scene = np.array([[photo.latitude_deg, photo.longitude_deg] for photo in inside], float)
    middle = scene[int(np.hypot(*(scene - np.median(scene, axis=0)).T).argmin())]
    size_m = float(np.median(_apart_m(scene, middle)))
    limit_m = max(ELSEWHERE_M, ELSEWHERE_RATIO * size_m)
    outside = [photo for photo in located if photo.name not in placed]
    places = np.array([[photo.latitude_deg, photo.longitude_deg] for photo in outside], float)
    away_m = _apart_m(places.reshape(-1, 2), middle)
    return {
        photo.name: float(away)
        for photo, away in zip(outside, away_m, strict=True)
        if away > limit_m
    }


def _apart_m(places: Points, middle: Points) -> Points:
    """Distance on a sphere (haversine) of latitudes and longitudes [N, 2] from a place."""
    (latitude, longitude), (north, east) = np.radians(places).T, np.radians(middle)
    half = np.sin((latitude - north) / 2) ** 2
    half += np.cos(latitude) * np.cos(north) * np.sin((longitude - east) / 2) ** 2
    metres = 2 * np.degrees(np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * M_PER_DEG
    return np.asarray(metres)


def _step_m(located: Sequence[TaskPhoto]) -> float:
    """What latitude and longitude are rounded to, in metres; 0 where it is no matter."""
    if len(located) < FEWEST_TELLING:
        return 0.0
    places = [[photo.latitude_deg, photo.longitude_deg] for photo in located]
    # Each place once: a receiver may be stuck at a round one.
    degrees = np.unique(np.array(places, float), axis=0)
    for step_deg in STEPS_DEG:
        if step_deg * M_PER_DEG < COARSE_STEP_M:
            return 0.0
        off = np.abs(degrees - step_deg * np.round(degrees / step_deg))
        # A few photos may keep what the camera wrote.
        if (off < ON_STEP_DEG).all(axis=1).sum() * 2 > len(degrees):
            return step_deg * M_PER_DEG
    return 0.0


def _rounded(step_m: float) -> str:
    return (
        f"The GPS positions in the photos are rounded to steps of about {step_m:.0f} m; the photos "
        "as the camera wrote them would place the scene better."
    )


def _stuck(located: Sequence[TaskPhoto]) -> set[str]:
    """Photos that carry the position of others to the last digit, where most of the rest move."""
    at: dict[tuple[float | None, float | None], list[str]] = {}
    for photo in located:
        at.setdefault((photo.latitude_deg, photo.longitude_deg), []).append(photo.name)
    stuck = {name for names in at.values() if len(names) >= REPEATED for name in names}
    moving = len(located) - len(stuck)
    return stuck if moving >= max(FEWEST_MOVING, MOVING_SHARE * len(located)) else set()


def is_located(photo: TaskPhoto) -> bool:
    """Latitude and longitude are there and are a place on Earth; (0, 0) is no fix."""
    latitude, longitude = photo.latitude_deg, photo.longitude_deg
    if latitude is None or longitude is None:
        return False
    on_earth = bool(np.isfinite([latitude, longitude]).all())
    on_earth = on_earth and abs(latitude) <= 90 and abs(longitude) <= 180
    on_earth = on_earth and (photo.gps_error_m or 0.0) <= MAX_STATED_ERROR_M
    return on_earth and (latitude, longitude) != (0.0, 0.0)


def absolute_altitude_m(photo: TaskPhoto) -> float:
    """Metres above sea level; nan when the photo does not say, or nothing that can be."""
    altitude = photo.altitude_m
    if altitude is None or not ALTITUDES_M[0] <= altitude <= ALTITUDES_M[1]:
        return float("nan")
    return altitude
