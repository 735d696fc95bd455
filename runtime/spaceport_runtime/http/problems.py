"""What an API answers when it cannot do what was asked: RFC 9457 problem documents."""

from dataclasses import dataclass
from http import HTTPStatus

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
    """Raised anywhere below an API; the caller reads all of it, remedy included."""

    status: HTTPStatus
    detail: str
    errors: tuple[FieldError, ...] = ()


def answer(problem: Problem) -> Response[str]:
    """The problem as an HTTP response."""
    document = ProblemDocument(
        title=problem.status.phrase,
        status=problem.status.value,
        detail=problem.detail,
        errors=list(problem.errors),
    )
    return Response(problem.status.value, CONTENT_TYPE, document.model_dump_json())
