"""Ingest's problem documents: which field is to blame, and what helps."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from spaceport_runtime.http.problems import CONTENT_TYPE, FieldError, Problem, answer


def field_problem(status: HTTPStatus, field: str, message: str, remedy: str) -> Problem:
    """One field is to blame."""
    return Problem(
        status, f"{message} {remedy}", (FieldError(field=field, message=message, remedy=remedy),)
    )


def lambda_answer(problem: Problem) -> dict[str, Any]:
    """The same in API Gateway's form, for what is refused before the router sees it."""
    response = answer(problem)
    return {
        "statusCode": response.status_code,
        "headers": {"content-type": CONTENT_TYPE},
        "body": response.body,
        "isBase64Encoded": False,
    }


REMEDIES = {
    "s3Url": "Give the S3 address of a zip, a manifest.json, a folder or a .ply in our bucket.",
    "email": "Give the address to write to, such as ada@example.org.",
    "pipelineStep": "Use sfm, 3dgs or compression.",
    "from": "Use sfm, 3dgs or compression.",
    "quality": "Use draft, standard or high.",
    "title": "Give a title of at most 200 characters, or none.",
}


def validation_problem(errors: Sequence[Mapping[str, Any]], known: Sequence[str]) -> Problem:
    """Pydantic's findings in words; `known` are the fields that the request may have."""
    found = [_field_error(error, known) for error in errors]
    names = ", ".join(error.field for error in found)
    detail = f"The request cannot be understood: look at {names}."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, tuple(found))


def _field_error(error: Mapping[str, Any], known: Sequence[str]) -> FieldError:
    field = ".".join(str(part) for part in error["loc"] if part != "body") or "body"
    remedy = REMEDIES.get(field, "See docs/openapi.json for what the request may hold.")
    if error["type"] == "missing":
        return FieldError(field=field, message="The field is missing.", remedy=remedy)
    if error["type"] == "extra_forbidden":
        return FieldError(
            field=field,
            message="The field is not known.",
            remedy=f"Leave it out; known are {', '.join(known)}.",
        )
    given = json.dumps(error.get("input"), default=str, ensure_ascii=False)[:100]
    return FieldError(field=field, message=f"{given} is not allowed here.", remedy=remedy)
