"""Every trouble ends in one sentence and its exit code; signals end in a clean stop."""

import errno
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from spaceport_cli import main
from spaceport_cli.run.begin import title_of
from spaceport_cli.run.run import RunOptions
from spaceport_runtime.errors import UserError


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `spaceport doctor` and `spaceport demo` raise."""

    def breaks(error: BaseException) -> None:
        def raise_it(*_arguments: object) -> int:
            raise error

        commands = main.__globals__["COMMANDS"]
        for name in ("doctor", "demo", "up"):
            monkeypatch.setitem(commands, name, raise_it)

    return breaks


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (UserError("It rains.", "Wait."), 2, "It rains: wait."),
        (OSError(errno.ENOSPC, "x", "/out/a"), 2, "The disk is full ('/out/a'): free some space"),
        (ValueError("odd"), 3, "Spaceport broke (ValueError: odd): run it again with --debug"),
        (KeyboardInterrupt(), 130, "stopped; run the same command again to go on"),
    ],
)
def test_one_sentence_and_a_code(
    error: BaseException,
    code: int,
    sentence: str,
    broken: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken(error)

    assert main(["demo"]) == code
    told = capsys.readouterr().err
    assert told.startswith(f"spaceport: {sentence}")
    assert told.count("\n") == 1


def test_debug_shows_where(broken: Callable[[BaseException], None]) -> None:
    broken(ValueError("odd"))

    with pytest.raises(ValueError, match="odd"):
        main(["--debug", "doctor"])
    with pytest.raises(ValueError, match="odd"):
        main(["doctor", "--debug"])


def test_a_disk_that_fills_on_the_way_is_named_whoever_noticed(
    broken: Callable[[BaseException], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken(RuntimeError("An error occurred (500) when calling PutObject"))
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)

    assert main(["demo", "--out", str(tmp_path)]) == 2
    assert "The disk is full: free some space" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_once(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [signal.getsignal(known) for known in (signal.SIGINT, signal.SIGTERM)]

    def wait(*_arguments: object) -> int:
        try:
            os.kill(os.getpid(), number)
            time.sleep(10)
        finally:
            os.kill(os.getpid(), number)  # the second one must not disturb the stop
        return 0

    monkeypatch.setitem(main.__globals__["COMMANDS"], "doctor", wait)
    try:
        assert main(["doctor"]) == 130
    finally:
        for known, handler in zip((signal.SIGINT, signal.SIGTERM), kept, strict=True):
            signal.signal(known, handler)


@pytest.mark.parametrize(
    ("name", "typed", "title"),
    [
        ("v1.2 flight", "", "v1.2 flight"),
        ("beach.zip", "", "beach"),
        ("beach.zip", "  The\nbeach ", "The beach"),
        ("p", "x" * 300, "x" * 200),
    ],
)
def test_titles(name: str, typed: str, title: str, tmp_path: Path) -> None:
    photos = tmp_path / name
    if name.endswith(".zip"):
        photos.write_bytes(b"")
    else:
        photos.mkdir()

    assert title_of(photos, typed) == title


def test_results_go_to_a_folder_named_after_the_photos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "beach").mkdir()
    asked = []

    def remember(options: RunOptions, _console: object) -> int:
        asked.append(options)
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("spaceport_cli.run.run.run", remember)
    assert main(["run", "beach"]) == 0
    assert (asked[0].out, asked[0].wishes.title) == (Path("beach-splat"), "beach")


def test_an_upload_needs_somebody_to_take_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["upload", str(tmp_path), "--state", str(tmp_path)]) == 2
    assert "start one with 'spaceport up'" in capsys.readouterr().err
