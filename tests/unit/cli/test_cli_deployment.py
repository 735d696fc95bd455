"""How a terminal is signed in to a deployment, and what it says when it is not."""

import base64
import hashlib
import hmac
import io
import json
import stat
import urllib.error
from io import StringIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from rich.console import Console

from spaceport_cli.cloud.access import problem_of
from spaceport_cli.deployment.account import AccountOptions
from spaceport_cli.deployment.cognito import Pool, Tokens, renew, sign_in
from spaceport_cli.deployment.collect import DeploymentCollector
from spaceport_cli.deployment.keeping import FILE_NAME, Keeping, SignIn
from spaceport_cli.deployment.login import LoginOptions, login, logout
from spaceport_cli.deployment.where import checked, find_deployment
from spaceport_cli.main import main
from spaceport_runtime.errors import UserError

API = "https://abc.execute-api.eu-central-1.amazonaws.com"
POOL = Pool("eu-central-1_AbCdEfGhI", "client")
ISSUER = f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL.id}"
GOOD = Tokens("access", 4e9, "refresh")
ADDRESS, PASSWORD = "ada@example.com", "Correct horse 1!"
# RFC 5054's 3072-bit group, as Cognito uses it.
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)


def padded(number: int) -> bytes:
    """As Cognito hashes numbers: the fewest bytes, with a zero in front of a high bit."""
    text = f"{number:x}"
    text = "0" + text if len(text) % 2 else text
    return bytes.fromhex("00" + text if text[0] in "89abcdef" else text)


def hashed(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest())


class Cognito:
    """A pool's side of SRP with its own arithmetic: it knows a verifier, never the password."""

    def __init__(self, challenges: tuple[str, ...] = ()) -> None:
        self.user, self.salt, self.b = "ada-sub", 0x1234ABCD, 0x77777777777
        x = hashed(padded(self.salt), self._identity(PASSWORD))
        self.verifier = pow(2, x, N)
        self.challenges = list(challenges)
        self.answers: list[dict[str, str]] = []
        self.revoked: list[str] = []

    def _identity(self, password: str) -> bytes:
        name = POOL.id.partition("_")[2]
        return hashlib.sha256(f"{name}{self.user}:{password}".encode()).digest()

    def initiate_auth(
        self, ClientId: str, AuthFlow: str, AuthParameters: dict[str, str]
    ) -> dict[str, Any]:
        assert ClientId == POOL.client_id
        if AuthFlow == "REFRESH_TOKEN_AUTH":
            if AuthParameters["REFRESH_TOKEN"] != "refresh" or self.revoked:
                raise refusal("NotAuthorizedException", "Refresh Token has been revoked")
            return {"AuthenticationResult": {"AccessToken": "renewed", "ExpiresIn": 3600}}
        assert AuthFlow == "USER_SRP_AUTH"
        assert PASSWORD not in str(AuthParameters)
        self.a = int(AuthParameters["SRP_A"], 16)
        k = hashed(padded(N), padded(2))
        self.public = (k * self.verifier + pow(2, self.b, N)) % N
        self.block = base64.b64encode(b"a secret block").decode()
        parameters = {
            "USER_ID_FOR_SRP": self.user,
            "USERNAME": self.user,
            "SALT": f"{self.salt:x}",
            "SRP_B": f"{self.public:x}",
            "SECRET_BLOCK": self.block,
        }
        return {"ChallengeName": "PASSWORD_VERIFIER", "ChallengeParameters": parameters}

    def respond_to_auth_challenge(
        self,
        ClientId: str,
        ChallengeName: str,
        ChallengeResponses: dict[str, str],
        Session: str = "",
    ) -> dict[str, Any]:
        assert ClientId == POOL.client_id
        if ChallengeName == "PASSWORD_VERIFIER":
            self._verify(ChallengeResponses)
        else:
            assert (ChallengeName, Session) == (self.challenges.pop(0), "session")
            assert ChallengeResponses.pop("USERNAME") == self.user
            self.answers.append(ChallengeResponses)
        if self.challenges:
            return {"ChallengeName": self.challenges[0], "Session": "session"}
        tokens = {"AccessToken": "access", "RefreshToken": "refresh", "ExpiresIn": 3600}
        return {"AuthenticationResult": tokens}

    def revoke_token(self, ClientId: str, Token: str) -> None:
        self.revoked.append(Token)

    def _verify(self, given: dict[str, str]) -> None:
        u = hashed(padded(self.a), padded(self.public))
        shared = pow(self.a * pow(self.verifier, u, N), self.b, N)
        mixed = hmac.digest(padded(u), padded(shared), "sha256")
        key = hmac.digest(mixed, b"Caldera Derived Key\x01", "sha256")[:16]
        name = POOL.id.partition("_")[2]
        said = f"{name}{self.user}".encode() + b"a secret block" + given["TIMESTAMP"].encode()
        signature = base64.b64encode(hmac.digest(key, said, "sha256")).decode()
        if not hmac.compare_digest(signature, given["PASSWORD_CLAIM_SIGNATURE"]):
            raise refusal("NotAuthorizedException", "Incorrect username or password.")


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "InitiateAuth")


def console() -> Console:
    return Console(file=StringIO(), width=200)


def options(**changes: Any) -> LoginOptions:
    fields = {"endpoint": API, "pool": POOL.id, "client": POOL.client_id, "address": ADDRESS}
    return LoginOptions(**{**fields, "account": AccountOptions(), **changes})


def test_a_password_is_proved_and_never_sent() -> None:
    tokens = sign_in(Cognito(), POOL, ADDRESS, PASSWORD, lambda _what: "")
    assert (tokens.access, tokens.refresh) == ("access", "refresh")


def test_a_wrong_password_is_one_sentence() -> None:
    with pytest.raises(UserError, match="did not let you in") as refused:
        sign_in(Cognito(), POOL, ADDRESS, "Wrong horse 1!", lambda _what: "")
    assert refused.value.remedy == "Check address and password."


def test_who_was_just_invited_chooses_a_password_and_an_authenticator_is_asked() -> None:
    cognito = Cognito(("NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA"))
    typed = {
        "A new password of your own: ": "Mine 123456!",
        "The code of your authenticator: ": "7",
    }
    sign_in(cognito, POOL, ADDRESS, PASSWORD, typed.__getitem__)
    assert cognito.answers == [{"NEW_PASSWORD": "Mine 123456!"}, {"SOFTWARE_TOKEN_MFA_CODE": "7"}]


def test_what_a_terminal_cannot_answer_is_said() -> None:
    with pytest.raises(UserError, match="MFA_SETUP, which cannot be answered in a terminal"):
        sign_in(Cognito(("MFA_SETUP",)), POOL, ADDRESS, PASSWORD, lambda _what: "")


def test_a_sign_in_is_kept_for_its_owner_only_and_without_the_password(tmp_path: Path) -> None:
    keeping, cognito = Keeping(tmp_path / "spaceport"), Cognito()
    login(options(), console(), lambda _what: PASSWORD, keeping, lambda _pool: cognito)
    path = tmp_path / "spaceport" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert PASSWORD not in path.read_text()
    assert keeping.current == API
    # Known there now: neither the pool nor the API has to be typed again.
    again = options(endpoint=None, pool=None, client=None)
    login(again, console(), lambda _what: PASSWORD, keeping, lambda _pool: cognito)
    logout(None, console(), keeping, lambda _pool: cognito)
    assert cognito.revoked == ["refresh"]
    assert "refresh" not in path.read_text()


def test_a_token_is_renewed_as_it_runs_out(tmp_path: Path) -> None:
    keeping, cognito = Keeping(tmp_path), Cognito()
    keeping.keep(API, SignIn(POOL, Tokens("old", 0.0, "refresh")))
    deployment = find_deployment(None, {}, keeping, lambda _pool: cognito)
    assert deployment.token == "renewed"
    kept = keeping.find(API)
    assert kept is not None
    assert (kept.tokens.access, kept.tokens.refresh) == ("renewed", "refresh")


def test_a_sign_in_that_has_ended_is_one_sentence() -> None:
    with pytest.raises(UserError, match="Your sign-in was not renewed") as refused:
        renew(Cognito(), POOL, Tokens("old", 0.0, "too old"))
    assert refused.value.remedy == "Sign in again with 'spaceport login'."


def test_the_last_deployment_is_meant_unless_another_is_named(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    other = "https://splats.example.com/api"
    keeping.keep(other, SignIn(POOL, Tokens("other", 4e9, "refresh")))
    keeping.keep(API, SignIn(POOL, GOOD))
    assert find_deployment(None, {}, keeping).api_url == API
    assert find_deployment(other + "/", {}, keeping).token == "other"
    script = {"SPACEPORT_ENDPOINT": other, "SPACEPORT_TOKEN": "t0ken"}
    assert find_deployment(None, script, keeping).token == "t0ken"


@pytest.mark.parametrize(
    ("endpoint", "environment", "told"),
    [
        (None, {}, "No deployment is known here"),
        ("http://splats.example.com", {}, "would carry your token unencrypted"),
        ("splats.example.com", {}, "is not the address of an API"),
        ("https://", {}, "is not the address of an API"),
        ("https://a:99999999", {}, "is not the address of an API"),
        ("https://you:me@splats.example.com", {}, "is not the address of an API"),
        ("file:///etc/passwd", {}, "is not the address of an API"),
        (API, {}, "You are not signed in to"),
        (API, {"SPACEPORT_TOKEN": "two\nlines"}, "holds no token"),
    ],
)
def test_what_is_missing_is_said(
    endpoint: str | None, environment: dict[str, str], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=told) as refused:
        find_deployment(endpoint, environment, Keeping(tmp_path))
    assert refused.value.remedy


def test_a_file_that_is_torn_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("{")
    with pytest.raises(UserError, match="cannot be read"):
        find_deployment(None, {}, Keeping(tmp_path))


def test_addresses_are_the_same_however_they_are_written() -> None:
    assert checked(f" {API.replace('abc', 'ABC')}/ ") == API
    assert checked("http://127.0.0.1:8080/") == "http://127.0.0.1:8080"


@mock_aws
def test_an_operator_needs_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "t")
    ssm = boto3.client("ssm", region_name="eu-central-1")
    values = {"api-url": API, "user-pool": POOL.id, "user-pool-client": POOL.client_id}
    for name, value in values.items():
        ssm.put_parameter(Name=f"/spaceport-dev/{name}", Value=value, Type="String")
    keeping, account = Keeping(tmp_path), AccountOptions(region="eu-central-1", stage="dev")
    wanted = options(endpoint=None, pool=None, client=None, account=account)
    login(wanted, console(), lambda _what: PASSWORD, keeping, lambda _pool: Cognito())
    assert keeping.find(API) is not None
    elsewhere = AccountOptions(region="eu-central-1")
    nothing = options(endpoint=None, pool=None, client=None, account=elsewhere)
    with pytest.raises(UserError, match="There is no deployment 'spaceport'"):
        login(nothing, console(), lambda _what: PASSWORD, Keeping(tmp_path / "new"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pool": None}, "A pool needs its client"),
        ({"pool": "nonsense"}, "is not a pool's id"),
        (
            {"pool": None, "client": None, "endpoint": "http://127.0.0.1:9"},
            "Who signs people in at http://127.0.0.1:9 is not known",
        ),
        ({"address": "nobody"}, "is not an e-mail address"),
    ],
)
def test_a_login_that_cannot_work_is_one_sentence(
    changes: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=told):
        login(options(**changes), console(), lambda _what: PASSWORD, Keeping(tmp_path))


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({"signIn": {"issuer": ISSUER, "clientId": POOL.client_id}}, ""),
        ({"signIn": {"kind": "own"}}, "is not known"),
        ({"signIn": {"issuer": "https://evil.example/x_y", "clientId": "c"}}, "elsewhere than in"),
        ([], "is not known"),
    ],
)
def test_a_site_says_how_its_people_sign_in(
    config: Any, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def site(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(json.dumps(config).encode())

    monkeypatch.setattr("urllib.request.urlopen", site)
    keeping, wanted = Keeping(tmp_path), options(pool=None, client=None)
    if told:
        with pytest.raises(UserError, match=told):
            login(wanted, console(), lambda _what: PASSWORD, keeping, lambda _pool: Cognito())
        return
    login(wanted, console(), lambda _what: PASSWORD, keeping, lambda _pool: Cognito())
    kept = keeping.find(API)
    assert kept is not None
    assert kept.pool == POOL
    assert asked == [f"{API}/config.json"]


def test_nobody_to_ask_is_said(tmp_path: Path) -> None:
    def gone(_what: str) -> str:
        raise EOFError

    with pytest.raises(UserError, match="nobody here to ask"):
        login(options(), console(), gone, Keeping(tmp_path))


def test_api_gateways_own_refusal_is_a_sentence() -> None:
    answer = io.BytesIO(b'{"message":"Unauthorized"}')
    error = urllib.error.HTTPError(API, 401, "Unauthorized", {}, answer)  # type: ignore[arg-type]
    refused = problem_of(error)
    assert (refused.status, refused.remedy) == (401, "Run 'spaceport login'.")


@pytest.mark.parametrize(
    "path", ["../.bashrc", "/etc/passwd", "a/../../b", ".spaceport/run.json", "a\\b", "", "a\nb"]
)
def test_a_deployment_writes_nowhere_but_into_the_results(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = {"path": path, "bytes": 1, "sha256": "0" * 64, "url": "https://example.com"}
    answer = {"attempt": 1, "files": [line]}
    monkeypatch.setattr("spaceport_cli.deployment.collect.ask", lambda *_: answer)
    deployment = find_deployment(API, {"SPACEPORT_TOKEN": "t"}, Keeping(tmp_path))
    with pytest.raises(UserError, match="outside of the results' folder"):
        DeploymentCollector(deployment, "0123456789ab", tmp_path / "out").collect(
            lambda _text: None
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["--endpoint", "http://splats.example.com"], "unencrypted"),
        (["--cloud"], "No deployment is known here"),
    ],
)
def test_the_command_says_one_sentence(
    typed: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("SPACEPORT_ENDPOINT", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    assert main(["run", "photos", *typed]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]
