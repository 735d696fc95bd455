"""Test code: requests to a cloud's HTTP API, signed in as its owner, and signed ones to AWS's."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from spaceport_cli.cloud.access import Api
from spaceport_local.account import REGION
from spaceport_local.disk.secrets import KeyPair


def signed_in(
    cloud: Api, path: str, body: bytes | None = None, method: str | None = None, /, **headers: str
) -> urllib.request.Request:
    """A request for `urlopen`; a redirect takes the token nowhere else (`_` for `-`)."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        named.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(cloud.api_url.rstrip("/") + path, body, named, method=method)
    request.add_unredirected_header("Authorization", f"Bearer {cloud.token}")
    return request


def post(cloud: Api, path: str, document: Any) -> Any:
    """The JSON that the API answers."""
    request = signed_in(cloud, path, json.dumps(document).encode())
    with urllib.request.urlopen(request, timeout=40) as answer:
        return json.load(answer)


def get(cloud: Api, path: str) -> Any:
    """The JSON that the API answers."""
    with urllib.request.urlopen(signed_in(cloud, path), timeout=40) as answer:
        return json.load(answer)


def signature(
    keys: KeyPair,
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    service: str = "s3",
) -> dict[str, str]:
    """The headers with those that sign them and the body; a hash that is given is not computed."""
    request = AWSRequest(method, url, headers=dict(headers or {}), data=body or b"")
    credentials = Credentials(keys.access_key, keys.secret_key)
    told = request.headers.get("X-Amz-Content-Sha256")
    signer = (_SignsWhatIsTold(told) if service == "s3" else SigV4Auth)(
        credentials, service, REGION
    )
    signer.add_auth(request)
    return dict(request.headers.items())


def _SignsWhatIsTold(told: str | None) -> type[S3SigV4Auth]:
    class Signer(S3SigV4Auth):
        def payload(self, request: Any) -> str:
            return told or str(super().payload(request))

    return Signer
