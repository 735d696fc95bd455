"""Every field of every body, spoilt in turn: one error, which names that field and what helps."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.http_requests import post

from spaceport_contracts.flight import PHOTO_COLUMNS
from spaceport_dronepath.api import make_api as dronepath_api
from spaceport_ingest.requests.api import make_api as ingest_api
from spaceport_notify.api import make_api as notify_api
from spaceport_runtime.errors import UserError
from spaceport_runtime.http.shell import HttpApi

OPENAPI = Path(__file__).parents[2] / "docs" / "openapi.json"
ID = "0123456789abcdef0123456789abcdef"
SQUARE = {"type": "Polygon", "coordinates": [[[8, 50], [8.001, 50], [8.001, 50.001], [8, 50]]]}
OPTIONS = {"photoSidePx": 1000, "maxGaussians": 5000, "shDegree": 1}
HOOK = {"url": "https://example.org/hook", "secret": "sixteen-and-more"}
FLIGHT = {
    "version": 1,
    "photo_columns": list(PHOTO_COLUMNS),
    "photos": [[[8.0, 50.0, 45.0, 90.0, -60.0]]],
}
SETTINGS = {"email": "ada@example.org", "quality": "draft", "options": OPTIONS, "title": "Beach"}
WHOLE: dict[str, dict[str, Any]] = {
    "/start-job": {
        **SETTINGS,
        "s3Url": "s3://b/k.zip",
        "pipelineStep": "sfm",
        "plan": ID,
        "webhook": HOOK,
    },
    "/find-job": {"s3Url": "s3://b/uploads/k.zip", "etag": "abc"},
    "/jobs/{job_id}/replay": {"from": "sfm", "quality": "high"},
    "/uploads": {
        "title": "Beach",
        "files": [{"name": "a.jpg", "sizeBytes": 9, "contentType": "image/jpeg", "sha256": ""}],
    },
    "/uploads/{upload_id}/links": {"files": [{"name": "a.jpg", "parts": [1]}]},
    "/uploads/{upload_id}/parts": {"files": ["a.jpg"]},
    "/uploads/{upload_id}/complete": {
        **SETTINGS,
        "pipelineStep": "sfm",
        "plan": FLIGHT,
        "webhook": HOOK,
    },
    "/estimates": {"photos": 10, "pixelsPerPhoto": 12_000_000, "quality": "draft"},
    "/batches": {
        "email": "ada@example.org",
        "title": "Coast",
        "quality": "draft",
        "options": OPTIONS,
        "captures": [{"s3Url": "s3://b/k.zip", "title": "Beach"}],
    },
    "/webhooks": {"url": "https://example.org/hook"},
    "/jobs/{job_id}/shares": {"days": 3},
    "/drone-path": {
        "area": SQUARE,
        "camera": {"sensor_mm": [17.3, 13], "focal_mm": 12.3, "px": [5280, 3956]},
        "subject": {"center": [8, 50], "height_m": 9},
        "battery": {"minutes": 20, "reserve": 0.3, "count": 3},
        "terrain": {
            "type": "grid",
            "west": 7,
            "south": 49,
            "east": 9,
            "north": 51,
            "heights_m": [[1, 2], [3, 4]],
        },
        "no_fly": [{"center": [8, 50], "radius_m": 5}, SQUARE],
        "heading_deg": 3,
        "takeoff": [8, 50],
        "exports": ["kml"],
    },
}
WRONG: tuple[Any, ...] = ("some words", -1e9, None, {"some": "thing"}, ["something"], 7.5, True)


def no_kit() -> Any:
    raise UserError("it was understood.", "")


APIS = (dronepath_api(no_kit), ingest_api(no_kit), notify_api(no_kit))
Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every place in a document, but those deep in coordinates: planning looks at these."""
    if path:
        yield path
    if path[-1:] in (("coordinates",), ("heights_m",)):
        return
    parts = value.items() if isinstance(value, dict) else ()
    for name, part in list(enumerate(value)) if isinstance(value, list) else parts:
        yield from places(part, (*path, name))


def spoilt(whole: dict[str, Any]) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """The document with one mistake, and where that is."""
    for path in places(whole):
        *above, last = path
        for wrong in WRONG:
            if isinstance(wrong, dict | list) and type(wrong) is type(at(whole, [*above, last])):
                continue  # as many mistakes as it has parts
            document = json.loads(json.dumps(whole))
            at(document, above)[last] = wrong
            yield path, document
        if isinstance(last, str):
            document = json.loads(json.dumps(whole))
            misspelt = last + "e"
            at(document, above)[misspelt] = at(document, above).pop(last)
            yield (*above, misspelt), document
            document = json.loads(json.dumps(whole))
            del at(document, above)[last]
            yield path, document


def at(document: Any, path: list[str | int]) -> Any:
    for part in path:
        document = document[part]
    return document


def api_of(route: str) -> HttpApi:
    found = [api for api in APIS if api._find("POST", filled(route))]
    return found[0]


def filled(route: str) -> str:
    return route.replace("{job_id}", ID).replace("{upload_id}", ID)


@pytest.mark.parametrize("route", WHOLE)
def test_one_mistake_is_one_error_at_its_place(route: str) -> None:
    api, refused = api_of(route), 0
    for path, document in spoilt(WHOLE[route]):
        answer = api.resolve(post(filled(route), document), None)
        errors = json.loads(answer["body"])["errors"]
        if not errors:
            continue  # another value that is allowed, or a field that may be left out
        refused += 1
        told = (path, document, errors)
        assert len(errors) == 1, told
        parts = errors[0]["field"].split(".")
        around = [str(part) for part in path][: len(parts)]
        # An object that is replaced may be blamed for what is in it, or for what it lacks.
        assert parts[: len(around)] == around or parts[:-1] == around[:-1], told
        assert errors[0]["remedy"].endswith("."), told
        assert not errors[0]["remedy"].startswith("See docs"), told
    assert refused > 5


def test_every_route_with_a_body_is_here() -> None:
    paths = json.loads(OPENAPI.read_text())["paths"]
    posts = {
        path
        for path, methods in paths.items()
        if "requestBody" in methods.get("post", {}) and "/unsubscribe/" not in path
    }
    assert posts == WHOLE.keys()
