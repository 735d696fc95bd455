"""Test code: the `spaceport` command as its user meets it, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

FINAL_NAMES = ("scene.sog", "scene.ply", "sparse", "preview.png", "report.json", "report.html")


class Told(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def start(arguments: Sequence[str]) -> subprocess.Popen[str]:
    """The command, running in a session of its own, as a shell would start it."""
    return subprocess.Popen(
        [sys.executable, "-m", "spaceport_cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def spaceport(*arguments: str | Path, timeout_s: float = 300) -> Told:
    """Run the command to its end."""
    process = start([str(argument) for argument in arguments])
    try:
        out, err = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        raise AssertionError(f"no end within {timeout_s} s\n{out}\n{err}") from None
    return Told(process.returncode, out, err)


def events_of(out: Path, name: str) -> list[dict[str, Any]]:
    """The bus's events of one type so far, also while a run is going on."""
    path = out / ".spaceport" / "events.jsonl"
    if not path.exists():
        return []
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    envelopes = [json.loads(line) for line in lines]
    return [envelope["detail"] for envelope in envelopes if envelope["detail-type"] == name]


def jobs_of(out: Path) -> list[str]:
    """The SageMaker jobs that were ever launched, by name."""
    return sorted(path.parent.name for path in (out / ".spaceport/sagemaker").glob("*/job.json"))


def wait_until(
    is_so: Callable[[], bool], process: subprocess.Popen[str], timeout_s: float = 300
) -> None:
    """Poll; fails when the process ends or the time is up before it is so."""
    deadline_s = time.monotonic() + timeout_s
    while not is_so():
        assert process.poll() is None, f"ended too early: {process.communicate()}"
        assert time.monotonic() < deadline_s, "it never was so"
        time.sleep(0.1)


def noise_photo(path: Path, seed: int, size: tuple[int, int] = (640, 480)) -> Path:
    """A JPEG that decodes well, is sharp, and shows nothing."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(path, quality=90)
    return path


def assert_refused(told: Told, out: Path, *words: str) -> None:
    """One sentence with the remedy on stderr, no traceback, nothing under the final names."""
    assert told.code not in (0, 3, 130), told
    assert "Traceback" not in told.out + told.err
    assert told.err.count("\n") == 1, told.err
    assert told.err.startswith("spaceport: ")
    for word in words:
        assert word in told.err, told.err
    assert [name for name in FINAL_NAMES if (out / name).exists()] == []
