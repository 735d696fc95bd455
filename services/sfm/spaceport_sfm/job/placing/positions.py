"""Where the GPS says the photos were taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from spaceport_sfm.job.placing.geodesy import Points, to_enu
from spaceport_sfm.job.plan import Origin, PlannedPhoto

# A receiver without a fix repeats one position; photos that overlap are metres apart.
MIN_SPREAD_M = 1.0


@dataclass(frozen=True)
class GpsPositions:
    """ENU metres by photo name; empty when the photos carry no usable GPS."""

    by_name: dict[str, Points]
    origin: Origin | None
    warnings: tuple[str, ...] = field(default=())


def gps_positions(photos: Sequence[PlannedPhoto]) -> GpsPositions:
    """ENU positions about the median of all photos that have a latitude and a longitude."""
    located = [p for p in photos if p.latitude_deg is not None and p.longitude_deg is not None]
    if not located:
        return GpsPositions({}, None)
    altitudes, warnings = _altitudes(located)
    geodetic = np.array(
        [[p.latitude_deg, p.longitude_deg, a] for p, a in zip(located, altitudes, strict=True)],
        dtype=np.float64,
    )
    # Median: one photo without a fix must not move the frame's zero by kilometres.
    latitude, longitude, altitude = np.median(geodetic, axis=0)
    origin = Origin(
        latitude_deg=float(latitude), longitude_deg=float(longitude), altitude_m=float(altitude)
    )
    enu = to_enu(geodetic, origin)
    if len(located) > 1 and np.ptp(enu[:, :2], axis=0).max() < MIN_SPREAD_M:
        stuck = "The GPS repeats one position in every photo, so it is not used."
        return GpsPositions({}, None, (stuck,))
    named = {photo.name: enu[index] for index, photo in enumerate(located)}
    return GpsPositions(named, origin, warnings)


def _altitudes(located: Sequence[PlannedPhoto]) -> tuple[list[float], tuple[str, ...]]:
    absolute = [p.altitude_m for p in located if p.altitude_m is not None]
    if len(absolute) == len(located):
        return absolute, ()
    relative = [p.relative_altitude_m for p in located if p.relative_altitude_m is not None]
    if len(relative) == len(located):
        return relative, ("Altitudes are above the take-off point: the GPS altitude is missing.",)
    return [0.0] * len(located), (
        "Some photos carry no altitude: the flight is taken to be level, and heights above sea "
        "level are unknown.",
    )
