"""300 files and one in parts, 5 % of the requests fail or stall, the server is killed in the
middle: nothing is lost, and only what was in flight is sent again."""

import io
import random
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections import Counter
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from spaceport_cli.cloud.access import RunningCloud, find_running
from spaceport_cli.photos import send
from spaceport_cli.photos.send import SentFile, ask, send_files
from spaceport_cli.photos.upload import hash_file
from spaceport_ingest.upload import PART_BYTES
from tests.infra.clouds import wait_for

FILES = 300
FAULTS = 0.05
STALL_S = 2.0


class Weather:
    """Stands before the network: some requests never leave, some answers never come back."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.lock = threading.Lock()
        self.arrived: Counter[str] = Counter()
        self.unheard = 0
        self.requests = 0
        self.kill_after = FILES // 2
        self.kill = threading.Event()

    def open(self, request: urllib.request.Request, stalled_s: float) -> bytes:
        is_put = request.get_method() == "PUT"
        with self.lock:
            self.requests += 1
            throw = self.dice.random()
        if throw < FAULTS / 3:
            raise ConnectionResetError
        if throw < 2 * FAULTS / 3:
            threading.Event().wait(STALL_S)
            raise TimeoutError
        try:
            content = real_open(request, 10)
        except OSError:
            with self.lock:
                self.unheard += is_put  # it may have arrived before the server died
            raise
        if is_put:
            with self.lock:
                self.arrived[request.full_url.partition("X-Amz")[0]] += 1
                if self.arrived.total() == self.kill_after:
                    self.kill.set()
        if throw < FAULTS:
            with self.lock:
                self.unheard += is_put
            raise TimeoutError
        return content


real_open = send._open


def two_ports() -> int:
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def start(state_dir: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "spaceport_cli", "up", "--port", str(port), "--state"]
    return subprocess.Popen([*command, str(state_dir)], stdout=subprocess.DEVNULL)


def running(state_dir: Path, process: subprocess.Popen[bytes]) -> RunningCloud:
    def found() -> RunningCloud | None:
        cloud = find_running(state_dir)
        return cloud if cloud and cloud.pid == process.pid else None

    return wait_for(found)


def make_files(folder: Path) -> list[SentFile]:
    folder.mkdir()
    noise = np.random.default_rng(1)
    for number in range(FILES):
        stream = io.BytesIO()
        pixels = noise.integers(0, 255, (64, 96, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(stream, "JPEG")
        (folder / f"DJI_{number:04d}.JPG").write_bytes(stream.getvalue())
    (folder / "large.tif").write_bytes(noise.bytes(2 * PART_BYTES + 12345))
    return [
        SentFile(path.name, path, path.stat().st_size, hash_file(path)[0])
        for path in sorted(folder.iterdir())
    ]


@pytest.mark.slow
def test_nothing_is_lost_and_only_what_was_in_flight_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, state_dir, port = make_files(tmp_path / "photos"), tmp_path / "state", two_ports()
    weather = Weather(seed=11)
    monkeypatch.setattr(send, "_open", weather.open)
    processes = [start(state_dir, port)]
    try:
        cloud = running(state_dir, processes[0])

        def kill_in_the_middle() -> None:
            weather.kill.wait()
            processes[0].send_signal(signal.SIGKILL)
            processes[0].wait()
            processes.append(start(state_dir, port))

        killer = threading.Thread(target=kill_in_the_middle)
        killer.start()
        upload_id = send_files(files, "chaos", "chaos", cloud, lambda *_: None)
        killer.join()
        cloud = running(state_dir, processes[1])
        pieces = FILES + 3
        again = weather.arrived.total() - pieces
        assert len(weather.arrived) == pieces
        assert 0 <= again <= weather.unheard, (again, weather.unheard)
        assert weather.requests > pieces
        monkeypatch.setattr(send, "_open", real_open)
        path = f"/uploads/{upload_id}"
        assert ask(cloud, "POST", f"{path}/parts", {"files": ["large.tif"]})["files"][0]["state"]
        before = weather.arrived.total()
        assert send_files(files, "chaos", "chaos", cloud, lambda *_: None) == upload_id
        assert weather.arrived.total() == before

        def judged() -> bool:
            standing = ask(cloud, "GET", path)
            assert (standing["arrived"], standing["total"]) == (FILES + 1, FILES + 1)
            return all(file["verdict"] for file in standing["files"])

        wait_for(judged, 180)
    finally:
        for process in processes:
            if psutil.pid_exists(process.pid) and process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)
