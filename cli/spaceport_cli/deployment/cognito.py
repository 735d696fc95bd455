"""Sign in to a deployment's Cognito pool from a terminal: SRP, so the password never travels.

The arithmetic of SRP is pycognito's; what Cognito may ask on the way (a first password of one's
own, a code from an authenticator) is asked of the user.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from spaceport_runtime.errors import UserError

REMEDIES = {
    "NotAuthorizedException": "Check address and password.",
    "UserNotFoundException": "Ask whoever runs the deployment to invite you.",
    "PasswordResetRequiredException": "Set a new password on the deployment's site.",
    "InvalidPasswordException": "Choose one of 12 characters with large, small, digit and sign.",
    "CodeMismatchException": "Type the newest code of your authenticator.",
    "TooManyRequestsException": "Wait a minute.",
    "LimitExceededException": "Wait a quarter of an hour.",
}
NOT_IN, ENDED = "Cognito did not let you in", "Your sign-in was not renewed"
EARLY_S = 60.0  # a token that ends within this time is taken as ended


@dataclass(frozen=True)
class Pool:
    """Who knows the people: the pool's id (`REGION_XXXXXXXXX`) and the client's for terminals."""

    id: str
    client_id: str

    @property
    def region(self) -> str:
        """A pool's id begins with it."""
        return self.id.partition("_")[0]


@dataclass(frozen=True)
class Tokens:
    """What signs in for an hour (`access`), and what gets the next one."""

    access: str
    expires_at_s: float
    refresh: str

    def are_good(self, now_s: float) -> bool:
        """They outlast the next request."""
        return now_s < self.expires_at_s - EARLY_S


Ask = Callable[[str], str]
"""Asks the user for what nobody may read over a shoulder."""


def cognito_client(pool: Pool) -> Any:
    """A client that signs nothing: who signs in has no AWS keys."""
    import boto3  # noqa: PLC0415

    config = Config(signature_version=UNSIGNED)
    return boto3.session.Session().client("cognito-idp", region_name=pool.region, config=config)


def sign_in(client: Any, pool: Pool, address: str, password: str, ask: Ask) -> Tokens:
    """Raises UserError with Cognito's reason when it does not let the user in."""
    from pycognito.aws_srp import AWSSRP  # noqa: PLC0415 - half a second, for one command

    srp = AWSSRP(address, password, pool.id, pool.client_id, client=client)
    begun = srp.get_auth_params()
    answer = _asked(
        client.initiate_auth,
        NOT_IN,
        ClientId=pool.client_id,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters=begun,
    )
    user = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", address)
    while "ChallengeName" in answer:
        challenge = answer["ChallengeName"]
        if challenge == AWSSRP.PASSWORD_VERIFIER_CHALLENGE:
            told = srp.process_challenge(answer["ChallengeParameters"], begun)
        else:
            told = {"USERNAME": user, **_told(challenge, ask)}
        session = {"Session": answer["Session"]} if answer.get("Session") else {}
        answer = _asked(
            client.respond_to_auth_challenge,
            NOT_IN,
            ClientId=pool.client_id,
            ChallengeName=challenge,
            ChallengeResponses=told,
            **session,
        )
    return _tokens(answer["AuthenticationResult"])


def renew(client: Any, pool: Pool, tokens: Tokens) -> Tokens:
    """The next hour; raises UserError when the sign-in itself has ended."""
    answer = _asked(
        client.initiate_auth,
        ENDED,
        ClientId=pool.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": tokens.refresh},
    )
    return _tokens(answer["AuthenticationResult"], tokens.refresh)


def revoke(client: Any, pool: Pool, tokens: Tokens) -> None:
    """Nobody gets in with these again; those of the hour run out by themselves."""
    _asked(
        client.revoke_token,
        "Cognito did not forget you",
        ClientId=pool.client_id,
        Token=tokens.refresh,
    )


def _told(challenge: str, ask: Ask) -> dict[str, str]:
    if challenge == "NEW_PASSWORD_REQUIRED":
        return {"NEW_PASSWORD": ask("A new password of your own: ")}
    if challenge == "SOFTWARE_TOKEN_MFA":
        return {"SOFTWARE_TOKEN_MFA_CODE": ask("The code of your authenticator: ")}
    raise UserError(
        f"Cognito asks for {challenge}, which cannot be answered in a terminal.",
        "Sign in on the deployment's site first.",
    )


def _tokens(result: Any, refresh: str = "") -> Tokens:
    ends_s = time.time() + float(result["ExpiresIn"])
    return Tokens(result["AccessToken"], ends_s, result.get("RefreshToken") or refresh)


def _asked(operation: Callable[..., Any], refused: str, **request: Any) -> Any:
    try:
        return operation(**request)
    except ClientError as error:
        code, told = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        remedy = REMEDIES.get(code, "Check the pool and the client that you named.")
        if refused == ENDED and code == "NotAuthorizedException":
            remedy = "Sign in again with 'spaceport login'."
        raise UserError(f"{refused} ({told.rstrip('.')}).", remedy) from error
    except BotoCoreError as error:
        raise _unreachable() from error


def _unreachable() -> UserError:
    return UserError("Cognito does not answer.", "Look at the network and at the pool's region.")
