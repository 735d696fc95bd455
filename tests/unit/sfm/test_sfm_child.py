"""Whatever the child process does, the parent ends with one clear answer."""

import os
import sys
from pathlib import Path

import pytest

from spaceport_runtime.errors import Killed
from spaceport_runtime.job.container import Stopped
from spaceport_sfm.job.process.child import EngineDied, Message, Supervision, run_child

SPEAK = "import os,sys,json,time,signal;w=os.fdopen(int(sys.argv[1]),'w',buffering=1);"


def run(code: str, tmp_path: Path) -> list[Message]:
    heard: list[Message] = []
    supervision = Supervision(heard.append, lambda: False)
    run_child([sys.executable, "-c", SPEAK + code], tmp_path / "log", supervision)
    return heard


def test_messages_arrive_in_order(tmp_path: Path) -> None:
    code = "[w.write(json.dumps({'n':i})+'\\n') for i in range(500)]"
    assert [message["n"] for message in run(code, tmp_path)] == list(range(500))


def test_an_abort_is_our_fault_and_says_how_it_ended(tmp_path: Path) -> None:
    with pytest.raises(EngineDied, match="SIGABRT"):
        run("os.abort()", tmp_path)


def test_an_exception_in_the_child_is_our_fault(tmp_path: Path) -> None:
    with pytest.raises(EngineDied, match="status 1"):
        run("1/0", tmp_path)
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_kill_by_nobody_known_most_likely_means_memory(tmp_path: Path) -> None:
    with pytest.raises(Killed, match="out of memory"):
        run("os.kill(os.getpid(), signal.SIGKILL)", tmp_path)


def test_a_hanging_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    code = (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "w.write(json.dumps({'pid':os.getpid()})+'\\n');time.sleep(600)"
    )
    heard: list[Message] = []
    supervision = Supervision(heard.append, lambda: False, silent_s=0.5)
    with pytest.raises(EngineDied, match="hung"):
        run_child([sys.executable, "-c", SPEAK + code], tmp_path / "log", supervision)
    assert is_gone(heard[0]["pid"])


def test_stopping_kills_the_child(tmp_path: Path) -> None:
    heard: list[Message] = []
    supervision = Supervision(heard.append, lambda: bool(heard))
    code = "w.write(json.dumps({'pid':os.getpid()})+'\\n');time.sleep(600)"
    with pytest.raises(Stopped):
        run_child([sys.executable, "-c", SPEAK + code], tmp_path / "log", supervision)
    assert is_gone(heard[0]["pid"])


def is_gone(pid: object) -> bool:
    assert isinstance(pid, int)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
