"""Pydantic's findings about a request, in words: which field is to blame, and what helps.

One mistake is one error. Pydantic tries every alternative of a union and reports each, with the
alternative's name in the path: such names are no part of the request and go, and what is left at
the same path is said once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from spaceport_runtime.http.problems import FieldError, Problem

ANY_REMEDY = "See docs/openapi.json for what may be asked."
FIELDS_NAMED = 20
INPUT_CHARACTERS = 100
BODY = "body"
MISSING, UNKNOWN, OWN_WORDS = "missing", "extra_forbidden", "value_error"
TOO_SHORT = "too_short"
# What helps, by the beginning of pydantic's type of an error; {names} are of its context.
REMEDIES_BY_TYPE = (
    ("greater_than_equal", "Give a number of at least {ge:g}."),
    ("greater_than", "Give a number above {gt:g}."),
    ("less_than_equal", "Give a number of at most {le:g}."),
    ("less_than", "Give a number below {lt:g}."),
    ("int_", "Give a whole number."),
    ("float_", "Give a number."),
    ("finite_number", "Give a number."),
    ("bool_", "Give true or false."),
    ("string_too_short", "Characters it needs: {min_length} or more."),
    ("string_too_long", "Characters it may have: {max_length} at most."),
    ("string_pattern", "Give text of the form {pattern}."),
    ("string_", "Give text."),
    ("too_short", "Entries it needs: {min_length} or more."),
    ("too_long", "Entries it may have: {max_length:,} at most."),
    ("list_", "Give a list."),
    ("tuple_", "Give a list."),
    ("model_", "Give an object with {known}."),
    ("dict_", "Give an object."),
    ("union_tag_invalid", "Use one of the types {expected_tags}."),
    ("union_tag_not_found", "Say its type."),
    ("enum", "Use {expected}."),
    ("literal_error", "Use {expected}."),
)
Models = tuple[type[BaseModel], ...]


@dataclass(frozen=True)
class _Finding:
    """One of pydantic's errors; `models` are those whose field it is about.

    `is_alternative`: it says that the value is no such alternative of a union, and no more.
    """

    path: tuple[str | int, ...]
    error: Mapping[str, Any]
    models: Models
    is_alternative: bool

    @property
    def kind(self) -> str:
        return str(self.error["type"])

    @property
    def known(self) -> tuple[str, ...]:
        """The names that may stand beside this one."""
        fields = (field for model in self.models for field in model.model_fields.items())
        return tuple(dict.fromkeys(field.alias or name for name, field in fields))

    @property
    def means(self) -> str:
        """What a field that is missing is for."""
        fields = (field for model in self.models for field in model.model_fields.items())
        told = (each.description for name, each in fields if self.path[-1] in (name, each.alias))
        return next((each for each in told if each), "")

    @property
    def meant(self) -> str | None:
        """The known name that a name which is not known looks like."""
        if self.kind != UNKNOWN:
            return None
        said = {name.lower(): name for name in self.known}
        near = get_close_matches(str(self.path[-1])[:INPUT_CHARACTERS].lower(), said, 1)
        return said[near[0]] if near else None


def validation_problem(
    errors: Sequence[Mapping[str, Any]],
    document: Any,
    models: Sequence[type[BaseModel]],
    remedies: Mapping[str, str],
) -> Problem:
    """The 422 about a body; `models` is what it should have been, `remedies` are by field."""
    found = field_errors(errors, document, models, remedies)
    names = ", ".join(error.field for error in found)
    detail = f"The request cannot be understood: look at {names}."
    if len(found) == 1:
        detail = f"{found[0].field}: {found[0].message} {found[0].remedy}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, tuple(found))


def field_errors(
    errors: Sequence[Mapping[str, Any]],
    document: Any,
    models: Sequence[type[BaseModel]],
    remedies: Mapping[str, str],
) -> list[FieldError]:
    """One error for each field that is to blame, in the order that pydantic found them."""
    found = [_placed(error, document, tuple(models)) for error in errors]
    by_path: dict[tuple[str | int, ...], list[_Finding]] = {}
    for finding in _without_echoes(found):
        by_path.setdefault(finding.path, []).append(finding)
    return [_said(group, remedies) for group in list(by_path.values())[:FIELDS_NAMED]]


def _placed(error: Mapping[str, Any], document: Any, models: Models) -> _Finding:
    """The error at its place in the document; what leads nowhere there names an alternative."""
    where, *loc = error["loc"]
    if where != BODY:  # a query, a path, a header: flat
        return _Finding(tuple(loc) or (where,), error, (), False)
    path: list[str | int] = []
    value, is_alternative = document, False
    for number, part in enumerate(loc):
        is_absent = error["type"] == MISSING and number == len(loc) - 1
        is_alternative = not (is_absent or _leads_on(value, part))
        if is_alternative:
            models = tuple(each for each in models if _is_named(each, part)) or models
            continue
        path.append(part)
        if is_absent or (error["type"] == UNKNOWN and number == len(loc) - 1):
            break
        value = value[part]
        models = models if isinstance(part, int) else _below(models, part)
    if is_alternative:
        models = tuple(each for each in models if _is_named(each, loc[-1]))
    return _Finding(tuple(path) or (BODY,), error, models, is_alternative)


def _leads_on(value: Any, part: str | int) -> bool:
    if isinstance(value, dict):
        return part in value
    return isinstance(value, list) and isinstance(part, int) and part < len(value)


def _is_named(model: type[BaseModel], part: str | int) -> bool:
    """Whether an alternative's name is this model's: its own, or a literal that tells it apart."""
    annotations = [field.annotation for field in model.model_fields.values()]
    told = [get_args(each) for each in annotations if get_origin(each) is Literal]
    return part == model.__name__ or any(part in each for each in told)


def _below(models: Models, part: str) -> Models:
    fields = (field for model in models for field in model.model_fields.items())
    annotations = [field.annotation for name, field in fields if part in (name, field.alias)]
    return tuple(dict.fromkeys(model for each in annotations for model in _models_in(each)))


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _without_echoes(found: Sequence[_Finding]) -> Iterator[_Finding]:
    """Not: an alternative that is out of the question, where another one was looked into; a list
    that is too short because an entry of it is wrong; a field that is missing because its name is
    misspelt."""
    meant = {(*each.path[:-1], each.meant) for each in found}
    for each in found:
        deeper = any(
            len(other.path) > len(each.path) and other.path[: len(each.path)] == each.path
            for other in found
        )
        is_misspelt = each.kind == MISSING and each.path in meant
        is_told_below = deeper and (each.is_alternative or each.kind == TOO_SHORT)
        if not (is_misspelt or is_told_below):
            yield each


def _said(group: Sequence[_Finding], remedies: Mapping[str, str]) -> FieldError:
    """What several alternatives have against one value, as one error."""
    first = group[0]
    field = ".".join(map(str, first.path))
    said = [_in_words(each) for each in group]
    named = ".".join(part for part in first.path if isinstance(part, str))
    ours = None if first.kind == UNKNOWN else remedies.get(field, remedies.get(named))
    alternatives = list(dict.fromkeys(remedy for _, remedy in said if remedy))
    joined = ". Or: ".join(each.rstrip(".") for each in alternatives) + "."
    own = said[0][1] if first.kind == OWN_WORDS else ""
    remedy = own or ours or (joined if alternatives else ANY_REMEDY)
    return FieldError(field=field[:INPUT_CHARACTERS], message=said[0][0], remedy=remedy)


def _in_words(finding: _Finding) -> tuple[str, str]:
    """Message and remedy; no remedy where nothing in particular helps."""
    error = finding.error
    if finding.kind == MISSING:
        return "The field is missing.", f"Add it: {finding.means}." if finding.means else "Add it."
    if finding.kind == UNKNOWN:
        first = f"Write {finding.meant}, or leave it out" if finding.meant else "Leave it out"
        return "The field is not known.", f"{first}; known are {', '.join(finding.known)}."
    shown = json.dumps(error.get("input"), default=str, ensure_ascii=False)[:INPUT_CHARACTERS]
    if finding.kind == OWN_WORDS:
        return _own_words(str(error["ctx"]["error"]), shown)
    remedy = next((r for kind, r in REMEDIES_BY_TYPE if finding.kind.startswith(kind)), "")
    told = {**error.get("ctx", {}), "known": ", ".join(finding.known)}
    return f"{shown} is not allowed here.", remedy.format(**told)


def _own_words(text: str, shown: str) -> tuple[str, str]:
    """Our own ValueErrors say what is wrong and, after a semicolon, what helps."""
    message, _, remedy = text.partition("; ")
    if not remedy:
        return f"{shown} is not allowed here: {message}.", ""
    first, _, rest = message.partition(" ")
    first = first if "_" in first else first[:1].upper() + first[1:]  # a field keeps its name
    return f"{first} {rest}.", f"{remedy[:1].upper()}{remedy[1:]}."
