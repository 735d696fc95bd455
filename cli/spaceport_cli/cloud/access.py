"""Talk to a cloud: its HTTP API, and where a running one is to be found."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config

from spaceport_local.disk.secrets import Secrets, read_secrets
from spaceport_runtime.errors import UserError

ENDPOINT_NAME = "endpoint.json"
API_TIMEOUT_S = 30.0
UNKNOWN_CALLER = 401
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Refused(UserError):
    """The API answered, and does not do it; `status` is HTTP's."""

    def __init__(self, status: int, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.status = status


class Api(Protocol):
    """An HTTP API, and what it takes to be known there."""

    @property
    def api_url(self) -> str:
        """The root of the HTTP API."""

    @property
    def token(self) -> str:
        """What signs this installation's owner in to the API."""


class Cloud(Api, Protocol):
    """What the commands need of a cloud, embedded or running elsewhere on this machine."""

    @property
    def bucket(self) -> str:
        """The bucket of everything."""

    def client(self, service: str) -> Any:
        """A boto3 client."""


@dataclass(frozen=True)
class RunningCloud:
    """A cloud that another process serves, found through its state folder."""

    endpoint_url: str
    api_url: str
    bucket: str
    pid: int
    secrets: Secrets

    @property
    def token(self) -> str:
        """What signs this installation's owner in to the API."""
        return self.secrets.token

    def client(self, service: str) -> Any:
        """A boto3 client for the cloud's endpoint."""
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id=self.secrets.keys.access_key,
            aws_secret_access_key=self.secrets.keys.secret_key,
            config=Config(signature_version="s3v4") if service == "s3" else None,
        )


@contextmanager
def announced(cloud: Any, state_dir: Path) -> Iterator[None]:
    """Leave the cloud's address in its state folder for as long as it serves."""
    path = state_dir / ENDPOINT_NAME
    told = {"endpoint_url": cloud.endpoint_url, "api_url": cloud.api_url, "bucket": cloud.bucket}
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps({**told, "pid": os.getpid()}), encoding="utf-8")
    temporary.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_running(state_dir: Path) -> RunningCloud | None:
    """The cloud that serves this state folder now; None when there is none."""
    try:
        told = json.loads((state_dir / ENDPOINT_NAME).read_text(encoding="utf-8"))
        running = RunningCloud(**told, secrets=read_secrets(state_dir))
        os.kill(running.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return running


def require_running(state_dir: Path) -> RunningCloud:
    """The cloud that serves this state folder; raises UserError when there is none."""
    running = find_running(state_dir)
    if running is None:
        raise UserError(
            f"No Spaceport is running with its state in '{state_dir}'.",
            "Start one with 'spaceport up', or name its state folder with --state.",
        )
    return running


def api_request(
    cloud: Api,
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> urllib.request.Request:
    """A request to the API, signed in."""
    known = {"Content-Type": "application/json", "Authorization": f"Bearer {cloud.token}"}
    return urllib.request.Request(
        cloud.api_url.rstrip("/") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={**known, **(headers or {})},
    )


def call_api(
    cloud: Api, method: str, path: str, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON that the API answers; raises UserError with the problem that it reports."""
    request = api_request(cloud, method, path, body)
    try:
        with urllib.request.urlopen(request, timeout=API_TIMEOUT_S) as answer:
            parsed: dict[str, Any] = json.load(answer)
            return parsed
    except urllib.error.HTTPError as error:
        raise problem_of(error) from error
    except (urllib.error.URLError, TimeoutError) as error:
        raise UserError(
            f"Spaceport's API at {cloud.api_url} does not answer.", _how_to_reach(cloud.api_url)
        ) from error


def is_loopback(url: str) -> bool:
    """Whether the address is of this machine."""
    return urllib.parse.urlsplit(url).hostname in LOOPBACK


def _how_to_reach(api_url: str) -> str:
    here = "Start it with 'spaceport up'."
    return here if is_loopback(api_url) else "Look at the address and at the network."


def problem_of(error: urllib.error.HTTPError) -> Refused:
    """An RFC 9457 problem as an error for the user; API Gateway's own answers are none."""
    try:
        problem = json.loads(error.read())
    except ValueError:
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    for field in problem.get("errors", ()):
        told, remedy = str(field.get("message", "")), str(field.get("remedy", ""))
        return Refused(error.code, told, remedy)
    message = problem.get("detail") or problem.get("title")
    if error.code == UNKNOWN_CALLER and not message:
        return Refused(error.code, "The deployment does not know you.", "Run 'spaceport login'.")
    return Refused(error.code, str(message or f"The API answered {error.code}."), "")
