"""GeoJSON and KML: the plan on a map."""

import json
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from spaceport_dronepath.exports.track import ExportFile, Track
from spaceport_dronepath.geometry.frame import LocalFrame
from spaceport_dronepath.sorties.flight import Sortie

KML = "http://www.opengis.net/kml/2.2"


def geojson(tracks: Sequence[Track], sorties: Sequence[Sortie], frame: LocalFrame) -> ExportFile:
    """Every sortie as a line, every waypoint and every photo as a point.

    The third coordinate is the height above the take-off, which GeoJSON has no word for; the
    properties say so.
    """
    features: list[dict[str, object]] = []
    for track, sortie in zip(tracks, sorties, strict=True):
        features.append(_line(track))
        features += [_waypoint(track, n) for n in range(len(track.points))]
        features += _photos(track, sortie, frame)
    document = {"type": "FeatureCollection", "features": features}
    return ExportFile("plan.geojson", json.dumps(document).encode(), "application/geo+json")


def _feature(kind: str, coordinates: object, **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def _at(lon: float, lat: float, z_m: float) -> list[float]:
    return [round(lon, 8), round(lat, 8), round(z_m, 2)]


def _line(track: Track) -> dict[str, object]:
    line = [_at(p.lon_deg, p.lat_deg, p.z_m) for p in track.points]
    return _feature("LineString", line, role="sortie", sortie=track.number, heights="takeoff")


def _waypoint(track: Track, n: int) -> dict[str, object]:
    point = track.points[n]
    return _feature(
        "Point",
        _at(point.lon_deg, point.lat_deg, point.z_m),
        role="waypoint",
        sortie=track.number,
        number=n,
        agl_m=round(point.agl_m, 2),
        heading_deg=round(point.heading_deg, 1),
        pitch_deg=round(point.pitch_deg, 1),
        speed_mps=round(point.speed_mps, 2),
        photo_every_m=round(point.photo_every_m, 3),
        photos_here=sum(view.photo for view in point.views),
    )


def _photos(track: Track, sortie: Sortie, frame: LocalFrame) -> list[dict[str, object]]:
    photos = sortie.photos
    degrees = frame.to_lon_lat(photos.xy)
    return [
        _feature(
            "Point",
            _at(float(degrees[n, 0]), float(degrees[n, 1]), float(photos.z_m[n])),
            role="photo",
            sortie=track.number,
            number=n,
            agl_m=round(float(photos.agl_m[n]), 2),
            heading_deg=round(float(photos.heading_deg[n]), 1),
            pitch_deg=round(float(photos.pitch_deg[n]), 1),
        )
        for n in range(len(photos))
    ]


def kml(tracks: Sequence[Track]) -> ExportFile:
    """Every sortie as a line at its height above the ground."""
    ET.register_namespace("", KML)
    root = ET.Element(f"{{{KML}}}kml")
    document = ET.SubElement(root, f"{{{KML}}}Document")
    ET.SubElement(document, f"{{{KML}}}name").text = tracks[0].title if tracks else ""
    for track in tracks:
        place = ET.SubElement(document, f"{{{KML}}}Placemark")
        ET.SubElement(place, f"{{{KML}}}name").text = f"Sortie {track.number}"
        line = ET.SubElement(place, f"{{{KML}}}LineString")
        ET.SubElement(line, f"{{{KML}}}altitudeMode").text = "relativeToGround"
        ET.SubElement(line, f"{{{KML}}}coordinates").text = " ".join(
            f"{p.lon_deg:.8f},{p.lat_deg:.8f},{p.agl_m:.2f}" for p in track.points
        )
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return ExportFile("plan.kml", content, "application/vnd.google-earth.kml+xml")
