"""What an API answers when it cannot do what was asked: RFC 9457 problem documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, Field

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_S = 5


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
    """Raised anywhere below an API; the caller reads all of it, remedy included."""

    status: HTTPStatus
    detail: str
    errors: tuple[FieldError, ...] = ()
    retry_after_s: int | None = None


def field_problem(status: HTTPStatus, field: str, message: str, remedy: str) -> Problem:
    """One field is to blame."""
    error = FieldError(field=field, message=message, remedy=remedy)
    return Problem(status, f"{message} {remedy}", (error,))


def answer(problem: Problem) -> Response[str]:
    """The problem as an HTTP response."""
    headers: dict[str, str | list[str]] = {"Cache-Control": "no-store"}
    wait_s = problem.retry_after_s
    if problem.status is HTTPStatus.SERVICE_UNAVAILABLE:
        wait_s = wait_s or RETRY_AFTER_S
    if wait_s is not None:
        headers["Retry-After"] = str(wait_s)
    return Response(problem.status.value, CONTENT_TYPE, _as_json(problem), headers)


def as_lambda(problem: Problem) -> dict[str, Any]:
    """The same in API Gateway's form, for what is refused before or after the routes."""
    response = answer(problem)
    return {
        "statusCode": response.status_code,
        "headers": {**response.headers, "Content-Type": CONTENT_TYPE},
        "body": response.body,
        "isBase64Encoded": False,
    }


def responses(refusals: Mapping[int, str], answers: Mapping[int, Any] | None = None) -> Any:
    """What a route may answer, for the API's description: its answers and its refusals."""
    content = {CONTENT_TYPE: {"model": ProblemDocument}}
    refused = {
        status: {"description": description, "content": content}
        for status, description in refusals.items()
    }
    return {**(answers or {}), **refused}


def _as_json(problem: Problem) -> str:
    """Half of a surrogate pair, echoed from a request, has no place in UTF-8."""
    document = ProblemDocument(
        title=problem.status.phrase,
        status=problem.status.value,
        detail=_sound(problem.detail),
        errors=[
            FieldError(**{name: _sound(text) for name, text in error.model_dump().items()})
            for error in problem.errors
        ],
    )
    return document.model_dump_json()


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
