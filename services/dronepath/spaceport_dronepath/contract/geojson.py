"""Whatever GeoJSON people have -> the one geometry that it holds."""

from typing import Any

GEOMETRIES = ("Polygon", "MultiPolygon", "LineString", "Point")
KINDS = "Polygon, MultiPolygon, LineString or Point"
COLLECTIONS = {"FeatureCollection": "features", "GeometryCollection": "geometries"}
WGS_84 = ("CRS84", "4326")
DEEPEST = 8


def one_geometry(document: Any, depth: int = 0) -> dict[str, Any]:
    """The geometry of a Feature, of a collection, or itself; several polygons become one.

    Raises ValueError, with a sentence that says what helps.
    """
    if not isinstance(document, dict) or depth > DEEPEST:
        raise ValueError(f"it is no GeoJSON object; give a {KINDS}")
    _refuse_other_crs(document.get("crs"))
    kind = document.get("type")
    if kind == "Feature":
        return one_geometry(document.get("geometry") or {}, depth + 1)
    if kind in COLLECTIONS:
        members = document.get(COLLECTIONS[kind])
        if not isinstance(members, list):
            raise ValueError(f"the {kind} has no list of {COLLECTIONS[kind]}; add it")
        return _together([one_geometry(member, depth + 1) for member in members])
    if kind in GEOMETRIES:
        return {"type": kind, "coordinates": document.get("coordinates")}
    raise ValueError(f"it holds {str(kind)[:40] if kind else 'no geometry'}; give a {KINDS}")


def _together(geometries: list[dict[str, Any]]) -> dict[str, Any]:
    if len(geometries) == 1:
        return geometries[0]
    if not geometries:
        raise ValueError("it holds no feature; give one with an area")
    parts: list[Any] = []
    for geometry in geometries:
        coordinates = geometry["coordinates"]
        if geometry["type"] == "Polygon":
            parts.append(coordinates)
        elif geometry["type"] == "MultiPolygon" and isinstance(coordinates, list):
            parts += coordinates
        else:
            raise ValueError("it holds several features, not all of them polygons; leave one in it")
    return {"type": "MultiPolygon", "coordinates": parts}


def _refuse_other_crs(crs: Any) -> None:
    """The old `crs` member, which RFC 7946 dropped: ignoring it would put the area elsewhere."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not str(name).upper().endswith(WGS_84):
        raise ValueError(
            f"its coordinates are in {str(name)[:60]}; convert them to WGS 84 (EPSG:4326)"
        )
