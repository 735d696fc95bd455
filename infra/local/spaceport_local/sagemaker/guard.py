"""Runs a job's program and ends with it, or with whoever started it, however that one died.

Standard library only: it is started without site-packages, once per job. Its standard input is a
pipe that nobody writes to; end of file means that the other end is gone.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command given as arguments; returns its status as a container engine reports it."""
    signal.signal(signal.SIGTERM, lambda _signal, _frame: None)  # meant for the program
    program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    status = program.wait()
    return status if status >= 0 else 128 - status


def _end_with_parent() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
