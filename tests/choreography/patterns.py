"""EventBridge patterns, as far as the services' rules use them."""

import fnmatch
from typing import Any


def matches(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    """Exact values, `prefix` and `wildcard`, nested objects."""
    return all(_field_matches(wanted, event.get(name)) for name, wanted in pattern.items())


def _field_matches(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and matches(wanted, value)
    return any(_value_matches(option, value) for option in wanted)


def _value_matches(option: Any, value: Any) -> bool:
    if not isinstance(option, dict):
        return bool(option == value)
    if "prefix" in option:
        return str(value).startswith(option["prefix"])
    return fnmatch.fnmatchcase(str(value), option["wildcard"])
