"""Features and collections as the area, wherever a geometry is asked for."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.unit.dronepath.asking import ask, planned, square

from spaceport_dronepath.contract.request import Geometry

FIELD = square(100)
OTHER = square(80, (8.01, 50.0))
CRS84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": "field"}, "id": 1, "geometry": geometry}


def collection(*geometries: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature(g) for g in geometries], **more}


@pytest.mark.parametrize(
    "given",
    [
        feature(FIELD),
        collection(FIELD),
        collection(FIELD, crs=CRS84),
        {"type": "GeometryCollection", "geometries": [FIELD]},
    ],
)
def test_a_wrapped_geometry_is_the_geometry(given: dict[str, Any]) -> None:
    assert ask(area=given) == ask(area=FIELD)


def test_several_polygons_are_one_area_and_zones_may_be_features() -> None:
    asked = ask(area=collection(FIELD, OTHER), no_fly=[feature(OTHER)], fence=feature(square(5000)))
    assert asked.area.type == "MultiPolygon"
    assert asked.area.coordinates == [FIELD["coordinates"], OTHER["coordinates"]]
    assert isinstance(asked.no_fly[0], Geometry)
    assert planned(area=collection(FIELD, OTHER)).sorties


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (feature(None), "no geometry"),
        (collection(), "no feature"),
        ({"type": "FeatureCollection", "features": {}}, "no list"),
        ({"type": "FeatureCollection", "features": [1]}, "no GeoJSON object"),
        (collection(FIELD, {"type": "Point", "coordinates": [8, 50]}), "not all of them polygons"),
        (collection(FIELD, crs={"properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}), "25832"),
        ({**FIELD, "crs": None, "type": "MultiPoint"}, "MultiPoint"),
    ],
)
def test_what_holds_no_area_is_refused_with_its_field(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word) as caught:
        ask(area=given)
    assert caught.value.errors()[0]["loc"][0] == "area"


def test_a_feature_within_features_without_end_is_refused() -> None:
    deep: dict[str, Any] = FIELD
    for _ in range(50):
        deep = feature(deep)
    with pytest.raises(ValidationError, match="no GeoJSON object"):
        ask(area=deep)
