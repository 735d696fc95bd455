"""Test code: `spaceport up` in a process of its own, as a user starts it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from spaceport_cli.cloud.access import RunningCloud, find_running
from tests.infra.clouds import wait_for

MIB = 1 << 20


@dataclass(frozen=True)
class Served:
    """A running `spaceport up`."""

    state_dir: Path
    cloud: RunningCloud
    process: psutil.Process

    def client(self, service: str) -> Any:
        """A boto3 client of it."""
        return self.cloud.client(service)

    @property
    def is_alive(self) -> bool:
        """It has not died."""
        return self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE

    @property
    def rss_mib(self) -> float:
        """The memory that it holds."""
        return float(self.process.memory_info().rss) / MIB


@contextmanager
def served(state_dir: Path) -> Iterator[Served]:
    """Start it on any ports; stop it as Ctrl-C does."""
    command = [sys.executable, "-m", "spaceport_cli", "up", "--port", "0", "--state"]
    process = subprocess.Popen([*command, str(state_dir)], stdout=subprocess.DEVNULL)
    try:
        cloud = wait_for(lambda: find_running(state_dir))
        yield Served(state_dir, cloud, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
