"""KML and KMZ, as map programs export areas -> GeoJSON."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from spaceport_runtime.errors import UserError

SUFFIXES = (".kml", ".kmz")
MAX_BYTES = 64 << 20


def read_kml(path: Path) -> dict[str, Any]:
    """The polygons, lines and points of a file, as a FeatureCollection. Raises UserError."""
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".kmz":
            content = _first_kml(content)
        root = ET.fromstring(content)
        features = [{"type": "Feature", "geometry": geometry} for geometry in _geometries(root)]
    except FileNotFoundError as error:
        raise UserError(f"There is no {path}.", "Give a GeoJSON or KML file.") from error
    except (ET.ParseError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UserError(
            f"{path} cannot be read as KML ({str(error)[:80]}).",
            "Export the area again, or as GeoJSON.",
        ) from error
    return {"type": "FeatureCollection", "features": features}


def _first_kml(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if entry.filename.lower().endswith(".kml"):
                if entry.file_size > MAX_BYTES:
                    raise ValueError(f"{entry.filename} is too large")
                return archive.read(entry)
    raise ValueError("no .kml inside")


def _geometries(root: ET.Element) -> Iterator[dict[str, Any]]:
    for element in root.iter():
        match _name(element):
            case "Polygon":
                rings = [
                    _positions(ring)
                    for side in ("outerBoundaryIs", "innerBoundaryIs")
                    for boundary in _below(element, side)
                    for ring in boundary
                ]
                yield {"type": "Polygon", "coordinates": rings}
            case "LineString":
                yield {"type": "LineString", "coordinates": _positions(element)}
            case "Point":
                yield {"type": "Point", "coordinates": _positions(element)[0]}


def _name(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _below(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if _name(child) == name]


def _positions(element: ET.Element) -> list[list[float]]:
    """`lon,lat[,height]` apart by white space."""
    text = "".join(child.text or "" for child in _below(element, "coordinates"))
    found = [[float(number) for number in place.split(",")[:2]] for place in text.split()]
    if not found:
        raise ValueError(f"a {_name(element)} without coordinates")
    return found
