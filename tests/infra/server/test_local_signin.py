"""Who may ask the API on this machine, and the pages that everybody may see."""

import stat
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import TimestampSigner
from werkzeug.test import Client, TestResponse

from spaceport_local.disk.secrets import KEYS_NAME, TOKEN_NAME, keep_secrets
from spaceport_local.http.frontdoor import FrontDoor
from spaceport_local.http.pages import Pages
from spaceport_local.http.signin import OWNER, SESSION_S, SignIn
from spaceport_runtime.errors import UserError
from spaceport_topology.wiring import RouteSpec
from tests.infra.server.test_local_frontdoor import Handlers

TOKEN, GUEST = "of-the-owner", "of-the-guest"
ROUTES = (
    RouteSpec("GET", "/jobs", "notify"),
    RouteSpec("GET", "/shared/{token}", "notify", is_open=True),
)
S3 = "http://127.0.0.1:8081"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "assets/app-5f2c.js"


class House:
    """A front door over one handler and a built app, and what came through to the handler."""

    def __init__(self, pages: Path, token: str = TOKEN) -> None:
        self.handlers = Handlers({"jobs": []})
        functions: Any = {"notify": self.handlers}
        sign_in = SignIn(token, {GUEST: "bob"})
        door = FrontDoor(ROUTES, functions, sign_in, Pages(pages, S3))
        self.client = Client(door, use_cookies=False)

    def get(self, path: str, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers=named)

    def callers(self) -> list[str | None]:
        contexts = [event["requestContext"] for event in self.handlers.events]
        return [
            context["authorizer"]["jwt"]["claims"]["sub"] if "authorizer" in context else None
            for context in contexts
        ]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<!doctype html>the app")
    (tmp_path / "dist" / "viewer.html").write_text("<!doctype html>a scene")
    (tmp_path / "dist" / SCRIPT).write_text("0123456789")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "dist"


@pytest.fixture
def house(pages: Path) -> House:
    return House(pages)


def cookie_of(answer: TestResponse) -> str:
    [morsel] = SimpleCookie(answer.headers["Set-Cookie"]).values()
    return f"{morsel.key}={morsel.value}"


def test_a_token_names_its_owner(house: House) -> None:
    assert house.get("/jobs", Authorization=f"Bearer {TOKEN}").status_code == 200
    assert house.get("/jobs", Authorization=f"bearer  {GUEST} ").status_code == 200
    assert house.callers() == [OWNER, "bob"]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xe4",
        "x" * 999,
    ],
)
def test_whoever_is_not_known_is_told_how_to_be(house: House, header: str | None) -> None:
    answer = house.get("/jobs", **({} if header is None else {"Authorization": header}))
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.content_type == "application/problem+json"
    assert "spaceport up" in answer.get_json(force=True)["detail"]
    assert house.callers() == []


def test_a_browser_that_is_not_known_gets_a_page(house: House) -> None:
    answer = house.get("/jobs", **BROWSER)
    assert (answer.status_code, answer.mimetype) == (401, "text/html")


def test_what_is_open_is_answered_without_a_sign_in(house: House) -> None:
    assert house.get("/shared/abc").status_code == 200
    assert house.callers() == [None]


def test_the_printed_link_becomes_a_session_and_leaves_the_address(house: House) -> None:
    visit = house.get(f"/?token={TOKEN}", **BROWSER)
    assert (visit.status_code, visit.headers["Location"]) == (303, "/")
    [morsel] = SimpleCookie(visit.headers["Set-Cookie"]).values()
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Strict", "/")
    assert TOKEN not in visit.headers["Set-Cookie"]
    assert visit.headers["Referrer-Policy"] == "no-referrer"
    assert visit.headers["Cache-Control"] == "no-store"
    cookie = cookie_of(visit)
    assert house.get("/jobs", Cookie=cookie).status_code == 200
    assert house.callers() == [OWNER]
    assert "cookie" not in house.handlers.events[0]["headers"]
    session = {"signedIn": True, "subject": OWNER, "mode": "local", "signIn": None}
    assert house.get("/session", Cookie=cookie).get_json() == session
    assert house.get("/session").get_json()["signedIn"] is False


def test_the_link_leads_to_the_page_that_it_names_and_nowhere_else(house: House) -> None:
    for path, there in (
        (f"/session?token={TOKEN}", "/"),
        (f"/captures/7%20b?token={TOKEN}", "/captures/7%20b"),
    ):
        assert house.get(path, **BROWSER).headers["Location"] == there
    away = {"PATH_INFO": "//evil.example/"}
    answer = house.client.get(f"/?token={TOKEN}", headers=BROWSER, environ_overrides=away)
    assert answer.headers["Location"] == "/evil.example/"
    wrong = house.get("/?token=wrong", **BROWSER)
    assert (wrong.status_code, "Set-Cookie" in wrong.headers) == (401, False)


def test_a_forged_an_old_and_anothers_cookie_are_nobodys(
    house: House, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = cookie_of(house.get(f"/?token={TOKEN}", **BROWSER))
    theirs = cookie_of(House(pages, "another").get("/?token=another", **BROWSER))
    name, _, value = cookie.partition("=")
    forged = [f"{name}={OWNER}", f"{name}=", f"{name}={value[:-1]}", f"x={value}", theirs]
    assert {house.get("/jobs", Cookie=each).status_code for each in forged} == {401}
    # A header that is wrong is not made good by a cookie.
    assert house.get("/jobs", Cookie=cookie, Authorization="Bearer x").status_code == 401
    now = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + SESSION_S + 2)
    assert house.get("/jobs", Cookie=cookie).status_code == 401


def test_the_app_is_served_for_its_pages_and_its_files_as_what_they_are(house: House) -> None:
    for path in ("/", "/captures/abc", "/plan-flight"):
        answer = house.get(path, **BROWSER)
        assert answer.get_data(as_text=True).endswith("the app")
        assert answer.headers["Cache-Control"] == "no-cache"
    script = house.get(f"/{SCRIPT}")
    assert script.mimetype == "text/javascript"
    assert "immutable" in script.headers["Cache-Control"]
    assert house.get(f"/{SCRIPT}", If_None_Match=script.headers["ETag"]).status_code == 304


def test_a_scene_is_a_page_of_its_own_and_only_the_embedded_one_may_be_framed(house: House) -> None:
    framed = {}
    for path in ("/view/abc", "/s/abc", "/embed/abc", "/embed/s/abc", "/", "/captures/embed/x"):
        answer = house.get(path, **BROWSER)
        is_scene = path.startswith(("/view", "/s/", "/embed"))
        assert answer.get_data(as_text=True).endswith("a scene" if is_scene else "the app")
        framed[path] = "frame-ancestors *" in answer.headers["Content-Security-Policy"]
        assert framed[path] or "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert [path for path, may in framed.items() if may] == ["/embed/abc", "/embed/s/abc"]


def test_a_part_of_a_file(house: House) -> None:
    part = house.get(f"/{SCRIPT}", Range="bytes=2-4")
    assert (part.status_code, part.data) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    beyond = house.get(f"/{SCRIPT}", Range="bytes=99-")
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */10")


def test_pages_carry_a_policy_without_exceptions(house: House) -> None:
    answer = house.get("/", **BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert f"connect-src 'self' {S3};" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/a%00b"]
)
def test_no_path_leads_out_of_the_folder(house: House, path: str) -> None:
    answer = house.get(path)
    assert answer.status_code == 404


def test_a_program_is_told_that_there_is_nothing(house: House) -> None:
    for accepted in ("*/*", "application/json", ""):
        answer = house.get("/nowhere", Accept=accepted)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_pages_that_are_not_built_are_one_page_that_says_how(tmp_path: Path) -> None:
    answer = House(tmp_path / "none").get("/captures", **BROWSER)
    assert answer.status_code == 200
    assert "make web" in answer.get_data(as_text=True)


def test_secrets_are_kept_and_are_their_owners(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path)
    assert keep_secrets(tmp_path) == first
    (tmp_path / "other").mkdir()
    assert keep_secrets(tmp_path / "other").token != first.token
    for name in (TOKEN_NAME, KEYS_NAME):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    (tmp_path / KEYS_NAME).write_text("{}")
    with pytest.raises(UserError, match="Delete both"):
        keep_secrets(tmp_path)
