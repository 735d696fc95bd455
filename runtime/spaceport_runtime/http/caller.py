"""Who asks: the claims that API Gateway's JWT authorizer has checked, read the same way everywhere.

On this machine the embedded cloud's front door says the same about whoever has its token. Nobody
signed in on a route that is open because its path holds a secret; there, nothing is anybody's.
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

    def owns(self, owner: str) -> bool:
        """Whether the caller may see and change what is the owner's.

        What nobody signed in for (an object that was put into the bucket with AWS's own keys) is
        for whoever knows its id, which cannot be guessed.
        """
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
