"""The local frame: metres east and north of the area's middle, true to scale where it is flown."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Proj


class LocalFrame:
    """A transverse Mercator around one point: below 20 km, distances are true to 5 in a million.

    It has no seam at the antimeridian, and no scale that depends on the latitude.
    """

    def __init__(self, lon_deg: float, lat_deg: float) -> None:
        self.lon_deg = lon_deg
        self.lat_deg = lat_deg
        self._projection = Proj(
            f"+proj=tmerc +lat_0={lat_deg!r} +lon_0={lon_deg!r} +k=1 +ellps=WGS84 +units=m"
        )

    def to_xy(self, lon_lat: ArrayLike) -> NDArray[np.float64]:
        """Degrees (n, 2), longitude first -> metres (n, 2), east and north."""
        given = np.asarray(lon_lat, np.float64).reshape(-1, 2)
        x, y = self._projection(given[:, 0], given[:, 1])
        return np.column_stack((x, y))

    def to_lon_lat(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Metres (n, 2) -> degrees (n, 2), longitude in [-180, 180)."""
        given = np.asarray(xy, np.float64).reshape(-1, 2)
        lon, lat = self._projection(given[:, 0], given[:, 1], inverse=True)
        return np.column_stack(((np.asarray(lon) + 180) % 360 - 180, lat))
