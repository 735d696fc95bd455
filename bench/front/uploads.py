"""What uploads cost `spaceport up`: its memory above idle while several captures arrive at once.

    python -m bench.front.uploads [--captures 1 4 16] [--mb 500] [--out FILE]

Every capture is its own upload through the API, with photos of 25 MB in parts, each looked at as
soon as it has arrived. Flat means: what one capture takes, sixteen take too.
"""

import argparse
import io
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

from spaceport_cli.cloud.access import RunningCloud, find_running
from spaceport_cli.photos.send import SentFile, ask, send_files

MB, MIB = 1000 * 1000, 1 << 20
PHOTO_MB = 25
SIZE = (1600, 1200)
START_S, VERDICTS_S = 120.0, 900.0


@contextmanager
def serving(state_dir: Path) -> Iterator[tuple[RunningCloud, psutil.Process]]:
    """`spaceport up` in a process of its own."""
    command = [sys.executable, "-m", "spaceport_cli", "up", "--port", "0", "--state"]
    process = subprocess.Popen([*command, str(state_dir)], stdout=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + START_S
        while (cloud := find_running(state_dir)) is None:
            if time.monotonic() > deadline_s:
                raise TimeoutError("spaceport up does not come up")
            time.sleep(0.1)
        yield cloud, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


class Peak:
    """The most memory that a process held meanwhile, and what it held before."""

    def __init__(self, process: psutil.Process) -> None:
        self._process, self._is_over = process, threading.Event()
        self.before_bytes = self.most_bytes = process.memory_info().rss
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(0.02):
            self.most_bytes = max(self.most_bytes, self._process.memory_info().rss)

    @property
    def grown_mib(self) -> float:
        """How much more it held than before."""
        return (self.most_bytes - self.before_bytes) / MIB


def large_photo(folder: Path, number: int, size_bytes: int) -> SentFile:
    """A photo with as many bytes behind its end as a camera's preview and maker notes have."""
    stream = io.BytesIO()
    noise = random.Random(number).randbytes(SIZE[0] * SIZE[1])
    Image.frombytes("L", SIZE, noise).save(stream, "JPEG")
    path = folder / f"DJI_{number:04d}.JPG"
    with path.open("wb") as written:
        written.write(stream.getvalue())
        written.truncate(size_bytes)
    return SentFile(path.name, path, size_bytes, "")


def make_capture(folder: Path, mb: int) -> list[SentFile]:
    """Photos of 25 MB."""
    numbers = range(max(1, mb // PHOTO_MB))
    return [large_photo(folder, number, min(mb, PHOTO_MB) * MB) for number in numbers]


def upload(cloud: RunningCloud, files: list[SentFile], key: str) -> None:
    """One capture, until each photo has its verdict."""
    path = f"/uploads/{send_files(files, key, key, cloud, lambda *_: None)}"
    for file in files:
        ask(cloud, "POST", f"{path}/parts", {"files": [file.name]})
    deadline_s = time.monotonic() + VERDICTS_S
    while not all(file["verdict"] for file in ask(cloud, "GET", path)["files"]):
        if time.monotonic() > deadline_s:
            raise TimeoutError("not every photo was looked at")
        time.sleep(1)


def measure(captures: int, mb: int) -> dict[str, Any]:
    """A fresh installation each time: nothing of the round before is in its memory."""
    with tempfile.TemporaryDirectory() as folder:
        files = make_capture(Path(folder), mb)
        with serving(Path(folder) / "state") as (cloud, process):
            began_s = time.monotonic()
            with Peak(process) as peak, ThreadPoolExecutor(captures) as pool:
                list(pool.map(lambda n: upload(cloud, files, f"capture {n}"), range(captures)))
            return {
                "captures": captures,
                "mb_each": mb,
                "idle_mib": round(peak.before_bytes / MIB),
                "above_idle_mib": round(peak.grown_mib),
                "seconds": round(time.monotonic() - began_s, 1),
            }


def main() -> int:
    """Print a line per number of captures; write all of them with --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captures", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--mb", type=int, default=500)
    parser.add_argument("--out", type=Path)
    typed = parser.parse_args()
    rows = []
    for captures in typed.captures:
        rows.append(measure(captures, typed.mb))
        print(json.dumps(rows[-1]), flush=True)
    if typed.out:
        typed.out.write_text(json.dumps({"rows": rows}, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
