"""What the API answers when it cannot do what was asked: RFC 9457 problem documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, Field

CONTENT_TYPE = "application/problem+json"


class FieldError(BaseModel):
    """What is wrong with one field, and what to do about it."""

    field: str
    message: str
    remedy: str


class ProblemDocument(BaseModel):
    """A problem document (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = Field(default_factory=list)


@dataclass
class Problem(Exception):
    """Raised anywhere below the API; the caller reads all of it."""

    status: HTTPStatus
    detail: str
    errors: tuple[FieldError, ...] = ()


def field_problem(status: HTTPStatus, field: str, message: str, remedy: str) -> Problem:
    """One field is to blame."""
    return Problem(
        status, f"{message} {remedy}", (FieldError(field=field, message=message, remedy=remedy),)
    )


def answer(problem: Problem) -> Response[str]:
    """The problem as an HTTP response."""
    document = ProblemDocument(
        title=problem.status.phrase,
        status=problem.status.value,
        detail=problem.detail,
        errors=list(problem.errors),
    )
    return Response(problem.status.value, CONTENT_TYPE, document.model_dump_json())


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
