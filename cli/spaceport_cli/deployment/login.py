"""`spaceport login` and `spaceport logout`."""

import getpass
import json
import re
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from spaceport_cli.cloud.access import API_TIMEOUT_S
from spaceport_cli.deployment.account import AccountOptions, session_of
from spaceport_cli.deployment.cognito import Ask, Pool, cognito_client, revoke, sign_in
from spaceport_cli.deployment.keeping import Keeping, SignIn
from spaceport_cli.deployment.where import Clients, checked
from spaceport_cli.run.checks import check_email
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.voice import say
from spaceport_runtime.errors import UserError

ISSUER = re.compile(
    r"https://cognito-idp\.[a-z0-9-]+\.amazonaws\.com/(?P<pool>[\w-]+_[A-Za-z0-9]+)"
)
CONFIG_BYTES = 1 << 16
NOT_COGNITO = "Get a token there, and set SPACEPORT_TOKEN to it."
TOLD = ("api-url", "user-pool", "user-pool-client")
BOTH = "Give both --pool and --client, as the output TerminalSignIn of Spaceport-Api shows them."


@dataclass(frozen=True)
class LoginOptions:
    """What was typed."""

    endpoint: str | None
    pool: str | None
    client: str | None
    address: str | None
    account: AccountOptions


def login(
    options: LoginOptions,
    console: Console,
    ask: Ask = getpass.getpass,
    keeping: Keeping | None = None,
    client_of: Clients = cognito_client,
) -> int:
    """Ask for the password, sign in, and remember it; the password is kept nowhere."""
    keeping = keeping or Keeping()
    check_email(options.address)
    api_url, pool = _whereto(options, keeping)
    address = options.address or _asked(input, "E-mail address: ").strip()
    check_email(address)
    password = _asked(ask, "Password: ")
    if not password:
        raise UserError("There is no password.", "Type the one that the invitation brought.")
    tokens = sign_in(client_of(pool), pool, address, password, lambda what: _asked(ask, what))
    keeping.keep(api_url, SignIn(pool, tokens))
    say(console, f"Signed in to {api_url}. 'spaceport run PHOTOS --cloud' runs there.")
    return EXIT_DONE


def logout(
    endpoint: str | None,
    console: Console,
    keeping: Keeping | None = None,
    client_of: Clients = cognito_client,
) -> int:
    """Forget the sign-in here first, then have Cognito forget it."""
    keeping = keeping or Keeping()
    api_url = checked(endpoint) if endpoint else keeping.current
    known = keeping.find(api_url) if api_url else None
    if known is None:
        raise UserError("You are not signed in there.", "Nothing is to be done.")
    keeping.forget(api_url)
    revoke(client_of(known.pool), known.pool, known.tokens)
    say(console, f"Signed out of {api_url}.")
    return EXIT_DONE


def _whereto(options: LoginOptions, keeping: Keeping) -> tuple[str, Pool]:
    """As it was typed, as it was before, or as the deployment's stacks tell its operator."""
    if bool(options.pool) != bool(options.client):
        raise UserError("A pool needs its client, and a client its pool.", BOTH)
    if options.endpoint and options.pool and options.client:
        if "_" not in options.pool:
            raise UserError(f"'{options.pool}' is not a pool's id.", "It looks like REGION_ABCDEF.")
        return checked(options.endpoint), Pool(options.pool, options.client)
    endpoint = checked(options.endpoint) if options.endpoint else keeping.current
    known = keeping.find(endpoint) if endpoint else None
    if known is not None:
        return endpoint, known.pool
    if options.endpoint:
        return endpoint, _told_by_site(endpoint)
    return _told_by_stacks(options.account)


def _told_by_site(endpoint: str) -> Pool:
    """The site of a deployment says how its pages sign in; its address is its API's, too.

    Raises UserError where it says nothing of a Cognito pool: an API alone does not.
    """
    try:
        with urllib.request.urlopen(f"{endpoint}/config.json", timeout=API_TIMEOUT_S) as answer:
            told = json.loads(answer.read(CONFIG_BYTES))["signIn"]
        issuer = ISSUER.fullmatch(str(told["issuer"]))
        client_id = str(told["clientId"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise UserError(f"Who signs people in at {endpoint} is not known.", BOTH) from error
    if issuer is None:
        raise UserError(f"{endpoint} signs people in elsewhere than in Cognito.", NOT_COGNITO)
    return Pool(issuer["pool"], client_id)


def _told_by_stacks(account: AccountOptions) -> tuple[str, Pool]:
    ssm: Any = session_of(account).client("ssm")
    names = [f"/{account.deployment}/{key}" for key in TOLD]
    try:
        found = ssm.get_parameters(Names=names)["Parameters"]
    except (ClientError, BotoCoreError) as error:
        told = f"The account could not be asked for the deployment ({error})."
        raise UserError(told, "Give API, --pool and --client instead.") from error
    values = {each["Name"]: str(each["Value"]) for each in found}
    if set(values) != set(names):
        told = f"There is no deployment '{account.deployment}' with a Cognito pool there."
        raise UserError(told, "Look at --stage, --region and --profile.")
    api_url, pool, client = (values[name] for name in names)
    return checked(api_url), Pool(pool, client)


def _asked(ask: Ask, what: str) -> str:
    try:
        return ask(what)
    except EOFError as error:
        remedy = "Set SPACEPORT_TOKEN in scripts."
        raise UserError("There is nobody here to ask.", remedy) from error
