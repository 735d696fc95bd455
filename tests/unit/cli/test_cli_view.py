"""`spaceport view` serves one result to whoever has its link, and nothing else to anybody."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from spaceport_cli.main import main
from spaceport_cli.run.record import RunRecord, write_record
from spaceport_cli.view.door import PAGE, ViewDoor
from spaceport_cli.view.result import read_result
from spaceport_local.http.pages import Pages
from spaceport_local.http.signin import SignIn
from spaceport_runtime.errors import UserError

TOKEN = "of-this-start"
HTML = {"Accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    out = tmp_path / "out"
    photos = tmp_path / "my photos"
    for made in (out / "sparse", out / ".spaceport", photos / "a"):
        made.mkdir(parents=True)
    (out / "scene.sog").write_bytes(b"splat")
    (out / "report.json").write_text('{"title": "A village"}')
    names = [("0001-a-one.jpg", "a/one.jpg"), ("0002-gone.jpg", "gone.jpg")]
    geo = {"photos": [{"name": name, "original": original} for name, original in names]}
    (out / "sparse" / "geo.json").write_text(json.dumps(geo))
    (photos / "a" / "one.jpg").write_bytes(b"jpeg")
    write_record(out / ".spaceport", RunRecord(photos_digest="0", photos=str(photos)))
    (out / "secret.txt").write_text("not for pages")
    return out


@pytest.fixture
def visitor(folder: Path, tmp_path: Path) -> Iterator[Client]:
    dist = tmp_path / "dist"
    dist.mkdir()
    for name in ("index.html", "viewer.html"):
        (dist / name).write_text("<title>Spaceport</title>")
    yield Client(ViewDoor(read_result(folder), SignIn(TOKEN), Pages(dist)))


def test_the_link_opens_the_page_and_lets_its_files_be_read(visitor: Client) -> None:
    welcome = visitor.get(f"{PAGE}?token={TOKEN}", headers=HTML)
    assert (welcome.status_code, welcome.headers["Location"]) == (303, PAGE)
    page = visitor.get(PAGE, headers=HTML)
    assert b"Spaceport" in page.data
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    files = {
        "files/scene.sog": b"splat",
        "files/report.json": b'{"title": "A village"}',
        "photos/0001-a-one.jpg": b"jpeg",
    }
    for path, content in files.items():
        answer = visitor.get(f"/jobs/result/{path}")
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(visitor.get("/jobs/result/files/geo.json").get_json()["photos"]) == 2
    part = visitor.get("/jobs/result/files/scene.sog", headers={"Range": "bytes=1-2"})
    assert (part.status_code, part.data) == (206, b"pl")


def test_what_to_begin_with_is_the_coarse_level_where_there_is_one(
    folder: Path, tmp_path: Path
) -> None:
    for content, name in ((b"splat", "scene.sog"), (b"coarse", "coarse.sog")):
        (folder / name).write_bytes(content)
        door = Client(ViewDoor(read_result(folder), SignIn(TOKEN), Pages(tmp_path / "dist")))
        assert door.get("/jobs/result/files/first.sog").status_code == 401
        door.get(f"{PAGE}?token={TOKEN}", headers=HTML)
        answer = door.get("/jobs/result/files/first.sog")
        assert (answer.status_code, answer.data) == (200, content)
        assert answer.headers["Content-Location"] == f"/jobs/result/files/{name}"


def test_without_the_link_nothing_is_told(visitor: Client) -> None:
    answer = visitor.get("/jobs/result/files/scene.sog")
    assert answer.status_code == 401
    assert "spaceport view" in answer.get_json()["detail"]
    assert visitor.get(f"{PAGE}?token=guessed", headers=HTML).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/result/files/secret.txt",
        "/jobs/result/files/..%2Fsecret.txt",
        "/jobs/result/photos/0002-gone.jpg",
        "/jobs/result/photos/../../secret.txt",
        "/jobs/other/files/scene.sog",
        "/jobs",
    ],
)
def test_only_the_results_own_files_are_there(visitor: Client, path: str) -> None:
    visitor.get(f"{PAGE}?token={TOKEN}", headers=HTML)
    assert visitor.get(path).status_code == 404


def test_it_is_read_only_and_says_when_a_file_is_gone(visitor: Client, folder: Path) -> None:
    visitor.get(f"{PAGE}?token={TOKEN}", headers=HTML)
    assert visitor.delete("/jobs/result/files/scene.sog").status_code == 405
    assert visitor.post("/jobs/result/shares", json={}).status_code == 405
    (folder / "scene.sog").unlink()
    gone = visitor.get("/jobs/result/files/scene.sog")
    assert gone.status_code == 404
    assert "scene.sog is gone" in gone.get_json()["detail"]


def test_a_result_without_poses_or_photos_is_shown_as_well(folder: Path) -> None:
    (folder / "sparse" / "geo.json").write_text("{not json")
    assert read_result(folder).photos == {}
    (folder / "sparse" / "geo.json").unlink()
    assert set(read_result(folder).files) == {"scene.sog", "report.json"}


def test_what_is_no_result_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    for wrong in (tmp_path / "missing", tmp_path / "file", tmp_path):
        with pytest.raises(UserError, match="make demo"):
            read_result(wrong)
        assert main(["view", str(wrong), "--no-browser"]) == 2
        assert capsys.readouterr().err.count("\n") == 1
