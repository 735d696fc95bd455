"""The shell around the services' routes: hostile requests, bugs and storms."""

import base64
import json
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field
from tests.http_requests import JSON, get, http, post, storm

from spaceport_runtime.errors import Retryable, UserError
from spaceport_runtime.http.shell import HttpApi

REMEDIES = {"height_m": "Give a height between 1 and 120."}


class Flight(BaseModel):
    model_config = ConfigDict(extra="forbid")

    height_m: float = Field(ge=1, le=120)
    title: str = ""


def make_api(name: str = "a") -> HttpApi:
    app = HttpApi(REMEDIES)

    @app.get("/things/<thing>")
    def thing(thing: Annotated[str, Path()], after: Annotated[int, Query(ge=0)] = 0) -> Any:
        return {"api": name, "thing": thing, "after": after}

    @app.post("/flights")
    def flight(body: Annotated[Flight, Body()]) -> Any:
        return {"title": body.title}

    @app.post("/flights/<flight_id>/cancel")
    def cancel(flight_id: Annotated[str, Path()]) -> Any:
        return {"cancelled": flight_id}

    @app.get("/fails/<kind>")
    def fail(kind: Annotated[str, Path()]) -> Any:
        raise {"busy": Retryable("x"), "user": UserError("No.", "Do so.")}.get(kind) or KeyError(
            "/secret/path"
        )

    return app


def ask(event: dict[str, Any], app: HttpApi | None = None) -> tuple[int, Any]:
    answer = (app or make_api()).resolve(event, None)
    body = json.loads(answer["body"])
    if answer["statusCode"] >= 400:
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        assert headers["content-type"] == "application/problem+json"
        assert body["status"] == answer["statusCode"]
        assert body["detail"].endswith(".")
    return answer["statusCode"], body


def test_a_thousand_requests_at_once_each_get_their_own_answer() -> None:
    """Two cold APIs in one process, as the embedded cloud has them."""
    apis = {name: make_api(name) for name in "ab"}
    asked = [("ab"[n % 2], f"thing{n % 7}", n) for n in range(1000)]

    def one(question: tuple[str, str, int]) -> tuple[int, Any]:
        name, thing, after = question
        return ask(get(f"/things/{thing}", after=str(after)), apis[name])

    for (name, thing, after), answer in zip(asked, storm(one, asked), strict=True):
        assert answer == (200, {"api": name, "thing": thing, "after": after})


@pytest.mark.parametrize(
    ("kind", "status"), [("busy", 503), ("user", 422), ("bug", 500), ("a%00b", 500)]
)
def test_what_a_route_raises_is_said_in_words(kind: str, status: int) -> None:
    answered, body = ask(get(f"/fails/{kind}"))
    assert answered == status
    assert "secret" not in json.dumps(body)
    if kind == "user":
        assert body["detail"] == "No. Do so."


def test_an_unknown_path_names_it() -> None:
    assert "DELETE /flights" in ask(http("DELETE", "/flights", "{}", JSON))[1]["detail"]
    assert ask(get("/nothing\ud800"))[0] == 404


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", None])
def test_only_json_on_json_routes(declared: str | None) -> None:
    assert ask(post("/flights", {"height_m": 50}, declared))[0] == 415
    assert ask(post("/flights/f/cancel", {}, declared))[0] == 415
    assert ask(post("/flights", {"height_m": 50}, "Application/JSON; charset=utf-8"))[0] == 200


def test_a_post_without_a_body_needs_no_type() -> None:
    assert ask(http("POST", "/flights/f/cancel")) == (200, {"cancelled": "f"})
    assert ask(http("POST", "/flights/f/cancel", None, "text/plain"))[0] == 415
    assert ask(http("POST", "/flights/f/cancel", "{nonsense", JSON))[0] == 200


def encoded(content: bytes) -> dict[str, Any]:
    event = http("POST", "/flights", base64.b64encode(content).decode(), JSON)
    return {**event, "isBase64Encoded": True}


HOSTILE = {
    "nothing": "",
    "no object": "[]",
    "a list of one": '[{"height_m": 50}]',
    "half": '{"height_m": ',
    "deep": "[" * 100_000,
    "deep and whole": '{"title": ' + "[" * 900 + "]" * 900 + "}",
    "deep objects": '{"a":' * 800 + "1" + "}" * 800,
    "surrogate": '{"height_m": 50, "title": "\\ud800"}',
    "surrogate in a key": '{"height_m": 50, "\\udfff": 1}',
    "surrogate inside": '{"height_m": 50, "title": ["\\ud800"]}',
    "not a number": '{"height_m": NaN}',
    "infinite": '{"height_m": -Infinity}',
    "beyond floats": '{"height_m": 1e999}',
    "beyond digits": '{"height_m": ' + "9" * 5000 + "}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_a_400(body: str) -> None:
    assert ask(http("POST", "/flights", body, JSON))[0] == 400
    assert ask(encoded(body.encode()))[0] == 400


def test_a_body_that_is_no_text_is_a_400() -> None:
    assert ask(encoded(b"\xff\xfe{}"))[0] == 400
    assert ask({**encoded(b""), "body": "?"})[0] == 400


def test_the_field_to_blame_is_named_with_what_helps() -> None:
    status, body = ask(post("/flights", {"height_m": 500, "colour": "red"}))
    assert status == 422
    assert [error["field"] for error in body["errors"]] == ["height_m", "colour"]
    assert body["errors"][0]["remedy"] == REMEDIES["height_m"]
    assert body["errors"][1]["remedy"] == "Leave it out; known are height_m, title."
    assert ask(get("/things/t", after="soon"))[1]["errors"][0]["field"] == "after"


def test_ten_thousand_unknown_fields_are_a_short_answer() -> None:
    status, body = ask(post("/flights", {str(n) * 1000: n for n in range(10_000)}))
    assert status == 422
    assert len(json.dumps(body)) < 20_000


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)
API = make_api()


@settings(max_examples=200, deadline=None)
@given(document=ANY_JSON)
def test_no_body_is_a_500(document: Any) -> None:
    assert ask(post("/flights", document), API)[0] < 500


@settings(max_examples=200, deadline=None)
@given(path=st.text(st.characters()), query=st.text(st.characters()))
def test_no_path_is_a_500(path: str, query: str) -> None:
    assert ask(get(f"/things/{path}", after=query), API)[0] < 500
