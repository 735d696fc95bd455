"""Ctrl-C and SIGTERM: one clean stop, and no second one while the first is under way."""

import signal
from types import FrameType


def stop_on_signals() -> None:
    """Turn the first SIGINT or SIGTERM into KeyboardInterrupt in the main thread."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # A function and not SIG_IGN: children would inherit that and become unstoppable.
        signal.signal(number, _pass)
    raise KeyboardInterrupt


def _pass(_number: int, _frame: FrameType | None) -> None:
    """Stopping is under way already."""
