"""What crosses a boundary stays readable: for yesterday's consumers and from today's archive."""

import copy
from typing import Any

import pytest

from spaceport_contracts.compatibility import breaches
from spaceport_contracts.golden import FOLDER, as_text, read_golden, schemas


@pytest.mark.parametrize("name", schemas())
def test_schema_is_compatible_with_the_committed_one(name: str) -> None:
    assert breaches(read_golden(name), schemas()[name]) == []


@pytest.mark.parametrize("name", schemas())
def test_committed_schema_is_current(name: str) -> None:
    current = as_text(schemas()[name])
    assert (FOLDER / name).read_text(encoding="utf-8") == current, "run `make docs` and commit"


def test_no_schema_is_left_behind() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == set(schemas())


def _changed(change: str) -> dict[str, Any]:
    schema = copy.deepcopy(schemas()["SplatTrained.v1.json"])
    properties = schema["properties"]
    if change == "a field is gone":
        del properties["gaussians"]
    elif change == "a field has another type":
        properties["gaussians"]["type"] = "string"
    elif change == "a new field is required":
        properties["colour"] = {"type": "string"}
        schema["required"].append("colour")
    elif change == "a nested field is gone":
        del schema["$defs"]["Artifact"]["properties"]["sha256"]
    elif change == "a choice is gone":
        schema["$defs"]["Quality"]["enum"].remove("draft")
    elif change == "a definition is gone":
        del schema["$defs"]["ArtifactSet"]
    return schema


@pytest.mark.parametrize(
    "change",
    [
        "a field is gone",
        "a field has another type",
        "a new field is required",
        "a nested field is gone",
        "a choice is gone",
        "a definition is gone",
    ],
)
def test_incompatible_change_is_found(change: str) -> None:
    assert breaches(schemas()["SplatTrained.v1.json"], _changed(change)) != []


def test_a_new_field_with_a_default_is_compatible() -> None:
    old = schemas()["SplatTrained.v1.json"]
    new = copy.deepcopy(old)
    new["properties"]["colour"] = {"type": "string", "default": "unknown"}
    assert breaches(old, new) == []
