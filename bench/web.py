"""Our viewer's page against the viewer's own stock page: bytes, requests, long tasks, heap.

    python -m bench.web DIR [--orbit-s 60] [--rounds 5] [--out out/bench/web.json]

DIR is what `spaceport run` or `make demo` wrote. Both pages show the same `scene.sog` in the same
browser, software WebGL, one after the other in turns; each visit is a browser profile of its own.
Ours begins with `coarse.sog`, where the scene is large enough to have one; the bytes of both are
counted. "First picture" is the engine's own first complete frame (`window.firstFrame`) on the
browser's clock; "idle" is half a second without a request after it. Neither server compresses, and
each is a process of its own. One visit to each page comes before those that count: the first one of
a browser pays for its start. Printed are the medians of all visits, figure by figure, and ours over
the stock page's. The stock page is `@playcanvas/supersplat-viewer`'s,
with its own controls, from web/node_modules. Needs Chromium (SPACEPORT_CHROMIUM names another one).
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.serving import Quiet, served
from spaceport_cli.view.result import SCENE, read_result
from spaceport_cli.view.view import serve

REPOSITORY = Path(__file__).resolve().parents[1]
STOCK = REPOSITORY / "web" / "node_modules" / "@playcanvas" / "supersplat-viewer" / "public"
ARGUMENTS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
WATCH = """
window.firstFrame = () => { window.firstPictureMs ??= performance.now(); };
window.longTasksMs = [];
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.longTasksMs.push([task.startTime, task.duration]);
}).observe({ type: 'longtask', buffered: true });
"""
OFF = {"enabled": False}
SETTINGS = {
    "version": 2,
    "tonemapping": "none",
    "highPrecisionRendering": False,
    "background": {"color": [0.9, 0.9, 0.9]},
    "postEffectSettings": {
        name: OFF for name in ("sharpness", "bloom", "grading", "vignette", "fringing")
    },
    "animTracks": [],
    "cameras": [],
    "annotations": [],
    "startMode": "default",
}
SPLAT = ".sog"
QUIET_MS = 500
TIMEOUT_MS = 300_000
DRAG_PX = 40


@dataclass(frozen=True)
class Visit:
    """One visit's figures, or the medians of several; long tasks are those over 50 ms."""

    page: str
    first_picture_ms: float
    bytes_to_first: int
    scene_bytes_to_first: int
    requests_to_first: int
    bytes_to_idle: int
    requests_to_idle: int
    long_tasks_to_first: int
    longest_task_ms: float
    heap_bytes_after_orbit: int


class Files(Quiet, SimpleHTTPRequestHandler):
    """A folder's files."""


@contextmanager
def our_page(folder: Path) -> Iterator[str]:
    """`spaceport view`."""
    with serve(read_result(folder)) as link:
        yield link


@contextmanager
def apart(page: Callable[[Path], AbstractContextManager[str]], path: Path) -> Iterator[str]:
    """The link to a page that another process serves."""
    process = get_context("spawn")
    told, tells = process.Pipe()
    server = process.Process(target=_tell, args=(page, path, tells), daemon=True)
    server.start()
    try:
        yield told.recv()
    finally:
        told.send("enough")
        server.join()


def _tell(
    page: Callable[[Path], AbstractContextManager[str]], path: Path, tells: Connection
) -> None:
    with page(path) as link:
        tells.send(link)
        tells.recv()


@contextmanager
def stock_page(scene: Path) -> Iterator[str]:
    """The viewer's own page at a port of this machine, with our scene."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(STOCK, folder, dirs_exist_ok=True)
        shutil.copyfile(scene, Path(folder) / SCENE)
        (Path(folder) / "settings.json").write_text(json.dumps(SETTINGS))
        with served(partial(Files, directory=folder)) as port:
            yield f"http://127.0.0.1:{port}/index.html?content={SCENE}&webgl"


class Traffic:
    """What came over the wire, and when, in seconds since 1970 by the browser's clock."""

    def __init__(self, session: CDPSession) -> None:
        self.finished: list[tuple[float, int, str]] = []
        self._asked: dict[str, tuple[str, float]] = {}
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.loadingFinished", self._came)

    def _sent(self, event: dict[str, object]) -> None:
        request = event["request"]
        assert isinstance(request, dict)
        # Their clock begins anywhere; of each request both times are told.
        shift_s = float(str(event["wallTime"])) - float(str(event["timestamp"]))
        self._asked[str(event["requestId"])] = (str(request["url"]), shift_s)

    def _came(self, event: dict[str, object]) -> None:
        size = int(float(str(event["encodedDataLength"])))
        url, shift_s = self._asked.get(str(event["requestId"]), ("", 0.0))
        self.finished.append((float(str(event["timestamp"])) + shift_s, size, url))


def visit(name: str, browser: Browser, link: str, orbit_s: float) -> Visit:
    """Open the page, wait until it is idle, turn the scene for a while."""
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    traffic = Traffic(session)
    page.goto(link)
    page.wait_for_function("() => window.firstPictureMs !== undefined", timeout=TIMEOUT_MS)
    first_ms = float(page.evaluate("window.firstPictureMs"))
    first_s = float(page.evaluate("(performance.timeOrigin + window.firstPictureMs) / 1000"))
    _wait_until_quiet(page, traffic)
    until_idle = list(traffic.finished)
    until_first = [each for each in until_idle if each[0] <= first_s]
    tasks = page.evaluate("window.longTasksMs")
    _orbit(page, orbit_s)
    heap = _heap_bytes(session)
    context.close()
    before = [length for start, length in tasks if start < first_ms]
    return Visit(
        page=name,
        first_picture_ms=round(first_ms),
        bytes_to_first=sum(size for _, size, _ in until_first),
        scene_bytes_to_first=sum(size for _, size, url in until_first if SPLAT in url),
        requests_to_first=len(until_first),
        bytes_to_idle=sum(size for _, size, _ in until_idle),
        requests_to_idle=len(until_idle),
        long_tasks_to_first=len(before),
        longest_task_ms=round(max(before, default=0)),
        heap_bytes_after_orbit=heap,
    )


def _wait_until_quiet(page: Page, traffic: Traffic) -> None:
    seen = -1
    while seen != len(traffic.finished):
        seen = len(traffic.finished)
        page.wait_for_timeout(QUIET_MS)


def _orbit(page: Page, seconds: float) -> None:
    """Drag to and fro, as a hand does."""
    end_ms = page.evaluate("performance.now()") + seconds * 1000
    page.mouse.move(400, 300)
    page.mouse.down()
    step = 0
    while page.evaluate("performance.now()") < end_ms:
        step += 1
        page.mouse.move(400 + DRAG_PX * (step % 5), 300 + DRAG_PX * (step % 3))
    page.mouse.up()


def _heap_bytes(session: CDPSession) -> int:
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    return int(used["usedSize"] + used["backingStorageSize"])


def medians(visits: list[Visit]) -> Visit:
    """Of each figure by itself."""
    rows = [asdict(one) for one in visits]
    names = [name for name in rows[0] if name != "page"]
    figures = {name: statistics.median_low(row[name] for row in rows) for name in names}
    return Visit(page=visits[0].page, **figures)


def measure(folder: Path, orbit_s: float, rounds: int) -> list[Visit]:
    """Both pages in turns; the medians of each."""
    with ExitStack() as stack:
        stock = stack.enter_context(apart(stock_page, read_result(folder).files[SCENE]))
        ours = stack.enter_context(apart(our_page, folder))
        pages = {"ours": ours, "stock": stock}
        browser = stack.enter_context(_browser())
        for name, link in pages.items():
            visit(name, browser, link, orbit_s=0)
        visits = [
            visit(name, browser, link, orbit_s)
            for _ in range(rounds)
            for name, link in pages.items()
        ]
    return [medians([one for one in visits if one.page == name]) for name in pages]


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("SPACEPORT_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--orbit-s", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "bench" / "web.json")
    options = parser.parse_args()
    rows = measure(options.folder, options.orbit_s, options.rounds)
    ours, stock = map(asdict, rows)
    print("| | ours | stock | ratio |\n|---|---|---|---|")
    for name in [name for name in ours if name != "page"]:
        ratio = f"{ours[name] / stock[name]:.2f}" if stock[name] else ""
        print(f"| {name} | {ours[name]:,} | {stock[name]:,} | {ratio} |")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"rows": [asdict(row) for row in rows]}, indent=1))


if __name__ == "__main__":
    main()
