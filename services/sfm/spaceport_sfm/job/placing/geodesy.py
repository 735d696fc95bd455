"""WGS84 positions -> local east, north, up metres."""

import numpy as np
from numpy.typing import NDArray

from spaceport_sfm.job.plan import Origin

# NIMA TR8350.2: World Geodetic System 1984.
SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)

Points = NDArray[np.float64]


def to_enu(positions: Points, origin: Origin) -> Points:
    """East, north, up of each position about `origin`.

    Args:
        positions: [N, 3] latitude and longitude in degrees, ellipsoidal altitude in metres.

    Returns:
        [N, 3] metres.
    """
    latitude, longitude = np.radians(origin.latitude_deg), np.radians(origin.longitude_deg)
    sin_lat, cos_lat = np.sin(latitude), np.cos(latitude)
    sin_lon, cos_lon = np.sin(longitude), np.cos(longitude)
    enu_from_ecef = np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )
    zero = np.array([[origin.latitude_deg, origin.longitude_deg, origin.altitude_m]])
    return np.asarray((_to_ecef(positions) - _to_ecef(zero)) @ enu_from_ecef.T)


def _to_ecef(positions: Points) -> Points:
    latitude, longitude = np.radians(positions[:, 0]), np.radians(positions[:, 1])
    altitude_m = positions[:, 2]
    normal_m = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY2 * np.sin(latitude) ** 2)
    return np.stack(
        [
            (normal_m + altitude_m) * np.cos(latitude) * np.cos(longitude),
            (normal_m + altitude_m) * np.cos(latitude) * np.sin(longitude),
            (normal_m * (1 - ECCENTRICITY2) + altitude_m) * np.sin(latitude),
        ],
        axis=1,
    )
