"""What `breaches` calls compatible is: every old event passes the new schema and the other way."""

import copy
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spaceport_contracts.compatibility import breaches

Schema = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
KINDS: dict[str, tuple[Schema, st.SearchStrategy[Any]]] = {
    "text": ({"type": "string"}, st.text(max_size=5)),
    "whole": ({"type": "integer"}, st.integers()),
    "number": ({"type": "number"}, st.floats(allow_nan=False, allow_infinity=False)),
    "choice": ({"enum": ["a", "b"]}, st.sampled_from(["a", "b"])),
    "list": ({"type": "array", "items": {"type": "integer"}}, st.lists(st.integers(), max_size=3)),
    "maybe": (
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        st.none() | st.text(max_size=3),
    ),
    "one": ({"$ref": "#/$defs/Part"}, st.fixed_dictionaries({"bytes": st.integers(0)})),
}
CHANGES = ("add with a default", "add", "drop", "retype", "require", "drop of a part")
PART: Schema = {
    "type": "object",
    "properties": {"bytes": {"type": "integer"}, "note": {"type": "string"}},
    "required": ["bytes"],
}


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """An event of up to six fields, some of which have a default."""
    names = draw(st.lists(st.sampled_from("uvwxyz"), min_size=1, unique=True))
    properties = {name: KINDS[draw(st.sampled_from(sorted(KINDS)))][0] for name in names}
    required = [name for name in names if draw(st.booleans())]
    return {
        "type": "object",
        "properties": copy.deepcopy(properties),
        "required": required,
        "$defs": {"Part": copy.deepcopy(PART)},
    }


def changed(draw: Draw, old: Schema, changes: list[str]) -> Schema:
    """`old` after some changes, as far as each applies."""
    new = copy.deepcopy(old)
    fields = new["properties"]
    for n, change in enumerate(changes):
        name = draw(st.sampled_from(sorted(fields)))
        if change.startswith("add"):
            fields[f"new{n}"] = KINDS[draw(st.sampled_from(sorted(KINDS)))][0]
            new["required"] += [f"new{n}"] if change == "add" else []
        elif change == "drop" and len(fields) > 1:
            del fields[name]
            new["required"] = [each for each in new["required"] if each != name]
        elif change == "retype":
            fields[name] = draw(st.sampled_from([kind for kind, _ in KINDS.values()]))
        elif change == "require" and name not in new["required"]:
            new["required"].append(name)
        elif change == "drop of a part":
            new["$defs"]["Part"]["properties"].pop("note", None)
    return new


def events(draw: Draw, schema: Schema, *, whole: bool) -> dict[str, Any]:
    """One that passes; `whole` as we publish it, with the fields that have a default."""
    kinds = {str(shape): values for shape, values in KINDS.values()}
    return {
        name: draw(kinds[str(shape)])
        for name, shape in schema["properties"].items()
        if whole or name in schema["required"] or draw(st.booleans())
    }


@given(st.data(), schemas(), st.lists(st.sampled_from(CHANGES), max_size=3))
def test_compatible_schemas_read_each_others_events(
    data: st.DataObject, old: Schema, changes: list[str]
) -> None:
    new = changed(data.draw, old, changes)
    if breaches(old, new):
        return
    jsonschema.validate(events(data.draw, old, whole=False), new)  # from the archive
    jsonschema.validate(events(data.draw, new, whole=True), old)  # by a consumer of yesterday


@given(st.data(), schemas())
def test_a_field_with_a_default_breaks_nothing(data: st.DataObject, old: Schema) -> None:
    assert breaches(old, changed(data.draw, old, ["add with a default"] * 2)) == []


@pytest.mark.parametrize("change", ["add", "drop of a part"])
@given(data=st.data(), old=schemas())
def test_what_breaks_is_named(change: str, data: st.DataObject, old: Schema) -> None:
    assert breaches(old, changed(data.draw, old, [change])) != []


@given(st.data(), schemas())
def test_another_type_or_a_missing_field_is_named(data: st.DataObject, old: Schema) -> None:
    for change in ("drop", "retype", "require"):
        new = changed(data.draw, old, [change])
        if new != old:
            assert breaches(old, new) != [], change
