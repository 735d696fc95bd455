"""Test code: requests to a cloud's HTTP API, signed in as its owner."""

import json
import urllib.request
from typing import Any

from spaceport_cli.cloud.access import Api


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
