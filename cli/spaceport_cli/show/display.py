"""Show a job's progress: live on a terminal, as plain lines in a log."""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from spaceport_cli.show.sentences import human_seconds
from spaceport_cli.show.stages import STAGES, StageState, StageView

PLAIN_INTERVAL_S = 10.0
NAME_WIDTH = max(map(len, STAGES)) + 2
BAR_WIDTH = 24
FIGURES_SHOWN = 3
UNITS = {"db": "dB", "px": "px", "m": "m", "s": "s", "deg": "°"}


class Display(Protocol):
    """What shows a job."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the screen as it is."""

    def show(self, stages: Mapping[str, StageView], changed: str) -> None:
        """A stage has news."""

    def say(self, text: str) -> None:
        """A line that stays."""


def make_display(console: Console) -> Display:
    """Live where somebody watches, plain lines where a file does."""
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(console)


def describe(view: StageView) -> str:
    """`matching 120/306  41 s left  psnr 21.3`."""
    if view.state is StageState.DONE:
        took = f"  {human_seconds(view.seconds)}" if view.seconds is not None else ""
        return f"done  {view.note}".rstrip() + took
    if view.state is StageState.FAILED:
        return "failed"
    if view.state is not StageState.RUNNING:
        return view.note
    return "  ".join(part for part in (_step(view), *_details(view)) if part)


def _step(view: StageView) -> str:
    return f"{view.step} {view.n}/{view.m}" if view.m > 0 else view.step


def _details(view: StageView) -> list[str]:
    left = f"{human_seconds(view.seconds_left)} left" if view.seconds_left is not None else ""
    shown = view.figures[:FIGURES_SHOWN]
    return [left, *(_figure(name, value) for name, value in shown)]


def _figure(name: str, value: float) -> str:
    """`psnr_db`, `21.3` -> `psnr 21.3 dB`."""
    stem, _, last = name.rpartition("_")
    unit = UNITS.get(last, "") if stem else ""
    words = (stem if unit else name).replace("_", " ")
    return f"{words} {_number(value)} {unit}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.4g}"


class PlainDisplay:
    """One line per piece of news; within one step at most one every ten seconds."""

    def __init__(self, console: Console, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock_s = clock_s
        self._last: dict[str, StageView] = {}
        self._last_s: dict[str, float] = {}

    def __enter__(self) -> Self:
        """Nothing to begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to clear."""

    def show(self, stages: Mapping[str, StageView], changed: str) -> None:
        """Print the changed stage unless it has just been printed."""
        view, now_s = stages[changed], self._clock_s()
        if not self._is_news(view, now_s):
            return
        self._last[changed], self._last_s[changed] = view, now_s
        self.say(f"{changed:<{NAME_WIDTH}}{describe(view)}")

    def _is_news(self, view: StageView, now_s: float) -> bool:
        last = self._last.get(view.name)
        if last is None or (last.state, last.step) != (view.state, view.step):
            return True
        if view == last:
            return False
        if view.state is not StageState.RUNNING:
            return describe(view) != describe(last)
        is_last = view.n >= view.m > 0
        return is_last or now_s - self._last_s[view.name] >= PLAIN_INTERVAL_S

    def say(self, text: str) -> None:
        """Print a line, however long it is."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


class LiveDisplay:
    """A table with one row per stage that changes in place."""

    def __init__(self, console: Console) -> None:
        self._stages: Mapping[str, StageView] = {}
        self._spinner = Spinner("dots")
        self._live = Live(console=console, refresh_per_second=4, get_renderable=self._table)

    def __enter__(self) -> Self:
        """Take the bottom of the terminal."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back, the last state left in place."""
        self._live.stop()

    def show(self, stages: Mapping[str, StageView], changed: str) -> None:
        """The next refresh shows it."""
        self._stages = stages

    def say(self, text: str) -> None:
        """Print a line above the table."""
        self._live.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(width=NAME_WIDTH)
        table.add_column(width=BAR_WIDTH)
        table.add_column(overflow="fold")
        for name in STAGES:
            view = self._stages.get(name, StageView(name))
            table.add_row(self._mark(view), Text(name, style=_style(view)), _bar(view), _text(view))
        return table

    def _mark(self, view: StageView) -> Text | Spinner:
        marks = {StageState.DONE: Text("✓", "green"), StageState.FAILED: Text("✗", "red")}
        if view.state is StageState.RUNNING:
            return self._spinner
        return marks.get(view.state, Text("·", "dim"))


def _style(view: StageView) -> str:
    return {StageState.RUNNING: "bold", StageState.PENDING: "dim"}.get(view.state, "")


def _bar(view: StageView) -> ProgressBar | Text:
    if view.state is StageState.DONE:
        return ProgressBar(total=1, completed=1, width=BAR_WIDTH)
    if view.state is StageState.RUNNING and view.m > 0:
        return ProgressBar(total=view.m, completed=min(view.n, view.m), width=BAR_WIDTH)
    return Text("")


def _text(view: StageView) -> Text:
    return Text(describe(view), style=_style(view))
