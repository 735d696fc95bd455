"""How a job's program is run: as processes that cannot outlive us, or as a function."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True)
class Task:
    """What is to be run, and where."""

    name: str
    command: tuple[str, ...]
    folder: Path
    root: Path
    environment: dict[str, str]
    log: Path
    stopping: threading.Event = field(default_factory=threading.Event)


class Running(Protocol):
    """A program that was started."""

    def wait(self, timeout_s: float) -> int | None:
        """The exit status, or None when it still runs after the timeout."""

    def terminate(self) -> None:
        """SIGTERM to all its processes."""

    def kill(self) -> None:
        """SIGKILL to all its processes."""


class Runner(Protocol):
    """Starts programs."""

    def start(self, task: Task) -> Running:
        """Start; returns at once."""


def local_command(command: Sequence[str]) -> list[str]:
    """A container's entry point on this machine: its `python` is ours."""
    first, *rest = command
    return [sys.executable if first in ("python", "python3") else first, *rest]


class ProcessRunner:
    """Runs the program below a guard, in a process group of its own."""

    def __init__(self, translate: Callable[[Sequence[str]], list[str]] = local_command) -> None:
        self._translate = translate

    def start(self, task: Task) -> Running:
        """Start; what it prints goes to the job's log."""
        guard = [sys.executable, "-I", "-S", str(GUARD)]
        with task.log.open("ab") as log:
            process = subprocess.Popen(
                [*guard, *self._translate(task.command)],
                cwd=task.folder,
                env=task.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return _RunningProcess(process)


class _RunningProcess:
    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def wait(self, timeout_s: float) -> int | None:
        try:
            status = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        self.kill()  # a container ends with its first process, whatever else it started
        if self._process.stdin:
            self._process.stdin.close()
        return status if status >= 0 else 128 - status

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


class FunctionRunner:
    """Runs a Python function instead of a program: for tests and for the bench of the bus."""

    def __init__(self, program: Callable[[Task], int]) -> None:
        self._program = program

    def start(self, task: Task) -> Running:
        """Call the function in a thread; it should look at `task.stopping`."""
        return _RunningFunction(self._program, task)


class _RunningFunction:
    def __init__(self, program: Callable[[Task], int], task: Task) -> None:
        self._task = task
        self._program = program
        self._status: int | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._status = self._program(self._task)
        except Exception as error:  # as a program would end with a traceback in its log
            self._task.log.write_text(repr(error))
            self._status = 1
        finally:
            self._done.set()

    def wait(self, timeout_s: float) -> int | None:
        return self._status if self._done.wait(timeout_s) else None

    def terminate(self) -> None:
        self._task.stopping.set()

    def kill(self) -> None:
        self._task.stopping.set()
        if not self._done.is_set():
            self._status = 137
            self._done.set()
