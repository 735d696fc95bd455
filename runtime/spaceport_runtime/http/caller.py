"""Who asks: the claims that API Gateway's JWT authorizer has checked, read the same way everywhere.

Where there is no authorizer there is one user, the owner of the machine, whose subject is empty.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Caller:
    """An identity; `subject` is the token's `sub`, unique and never given to anybody else."""

    subject: str = ""


OWNER_OF_THE_MACHINE = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=OWNER_OF_THE_MACHINE)


def caller() -> Caller:
    """Whose request is being answered."""
    return _caller.get()


@contextmanager
def asked_by(event: Mapping[str, Any]) -> Iterator[None]:
    """Inside, `caller()` is who sent this request."""
    token = _caller.set(_caller_of(event))
    try:
        yield
    finally:
        _caller.reset(token)


def _caller_of(event: Mapping[str, Any]) -> Caller:
    authorizer = event["requestContext"].get("authorizer")
    if authorizer is None:
        return OWNER_OF_THE_MACHINE
    return Caller(str(authorizer["jwt"]["claims"]["sub"]))
