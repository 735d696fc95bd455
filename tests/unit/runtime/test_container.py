"""How often a job speaks: at each new step and at its end, in between at most once an interval."""

from pathlib import Path
from typing import Any

import pytest

from spaceport_runtime.job.container import Container


def test_within_a_step_a_job_speaks_once_an_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s, told = [100.0], list[dict[str, Any]]()
    monkeypatch.setattr("spaceport_runtime.job.container.time.monotonic", lambda: now_s[0])
    it = Container(tmp_path, "sfm", told.append, progress_interval_s=10.0)
    for at_s, step, n in ((0, "a", 0), (3, "a", 1), (11, "a", 2), (12, "b", 0), (13, "b", 9)):
        now_s[0] = 100.0 + at_s
        it.progress(step, n, 9)
    assert [(each["step"], each["n"]) for each in told] == [("a", 0), ("a", 2), ("b", 0), ("b", 9)]
