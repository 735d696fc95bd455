"""Bad input ends in one sentence with the remedy, before anything has started."""

import os
import shutil
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from spaceport_cli import main


class Case(NamedTuple):
    """Arguments made in a folder, and words that the sentence must hold."""

    arguments: Callable[[Path], list[str]]
    words: tuple[str, ...]


def photos_in(folder: Path, count: int = 2) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(bytes([number]))
    return folder


def written(path: Path, content: bytes = b"") -> Path:
    path.write_bytes(content)
    return path


def empty(folder: Path) -> Path:
    folder.mkdir()
    return folder


def zip_of(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def holding(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


def out(root: Path) -> list[str]:
    return ["--out", str(root / "out")]


CASES: dict[str, Case] = {
    "nothing there": Case(lambda t: [str(t / "nowhere"), *out(t)], ("nowhere", "give a folder")),
    "not a zip": Case(
        lambda t: [str(written(t / "a.zip", b"hello")), *out(t)], ("a.zip", "neither", "give")
    ),
    "cut-off zip": Case(
        lambda t: [str(written(t / "b.zip", b"PK\x03\x04" + bytes(50))), *out(t)], ("b.zip",)
    ),
    "empty folder": Case(lambda t: [str(empty(t / "p")), *out(t)], ("holds no photos", "give")),
    "a folder of films": Case(
        lambda t: [str(holding(t / "p", "a.mp4", "b.mp4", "c.srt")), *out(t)],
        ("holds no photos (only 2 .mp4, 1 .srt)", "give"),
    ),
    "zip without photos": Case(
        lambda t: [str(zip_of(t / "c.zip", notes=b"x")), *out(t)], ("c.zip", "no photos", "put")
    ),
    "results are a file": Case(
        lambda t: [str(photos_in(t / "p")), "--out", str(written(t / "file"))],
        ("is a file", "choose another folder with --out"),
    ),
    "results below a file": Case(
        lambda t: [str(photos_in(t / "p")), "--out", str(written(t / "file") / "x")],
        ("cannot be written", "choose another folder with --out"),
    ),
    "results among the photos": Case(
        lambda t: [str(photos_in(t / "p")), "--out", str(t / "p")],
        ("is the folder of the photos", "choose another folder"),
    ),
    "no address": Case(
        lambda t: [str(photos_in(t / "p")), *out(t), "--email", "me at home"],
        ("'me at home' is not an e-mail address", "name@example.com"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_one_sentence(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["run", *case.arguments(tmp_path)])

    told = capsys.readouterr()
    assert code == 2
    assert told.out == ""
    assert told.err.startswith("spaceport: ")
    assert told.err.count("\n") == 1
    for word in case.words:
        assert word in told.err
    assert not list(tmp_path.glob("out/scene*"))


def closed_folder(tmp_path: Path) -> Path:
    """One that we may not write to; root may write anywhere but where the kernel says no."""
    if os.geteuid() == 0:
        return Path("/proc")
    closed = empty(tmp_path / "closed")
    closed.chmod(0o500)
    return closed


def test_a_folder_that_may_not_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    closed = closed_folder(tmp_path)

    code = main(["run", str(photos_in(tmp_path / "p")), "--out", str(closed / "out")])

    assert code == 2
    assert "choose another folder with --out" in capsys.readouterr().err


def test_a_full_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)

    code = main(["run", str(photos_in(tmp_path / "p")), *out(tmp_path)])

    assert code == 2
    told = capsys.readouterr().err
    assert "has 1.0 kB free" in told
    assert "free some space or choose --out on another disk" in told


def test_a_busy_port(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        code = main(["up", "--port", str(port), "--state", str(tmp_path / "s")])

    assert code == 2
    told = capsys.readouterr().err
    assert f"Port {port}" in told
    assert "choose another one with --port" in told


def test_a_port_beyond_the_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--port", "70000", "--state", str(tmp_path / "s")]) == 2
    assert "ports end at 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["cancel", "0123456789ab"], ["redrive", "sfm"], ["redrive", "sfm", "--yes"]]
)
def test_nothing_is_running(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--state", str(tmp_path)]) == 2
    assert "start one with 'spaceport up'" in capsys.readouterr().err


def test_replay_of_a_job_that_nobody_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["replay", "0123456789ab", "--from", "sfm", "--out", str(tmp_path / "out")]

    assert main([*arguments, "--state", str(tmp_path)]) == 2
    assert "does not hold job 0123456789ab" in capsys.readouterr().err


def test_the_demo_leaves_other_peoples_photos_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = photos_in(tmp_path / "photos")

    assert main(["demo", "--out", str(tmp_path)]) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert len(list(photos.iterdir())) == 2


def test_help_documents_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["run", "--help"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 0
        told = capsys.readouterr().out
        for code in ("0 ", "1 ", "2 ", "3 ", "130"):
            assert f"\n  {code}" in told
