"""Who asks: the claims that API Gateway's JWT authorizer has checked, read the same way everywhere.

Where there is no authorizer nobody signs in: on this machine, which has one user, and on a route
that its deployment opened because what it names cannot be guessed.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Caller:
    """An identity; `subject` is the token's `sub`, unique and never given to anybody else.

    It is empty for who did not sign in, as is the owner of what nobody signed in for.
    """

    subject: str = ""

    def may_read(self, owner: str) -> bool:
        """Whether the caller may see what is the owner's, having named it by an id that cannot be
        guessed: anybody but somebody else."""
        return self.subject == "" or owner in ("", self.subject)

    def may_change(self, owner: str) -> bool:
        """Whether the caller may change what is the owner's."""
        return owner in ("", self.subject)


NOBODY = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)


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
        return NOBODY
    return Caller(str(authorizer["jwt"]["claims"]["sub"]))
