"""Which deployment is meant, and the token that signs the user in to it."""

import os
import re
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spaceport_cli.cloud.access import is_loopback
from spaceport_cli.deployment.cognito import Pool, cognito_client, renew
from spaceport_cli.deployment.keeping import Keeping, SignIn
from spaceport_runtime.errors import UserError

ENDPOINT_VARIABLE, TOKEN_VARIABLE = "SPACEPORT_ENDPOINT", "SPACEPORT_TOKEN"
TOKEN = re.compile(r"[\x21-\x7e]+")
HOW = "Sign in with 'spaceport login SITE', or name its address with --endpoint."
Clients = Callable[[Pool], Any]


@dataclass(frozen=True)
class Deployment:
    """A deployment's HTTP API, and how the user is known there now."""

    api_url: str
    _token: Callable[[], str]

    @property
    def token(self) -> str:
        """Good for the next request; raises UserError when the sign-in has ended."""
        return self._token()


def find_deployment(
    endpoint: str | None,
    environment: Mapping[str, str] = os.environ,
    keeping: Keeping | None = None,
    client_of: Clients = cognito_client,
) -> Deployment:
    """The one that was named, or signed in to last.

    The token is SPACEPORT_TOKEN's where that is set (for scripts, and for a `spaceport up`), or the
    sign-in's, renewed as it runs out. Raises UserError, one sentence, for what is missing.
    """
    keeping = keeping or Keeping()
    named = endpoint or environment.get(ENDPOINT_VARIABLE) or keeping.current
    if not named:
        raise UserError("No deployment is known here.", HOW)
    api_url = checked(named)
    given = environment.get(TOKEN_VARIABLE, "").strip()
    if given:
        if not TOKEN.fullmatch(given):
            raise UserError(f"{TOKEN_VARIABLE} holds no token.", "Set it to one line, as it is.")
        return Deployment(api_url, lambda: given)
    if keeping.find(api_url) is None:
        told = f"You are not signed in to {api_url}."
        remedy = f"Run 'spaceport login {api_url}', or set {TOKEN_VARIABLE}."
        raise UserError(told, remedy)
    return Deployment(api_url, lambda: _renewed(api_url, keeping, client_of))


def checked(endpoint: str) -> str:
    """The address without what does not tell deployments apart.

    Raises UserError for what is no address, and where a token would travel in the clear.
    """
    try:
        parts = urllib.parse.urlsplit(endpoint.strip())
        usable = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        usable = port_is_one = False
    if not (usable and port_is_one and parts.scheme in ("https", "http")):
        told = f"'{endpoint}' is not the address of an API."
        raise UserError(told, "Write it like https://abc.execute-api.eu-central-1.amazonaws.com.")
    if parts.scheme == "http" and not is_loopback(endpoint.strip()):
        raise UserError(f"{endpoint} would carry your token unencrypted.", "Use https://.")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def _renewed(api_url: str, keeping: Keeping, client_of: Clients) -> str:
    known = keeping.find(api_url)
    if known is None:
        raise UserError(f"You have signed out of {api_url}.", "Run 'spaceport login'.")
    if known.tokens.are_good(time.time()):
        return known.tokens.access
    tokens = renew(client_of(known.pool), known.pool, known.tokens)
    keeping.keep(api_url, SignIn(known.pool, tokens))
    return tokens.access
