"""Pydantic's findings about a request, in words: which field is to blame, and what helps."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from spaceport_runtime.http.problems import FieldError, Problem

ANY_REMEDY = "See docs/openapi.json for what may be asked."
FIELDS_NAMED = 20
INPUT_CHARACTERS = 100
# Where in a request a value stands; the caller knows the field by what comes after.
PLACES = ("body", "query", "path", "header", "cookie")


def validation_problem(
    errors: Sequence[Mapping[str, Any]], known: Sequence[str], remedies: Mapping[str, str]
) -> Problem:
    """The 422; `known` are the fields that the body may have, `remedies` are by field."""
    found = [_field_error(error, known, remedies) for error in errors[:FIELDS_NAMED]]
    names = ", ".join(dict.fromkeys(error.field for error in found))
    detail = f"The request cannot be understood: look at {names}."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, tuple(found))


def _field_error(
    error: Mapping[str, Any], known: Sequence[str], remedies: Mapping[str, str]
) -> FieldError:
    parts = list(error["loc"])
    if len(parts) > 1 and parts[0] in PLACES:
        parts = parts[1:]
    field = ".".join(str(part) for part in parts)
    remedy = remedies.get(field, ANY_REMEDY)
    if error["type"] == "missing":
        return FieldError(field=field, message="The field is missing.", remedy=remedy)
    if error["type"] == "extra_forbidden":
        return FieldError(
            field=field[:INPUT_CHARACTERS],
            message="The field is not known.",
            remedy=f"Leave it out; known are {', '.join(known)}.",
        )
    given = json.dumps(error.get("input"), default=str, ensure_ascii=False)[:INPUT_CHARACTERS]
    return FieldError(field=field, message=f"{given} is not allowed here.", remedy=remedy)
