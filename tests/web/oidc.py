"""A sign-in server with the protocol that Cognito speaks: code, PKCE (S256), refresh, sign-out.

It lets everybody in who clicks, and hands out a token that the embedded cloud knows. It does not
sign: a page that has a token from the token endpoint itself need not check its signature.
"""

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.serving import Quiet, served

CLIENT = "pages"
SUBJECT = "ada"
SCOPES = ["openid", "email"]


@dataclass
class SignInServer:
    """What it gave and what it was asked; `lives_s`: how long its tokens last."""

    url: str
    access_token: str
    lives_s: int = 3600
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    is_over: bool = False
    _codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)

    def config(self) -> dict[str, Any]:
        """As `/config.json` on AWS."""
        return {
            "signIn": {
                "kind": "cognito",
                "domain": self.url,
                "issuer": self.url,
                "clientId": CLIENT,
                "scopes": SCOPES,
            }
        }

    def authorize(self, told: dict[str, str]) -> str:
        """Where the browser is sent: back, with a code."""
        self.asked.append("authorize")
        assert told["response_type"] == "code"
        assert told["client_id"] == CLIENT
        assert told["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self._codes[code] = (told["code_challenge"], told["redirect_uri"])
        back = urlencode({"code": code, "state": told["state"]})
        return f"{told['redirect_uri']}?{back}"

    def token(self, told: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """The tokens, or why not."""
        self.asked.append(told["grant_type"])
        wrong = self._wrong(told)
        if wrong:
            self.refused.append(wrong)
            return HTTPStatus.BAD_REQUEST, {"error": wrong}
        given: dict[str, Any] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": self.lives_s if told["grant_type"] == "authorization_code" else 3600,
        }
        if told["grant_type"] == "authorization_code":
            refresh = secrets.token_urlsafe(16)
            self._refresh.add(refresh)
            given |= {"refresh_token": refresh, "id_token": self._id_token()}
        return HTTPStatus.OK, given

    def _wrong(self, told: dict[str, str]) -> str | None:
        if told.get("client_id") != CLIENT or "client_secret" in told:
            return "invalid_client"
        if told["grant_type"] == "refresh_token":
            is_known = told["refresh_token"] in self._refresh and not self.is_over
            return None if is_known else "invalid_grant"
        challenge, redirect = self._codes.pop(told["code"], ("", ""))
        hashed = hashlib.sha256(told["code_verifier"].encode()).digest()
        is_his = _base64url(hashed) == challenge and told["redirect_uri"] == redirect
        return None if is_his else "invalid_grant"

    def _id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "sub": SUBJECT, "iat": now, "exp": now + 3600}
        head = {"alg": "RS256", "kid": "1"}
        parts = (json.dumps(part).encode() for part in (head, claims))
        return ".".join([*map(_base64url, parts), _base64url(b"signature")])


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def sign_in_server(access_token: str) -> Iterator[SignInServer]:
    """Serve it at a port of this machine."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/oauth2/authorize":
                back = html.escape(known.authorize(told))
                self._page(f'<!doctype html><title>In</title><a href="{back}">Continue</a>')
            elif parts.path == "/logout":
                known.asked.append("logout")
                self._to(told["logout_uri"])
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = {name: values[0] for name, values in parse_qs(content).items()}
            status, document = known.token(told)
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.end_headers()
            self.wfile.write(body)

        def _page(self, page: str) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode())

        def _to(self, address: str) -> None:
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with served(Handler) as port:
        known = SignInServer(f"http://127.0.0.1:{port}", access_token)
        yield known
