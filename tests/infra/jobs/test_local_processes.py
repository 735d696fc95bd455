"""Jobs as real processes: their end, and the end of those who started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spaceport_local.sagemaker.runner import ProcessRunner, Running, Task
from tests.infra.clouds import wait_for

SAVES = """
import pathlib, signal, subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
pathlib.Path("child").write_text(str(child.pid))
def save(*_):
    pathlib.Path("saved").write_text("yes")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
pathlib.Path("ready").write_text("yes")
time.sleep(60)
"""
PARENT = """
import os, pathlib, sys, time
from spaceport_local.sagemaker.runner import ProcessRunner, Task
folder = pathlib.Path(sys.argv[1])
command = ("python", "-c", sys.argv[2])
task = Task("job", command, folder, folder, dict(os.environ), folder / "job.log")
ProcessRunner().start(task)
time.sleep(60)
"""


def start(folder: Path, code: str) -> Running:
    environment = dict(os.environ)
    command = ("python", "-c", code)
    task = Task("job", command, folder, folder, environment, folder / "job.log")
    return ProcessRunner().start(task)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def child_of(folder: Path) -> int:
    wait_for((folder / "ready").exists)
    return int((folder / "child").read_text())


@pytest.mark.parametrize(("code", "status"), [("pass", 0), ("raise SystemExit(3)", 3)])
def test_the_exit_status_is_the_programs(tmp_path: Path, code: str, status: int) -> None:
    assert start(tmp_path, code).wait(60) == status


def test_a_program_killed_for_its_memory_ends_with_137(tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert start(tmp_path, code).wait(60) == 137


def test_what_it_prints_is_logged(tmp_path: Path) -> None:
    start(tmp_path, "print('hello')").wait(60)
    assert (tmp_path / "job.log").read_text() == "hello\n"


def test_sigterm_lets_it_save_and_leaves_no_child(tmp_path: Path) -> None:
    running = start(tmp_path, SAVES)
    child = child_of(tmp_path)
    running.terminate()
    assert running.wait(60) == 0
    assert (tmp_path / "saved").exists()
    wait_for(lambda: not is_alive(child))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at /proc")
def test_a_killed_parent_leaves_no_orphans(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path), SAVES])
    child = child_of(tmp_path)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not is_alive(child))
    time.sleep(0.05)
    assert not (tmp_path / "saved").exists()
