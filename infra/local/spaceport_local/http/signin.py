"""Who asks on this machine: the part of API Gateway's authorizer and of Cognito's sign-in page.

A program sends `Authorization: Bearer TOKEN`, with the token that lies in the state folder. A
browser opens the link that `spaceport up` prints, which has the token in it, and from then on
sends a cookie; no page can read that one, and no page of anybody else makes a browser send it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Request

OWNER = "local"  # the subject of whoever has the state folder
SESSION_S = 30 * 24 * 3600
BEARER = "bearer"
SALT = "session"
HOW = (
    "Open the link that 'spaceport up' printed, or send the header Authorization: Bearer with the "
    "token from the file 'token' in its state folder."
)
UNKNOWN = f"Spaceport does not know who you are. {HOW}"


@dataclass(frozen=True)
class Session:
    """Whether somebody is signed in, for pages that ask."""

    signed_in: bool
    subject: str | None

    def as_json(self) -> dict[str, Any]:
        """As `GET /session` answers it; there is no address to sign in at: the link does it."""
        shown = {"signedIn": self.signed_in, "subject": self.subject}
        return {**shown, "mode": "local", "signIn": None}


class SignIn:
    """Knows people by their tokens; `guests` are more tokens, and whose they are."""

    def __init__(self, token: str, guests: Mapping[str, str] | None = None) -> None:
        self._subjects = {token: OWNER, **(guests or {})}
        self._sessions = URLSafeTimedSerializer(
            token, salt=SALT, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def subject_of(self, request: Request) -> str | None:
        """Who sent the request; None for nobody that is known. A header counts for more."""
        header = request.headers.get("Authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            return self._owner_of(token.strip()) if scheme.lower() == BEARER else None
        return self._of_session(request.cookies.get(cookie_name(request), ""))

    def session(self, request: Request) -> Session:
        """How the request is signed in."""
        subject = self.subject_of(request)
        return Session(subject is not None, subject)

    def cookie_for(self, token: str, request: Request) -> str | None:
        """The cookie that a visitor with a token is given; None for a token that is none."""
        subject = self._owner_of(token)
        if subject is None:
            return None
        return dump_cookie(
            cookie_name(request),
            str(self._sessions.dumps(subject)),
            max_age=SESSION_S,
            path="/",
            httponly=True,
            samesite="Strict",
        )

    def _owner_of(self, token: str) -> str | None:
        given = token.encode("utf-8", "replace")
        found = None
        for known, subject in self._subjects.items():
            if secrets.compare_digest(known.encode(), given):
                found = subject
        return found

    def _of_session(self, cookie: str) -> str | None:
        """Raises nothing: a forged or an old cookie is nobody's."""
        try:
            subject = str(self._sessions.loads(cookie, max_age=SESSION_S))
        except BadSignature:  # too old is one, too
            return None
        return subject if subject in self._subjects.values() else None


def cookie_name(request: Request) -> str:
    """Browsers keep cookies by name and not by port: two Spaceports must not share one."""
    return f"spaceport-{request.environ.get('SERVER_PORT', '')}"
