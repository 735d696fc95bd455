"""Shares open one scene to whoever has the link, read only, until withdrawn or expired."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes_notify import NOON, FakeShares, FakeStatusTable, make_kit
from tests.http_requests import ADA, asked_by, get, http, post
from tests.unit.notify.story import JOB, Story

from spaceport_notify.api import make_api
from spaceport_notify.shares.share import MAX_DAYS, SHARES_PER_JOB, new_share, share_id
from spaceport_notify.tell import tell

EMAIL = "ada@example.org"


class Gallery:
    """notify on fakes with one delivered job of Ada's."""

    def __init__(self, is_delivered: bool = True) -> None:
        self.story, self.now = Story(), NOON
        self.table, self.shares = FakeStatusTable(), FakeShares()
        kit = make_kit(self.table, store=self.story.store, clock=lambda: self.now)
        self.kit = kit
        self.shares = kit.shares  # type: ignore[assignment]
        self.app = make_api(lambda: self.kit)
        for event in self.story.whole() if is_delivered else [self.story.requested()]:
            tell(event, self.kit)

    def ask(self, event: dict[str, Any]) -> tuple[int, Any]:
        answer = self.app.resolve(event, None)
        self.headers = answer.get("headers", {})
        return answer["statusCode"], json.loads(answer["body"] or "null")

    def share(self, **body: Any) -> dict[str, Any]:
        status, made = self.ask(post(f"/jobs/{JOB}/shares", body))
        assert status == 201, made
        found: dict[str, Any] = made
        return found

    def visit(self, token: str, name: str = "") -> tuple[int, Any]:
        """As somebody who is not signed in."""
        files = f"/files/{name}" if name else ""
        return self.ask(asked_by(None, get(f"/shared/{token}{files}")))


def test_a_visitor_sees_the_scene_and_nothing_of_its_owner() -> None:
    gallery = Gallery()
    made = gallery.share(days=7)
    assert made["path"] == f"/s/{made['token']}"
    assert made["expiresAt"].startswith("2026-05-08T12:00:00")
    status, scene = gallery.visit(made["token"])
    assert (status, scene["title"]) == (200, "Brighton beach")
    assert gallery.headers["Cache-Control"] == "no-store"
    assert scene["figures"]["gaussians"]
    assert set(scene["files"]) == {"scene.sog", "preview.png", "flythrough.webp"}
    told = json.dumps(scene)
    assert EMAIL not in told and ADA not in told and JOB not in told
    for path in scene["files"].values():
        answer = gallery.app.resolve(asked_by(None, get(path)), None)
        assert answer["statusCode"] == 302
        assert answer["headers"]["Location"].startswith("https://signed.test/spaceport/jobs/")
        linked = gallery.app.resolve(asked_by(None, get(path, **{"as": "link"})), None)
        assert json.loads(linked["body"])["url"] == answer["headers"]["Location"]


def test_what_to_begin_with_is_the_coarse_level_where_there_is_one() -> None:
    gallery = Gallery()
    token = gallery.share()["token"]
    places = (f"/jobs/{JOB}/files/first.sog", f"/shared/{token}/files/first.sog")

    def led_to(path: str) -> str:
        answer = gallery.app.resolve(get(path), None)
        assert answer["statusCode"] == 302
        return str(answer["headers"]["Location"]).split("?")[0].rsplit("/", 1)[1]

    assert [led_to(path) for path in places] == ["scene.sog", "scene.sog"]
    [scene] = [uri for uri in gallery.story.store.objects if uri.endswith("/scene.sog")]
    gallery.story.store.objects[scene.replace("scene.sog", "coarse.sog")] = b"coarse"
    assert [led_to(path) for path in places] == ["coarse.sog", "coarse.sog"]


@pytest.mark.parametrize("shows_place", [False, True])
def test_a_visitor_can_measure_and_is_told_where_it_is_only_if_the_owner_says_so(
    shows_place: bool,
) -> None:
    gallery = Gallery()
    [folder] = {uri.rsplit("/", 1)[0] for uri in gallery.story.store.objects if "/sfm/" in uri}
    origin = {"latitude_deg": 46.63, "longitude_deg": 7.9, "altitude_m": 655.0}
    geo = {"origin": origin, "photos": [{"original": "DJI_1.JPG"}]}
    gallery.story.store.objects[f"{folder}/geo.json"] = json.dumps(geo).encode()
    made = gallery.share(**({"showsPlace": True} if shows_place else {}))
    assert made["showsPlace"] is shows_place
    scene = gallery.visit(made["token"])[1]
    assert scene["frame"]["gpsRmsM"] is not None
    assert ("46.63" in json.dumps(scene)) is shows_place
    assert "DJI_1" not in json.dumps(scene)
    if shows_place:
        assert scene["frame"]["origin"]["latitudeDeg"] == 46.63
    assert gallery.visit(made["token"], "geo.json")[0] == 404


def test_a_scene_without_gps_has_no_metres_for_anybody() -> None:
    gallery = Gallery()
    view, version = gallery.table.read(JOB)
    assert view is not None
    built = view.rounds[1].built
    assert built is not None
    without = view.rounds[1].model_copy(
        update={"built": built.model_copy(update={"gps_rms_m": None})}
    )
    gallery.table.commit(view.model_copy(update={"rounds": {1: without}}), version)
    scene = gallery.visit(gallery.share(showsPlace=True)["token"])[1]
    assert scene["frame"] == {"gpsRmsM": None, "origin": None}


@pytest.mark.parametrize("name", ["report.html", "report.json", "scene.ply", "x", "..%2f"])
def test_a_share_opens_no_other_file(name: str) -> None:
    gallery = Gallery()
    assert gallery.visit(gallery.share()["token"], name)[0] == 404


def test_a_token_signs_nobody_in() -> None:
    gallery = Gallery()
    gallery.share()
    paths = [f"/jobs/{JOB}", f"/jobs/{JOB}/shares", f"/jobs/{JOB}/files/scene.sog", "/jobs"]
    for path in paths:
        assert gallery.ask(asked_by(None, get(path)))[0] == 401


def test_what_is_kept_opens_nothing() -> None:
    gallery = Gallery()
    made = gallery.share()
    kept = json.dumps(gallery.shares.shares)
    assert made["token"] not in kept
    assert made["shareId"] in kept
    assert gallery.visit(made["shareId"])[0] == 404
    listed = gallery.ask(get(f"/jobs/{JOB}/shares"))[1]
    assert made["token"] not in json.dumps(listed)
    assert [each["shareId"] for each in listed["shares"]] == [made["shareId"]]


def test_a_share_is_its_owners_to_withdraw_and_then_gone() -> None:
    gallery = Gallery()
    made, other = gallery.share(), gallery.share()
    path = f"/shares/{made['shareId']}"
    assert gallery.ask(asked_by("eve", http("DELETE", path)))[0] == 404
    assert gallery.visit(made["token"])[0] == 200
    assert gallery.ask(http("DELETE", path))[0] == 204
    assert gallery.ask(http("DELETE", path))[0] == 404
    assert gallery.visit(made["token"])[0] == 404
    assert gallery.visit(made["token"], "scene.sog")[0] == 404
    assert gallery.visit(other["token"])[0] == 200


def test_a_share_expires_at_its_time() -> None:
    gallery = Gallery()
    token = gallery.share(days=1)["token"]
    gallery.now = NOON + timedelta(days=1) - timedelta(seconds=1)
    assert gallery.visit(token)[0] == 200
    gallery.now = NOON + timedelta(days=1)
    assert gallery.visit(token)[0] == 404
    assert gallery.ask(get(f"/jobs/{JOB}/shares"))[1] == {"shares": []}


def test_all_that_opens_nothing_is_answered_alike() -> None:
    gallery = Gallery()
    told = []
    for token in ("x", "x" * 43, "x" * 5000, "%00", gallery.share()["token"][:-1]):
        status, answer = gallery.visit(token)
        told.append((status, answer["detail"]))
    assert len(set(told)) == 1 and told[0][0] == 404


def test_another_ones_job_cannot_be_shared() -> None:
    gallery = Gallery()
    for event in (post(f"/jobs/{JOB}/shares", {}), get(f"/jobs/{JOB}/shares")):
        assert gallery.ask(asked_by("eve", event))[0] == 404


def test_only_what_is_delivered_is_shared_and_not_without_end() -> None:
    assert Gallery(is_delivered=False).ask(post(f"/jobs/{JOB}/shares", {}))[0] == 409
    gallery = Gallery()
    for _ in range(SHARES_PER_JOB):
        gallery.share()
    assert gallery.ask(post(f"/jobs/{JOB}/shares", {}))[0] == 409


@pytest.mark.parametrize("days", [0, -1, MAX_DAYS + 1, "many", 1e99, None])
def test_days_that_are_none_are_refused_by_name(days: Any) -> None:
    status, answer = Gallery().ask(post(f"/jobs/{JOB}/shares", {"days": days}))
    assert (status, answer["errors"][0]["field"]) == (422, "days")
    assert str(MAX_DAYS) in answer["errors"][0]["remedy"]


def test_a_share_of_a_job_that_is_gone_opens_nothing() -> None:
    gallery = Gallery()
    token = gallery.share()["token"]
    gallery.table.views.clear()
    assert gallery.visit(token)[0] == 404


def test_tokens_are_long_and_their_own() -> None:
    made = [new_share(JOB, ADA, 1, NOON) for _ in range(100)]
    assert len({token for _, token in made}) == len({share.id for share, _ in made}) == 100
    assert all(len(token) == 43 and share_id(token) == share.id for share, token in made)
