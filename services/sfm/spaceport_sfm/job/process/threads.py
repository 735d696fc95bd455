"""How many threads the job may use."""

import os


def available_threads() -> int:
    """OMP_NUM_THREADS when set (how a scheduler says it), else the cores of this process."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
