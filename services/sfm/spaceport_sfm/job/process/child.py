"""Runs a program that may hang or abort, and turns whatever happens to it into one clear end."""

import json
import logging
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from spaceport_runtime.errors import Killed, SpaceportError
from spaceport_runtime.job.container import Stopped

log = logging.getLogger("spaceport.sfm")

POLL_S = 0.25
# A process that aborted inside pycolmap may hang: it neither speaks nor computes.
SILENT_S = 90.0
IDLE_CPU_S = 0.5
LOG_LINES = 20

Message = dict[str, object]


class EngineDied(SpaceportError):
    """The reconstruction program ended without an answer; not the user's fault."""


@dataclass(frozen=True)
class Supervision:
    """What the parent wants to know and to say while the child runs."""

    on_message: Callable[[Message], None]
    should_stop: Callable[[], bool]
    silent_s: float = SILENT_S


def run_child(command: Sequence[str], log_path: Path, supervision: Supervision) -> None:
    """Run `command` with one more argument: the descriptor on which it writes JSON lines.

    Returns when the child ended well.

    Raises:
        Stopped: `should_stop` said so; the child is gone.
        Killed: somebody unknown killed the child, most likely the kernel, for memory.
        EngineDied: the child crashed, or hung and was killed.
    """
    read_end, write_end = os.pipe()
    with log_path.open("wb") as child_log, os.fdopen(read_end, "rb", buffering=0) as pipe:
        try:
            process = subprocess.Popen(
                [*command, str(write_end)],
                pass_fds=(write_end,),
                stdin=subprocess.DEVNULL,
                stdout=child_log,
                stderr=subprocess.STDOUT,
            )
        finally:
            os.close(write_end)
        try:
            _listen(process, pipe.fileno(), supervision)
            status = process.wait(timeout=supervision.silent_s)
        except subprocess.TimeoutExpired as error:
            raise EngineDied("the reconstruction program hung at its end") from error
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    _judge(status, log_path, supervision)


def _listen(process: subprocess.Popen[bytes], pipe: int, supervision: Supervision) -> None:
    """Forward messages until the child closes its end."""
    os.set_blocking(pipe, False)
    watch = _Watch(process.pid, supervision.silent_s)
    buffer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if supervision.should_stop():
                raise Stopped
            if selector.select(POLL_S):
                data = os.read(pipe, 1 << 16)
                if not data:
                    return
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    supervision.on_message(json.loads(line))
                watch.heard()
            watch.check()


class _Watch:
    """Notices a child that neither speaks nor computes."""

    def __init__(self, pid: int, silent_s: float) -> None:
        self._process = psutil.Process(pid)
        self._silent_s = silent_s
        self.heard()

    def heard(self) -> None:
        self._since_s = time.monotonic()
        self._cpu_s = self._cpu_used_s()

    def check(self) -> None:
        if time.monotonic() - self._since_s < self._silent_s:
            return
        if self._cpu_used_s() - self._cpu_s < IDLE_CPU_S:
            raise EngineDied(f"the reconstruction program hung for {self._silent_s:.0f} s")
        self.heard()

    def _cpu_used_s(self) -> float:
        try:
            times = self._process.cpu_times()
        except psutil.NoSuchProcess:
            return 0.0
        return float(times.user + times.system)


def _judge(status: int, log_path: Path, supervision: Supervision) -> None:
    if status == 0:
        return
    if supervision.should_stop():
        raise Stopped
    tail = log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
    log.error("the reconstruction program ended with status %s:\n%s", status, "\n".join(tail))
    if status == -signal.SIGKILL:
        raise Killed("The reconstruction")
    ending = signal.Signals(-status).name if status < 0 else f"status {status}"
    raise EngineDied(f"the reconstruction program ended with {ending}")
