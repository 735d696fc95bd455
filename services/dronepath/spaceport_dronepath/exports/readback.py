"""Every written file, read again and held against the plan: each waypoint within 1 m.

A file with latitude and longitude swapped is still a file that parses; only this notices.
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from spaceport_dronepath.exports.mavlink import WAYPOINT
from spaceport_dronepath.exports.track import ExportFile, Track
from spaceport_dronepath.exports.wpml import KML, WPML

Floats = NDArray[np.float64]
NEAR_M = 1.0
METRES_PER_DEG = 111_195.0


def read_plan(content: bytes) -> Floats:
    """Waypoints of a .plan (n, 3): longitude, latitude, height."""
    items = json.loads(content)["mission"]["items"]
    places = [item["params"][4:7] for item in items if item["command"] == WAYPOINT]
    return np.array([(lon, lat, z) for lat, lon, z in places], np.float64)


def read_wpl(content: bytes) -> Floats:
    """Waypoints of a WPL 110 (n, 3), without home."""
    lines = content.decode().splitlines()
    if lines[0] != "QGC WPL 110":
        raise ValueError("not WPL 110")
    rows = [line.split("\t") for line in lines[2:]]
    found = [(float(r[9]), float(r[8]), float(r[10])) for r in rows if int(r[3]) == WAYPOINT]
    return np.array(found, np.float64)


def read_litchi(content: bytes) -> Floats:
    """Waypoints of a Litchi CSV (n, 3)."""
    rows = csv.DictReader(io.StringIO(content.decode()))
    return np.array(
        [(float(r["longitude"]), float(r["latitude"]), float(r["altitude(m)"])) for r in rows]
    )


def read_wpml(content: bytes) -> Floats:
    """Waypoints of a KMZ's waylines (n, 3), in the order of their indices."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("wpmz/waylines.wpml"))
    found = []
    for place in root.iter(f"{{{KML}}}Placemark"):
        lon, lat = place.findtext(f"{{{KML}}}Point/{{{KML}}}coordinates", "").split(",")[:2]
        height = place.findtext(f"{{{WPML}}}executeHeight", "nan")
        index = int(place.findtext(f"{{{WPML}}}index", "-1"))
        found.append((index, float(lon), float(lat), float(height)))
    found.sort()
    return np.array([row[1:] for row in found])


def read_geojson(content: bytes, sortie: int) -> Floats:
    """Waypoints of one sortie (n, 3)."""
    features = json.loads(content)["features"]
    wanted = ("waypoint", sortie)
    return np.array(
        [
            f["geometry"]["coordinates"]
            for f in features
            if (f["properties"]["role"], f["properties"]["sortie"]) == wanted
        ]
    )


def read_kml(content: bytes, sortie: int) -> Floats:
    """Vertices of one sortie (n, 3), heights above the ground."""
    root = ET.fromstring(content)
    for place in root.iter(f"{{{KML}}}Placemark"):
        if place.findtext(f"{{{KML}}}name") == f"Sortie {sortie}":
            text = place.findtext(f"{{{KML}}}LineString/{{{KML}}}coordinates", "")
            return np.array([[float(n) for n in at.split(",")] for at in text.split()])
    raise ValueError(f"no sortie {sortie}")


READERS = {
    ".plan": read_plan,
    ".waypoints": read_wpl,
    ".litchi.csv": read_litchi,
    ".wpml.kmz": read_wpml,
    ".fly.kmz": read_wpml,
}


def hold_against(track: Track, files: Sequence[ExportFile], *, above_ground: bool = False) -> None:
    """The track's waypoints must all be in the files, in order, within 1 m, and nothing far off.

    Raises ValueError when not: the plan is then not delivered.
    """
    parts = [_read(file, track.number) for file in files]
    _compare(track, np.concatenate(parts), files[0].name, above_ground)


def _read(file: ExportFile, sortie: int) -> Floats:
    if file.name.endswith(".geojson"):
        return read_geojson(file.content, sortie)
    if file.name.endswith(".kml"):
        return read_kml(file.content, sortie)
    reader = next(read for end, read in READERS.items() if file.name.endswith(end))
    return reader(file.content)


def _compare(track: Track, found: Floats, name: str, above_ground: bool) -> None:
    wanted = np.array(
        [(p.lon_deg, p.lat_deg, p.agl_m if above_ground else p.z_m) for p in track.points]
    )
    n = 0
    for row in found:
        if n < len(wanted) and _apart_m(row, wanted[n]) <= NEAR_M:
            n += 1
    if n < len(wanted):
        raise ValueError(f"{name}: waypoint {n} of {len(wanted)} is not where it was planned")


def _apart_m(a: Floats, b: Floats) -> float:
    east = ((a[0] - b[0] + 180) % 360 - 180) * np.cos(np.radians(b[1])) * METRES_PER_DEG
    north = (a[1] - b[1]) * METRES_PER_DEG
    return float(np.sqrt(east**2 + north**2 + (a[2] - b[2]) ** 2))
