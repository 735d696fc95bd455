"""Tell whether a changed JSON Schema still understands, and is understood by, the old one.

A consumer built on the old schema must be able to read a new event, and a new consumer an event
from the archive. So a field may be added with a default and nothing else may change.
"""

from typing import Any

Schema = dict[str, Any]
SHAPE_KEYS = ("type", "const", "enum", "pattern", "format", "items", "prefixItems", "anyOf")


def breaches(old: Schema, new: Schema) -> list[str]:
    """Every incompatible change from `old` to `new`, in words; empty when compatible."""
    found = _object_breaches("", old, new)
    old_definitions, new_definitions = old.get("$defs", {}), new.get("$defs", {})
    for name, definition in old_definitions.items():
        if name in new_definitions:
            found += _object_breaches(f"{name}.", definition, new_definitions[name])
        else:
            found.append(f"{name} is gone")
    return found


def _object_breaches(where: str, old: Schema, new: Schema) -> list[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    found = [f"{where}{name} is gone" for name in old_fields if name not in new_fields]
    required = set(new.get("required", [])) - set(old.get("required", []))
    found += [f"{where}{name} is newly required" for name in sorted(required)]
    found += [
        f"{where}{name} changed from {_shape(old_fields[name])} to {_shape(new_fields[name])}"
        for name in old_fields
        if name in new_fields and _shape(old_fields[name]) != _shape(new_fields[name])
    ]
    if set(old.get("enum", [])) - set(new.get("enum", [])):
        found.append(f"{where.rstrip('.')} lost a value")
    return found


def _shape(field: Schema) -> Schema:
    kept = {
        key: field[key] for key in (*SHAPE_KEYS, "$ref", "additionalProperties") if key in field
    }
    return kept
