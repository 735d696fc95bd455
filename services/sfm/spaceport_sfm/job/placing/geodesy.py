"""WGS84 positions -> local east, north, up metres."""

import numpy as np
import pycolmap
from numpy.typing import NDArray

from spaceport_sfm.job.task import Origin

Points = NDArray[np.float64]


def to_enu(positions: Points, origin: Origin) -> Points:
    """East, north, up of each position about `origin`.

    Args:
        positions: [N, 3] latitude and longitude in degrees, ellipsoidal altitude in metres.

    Returns:
        [N, 3] metres.
    """
    return np.asarray(
        pycolmap.GPSTransform().ellipsoid_to_enu(
            positions, origin.latitude_deg, origin.longitude_deg, origin.altitude_m
        )
    )
