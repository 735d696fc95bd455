"""Where words go: news to stdout, trouble to stderr."""

import sys

from rich.console import Console


def say(console: Console, text: str) -> None:
    """A line as it is, however long."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """The one sentence that says what went wrong and what to do."""
    sys.stderr.write(f"spaceport: {sentence}\n")
    sys.stderr.flush()
