"""API Gateway's manners, without a network."""

import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from spaceport_local.http.frontdoor import FrontDoor
from spaceport_local.http.pages import Pages
from spaceport_local.http.signin import OWNER, SignIn
from spaceport_topology.wiring import RouteSpec

ROUTES = (
    RouteSpec("POST", "/start-job", "ingest"),
    RouteSpec("GET", "/jobs/{job_id}", "notify"),
    RouteSpec("POST", "/jobs/{job_id}/cancel", "ingest"),
)


TOKEN = "of-the-owner"


class Handlers:
    """Stands in for a hosted function."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[dict[str, Any]] = []

    def on_request(self, event: dict[str, Any]) -> Any:
        self.events.append(event)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


OK = {"statusCode": 202, "headers": {"X-Job": "1"}, "body": '{"a": 1}', "cookies": ["c=1"]}


@pytest.fixture
def ingest() -> Handlers:
    return Handlers(OK)


@pytest.fixture
def notify() -> Handlers:
    return Handlers({"status": "running"})


@pytest.fixture
def client(ingest: Handlers, notify: Handlers, tmp_path: Path) -> Client:
    functions: Any = {"ingest": ingest, "notify": notify}
    pages = Pages(tmp_path, "http://127.0.0.1:8081")
    return Owner(FrontDoor(ROUTES, functions, SignIn(TOKEN), pages))


class Owner(Client):
    """Sends the token with every request."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        return super().open(*arguments, headers=headers, **options)


def problem(answer: TestResponse) -> Any:
    assert answer.content_type == "application/problem+json"
    body = json.loads(answer.get_data())
    assert body["status"] == answer.status_code
    assert body["title"]
    return body


def test_a_request_becomes_an_event_of_payload_version_2(client: Client, ingest: Handlers) -> None:
    answer = client.post(
        "/jobs/ab%C3%BC/cancel?x=1&x=2&y=3", data="{}", content_type="application/json"
    )
    assert (answer.status_code, answer.get_data(as_text=True)) == (202, '{"a": 1}')
    assert answer.headers["X-Job"] == "1"
    assert answer.headers["Set-Cookie"] == "c=1"
    event = ingest.events[0]
    assert event["version"] == "2.0"
    assert event["routeKey"] == "POST /jobs/{job_id}/cancel"
    assert event["pathParameters"] == {"job_id": "abü"}
    assert event["queryStringParameters"] == {"x": "1,2", "y": "3"}
    assert (event["body"], event["isBase64Encoded"]) == ("{}", False)
    assert event["headers"]["content-type"] == "application/json"
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": OWNER}}}
    assert TOKEN not in json.dumps(event)


def test_a_body_that_is_no_text_is_passed_in_base64(client: Client, ingest: Handlers) -> None:
    client.post("/start-job", data=b"\xff\x00", content_type="application/octet-stream")
    assert (ingest.events[0]["body"], ingest.events[0]["isBase64Encoded"]) == ("/wA=", True)


def test_a_bare_value_is_answered_as_json(client: Client) -> None:
    answer = client.get("/jobs/1")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "running"}


def test_an_unknown_path_is_404(client: Client) -> None:
    assert "/nowhere" in problem(client.get("/nowhere"))["detail"]


def test_a_wrong_method_is_405_and_names_the_right_one(client: Client) -> None:
    answer = client.get("/start-job")
    problem(answer)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_broken_function_is_500_without_its_secrets(client: Client, ingest: Handlers) -> None:
    ingest.answer = RuntimeError("secret")
    answer = client.post("/start-job", data="{}")
    assert "secret" not in json.dumps(problem(answer))
