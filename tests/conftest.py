"""What is skipped is not tested: in CI a skip fails, but for what CI cannot have.

CI (`CI=true`, as every CI service sets it) has no real photos, which never enter the repository,
and is lent no GPU. Everything else that a test needs is installed by `make test`.
"""

import os
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples each time, and a busy machine is no finding; Hypothesis has it for CI, we want
# it everywhere. New examples: pytest --hypothesis-profile=default.
settings.load_profile("ci")

PHOTOS = Path(__file__).parents[2] / "shared" / "photos"


def in_ci() -> bool:
    """Whether nobody is there to read which tests were skipped."""
    return os.environ.get("CI", "").lower() in {"true", "1"}


def has_gpu() -> bool:
    """Whether torch sees one."""
    if find_spec("torch") is None:
        return False
    import torch  # noqa: PLC0415 - seconds, and most runs need no answer

    return torch.cuda.is_available()


def what_is_missing(item: pytest.Item) -> str | None:
    """What the test's markers ask for, this machine lacks, and nothing can install."""
    if item.get_closest_marker("shared") and not PHOTOS.is_dir():
        return f"the real photos are not at {PHOTOS}"
    if item.get_closest_marker("gpu") and not has_gpu():
        return "there is no GPU"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = what_is_missing(item)
    if missing:
        pytest.skip(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    expected = hasattr(report, "wasxfail") or what_is_missing(item)
    if report.skipped and in_ci() and not expected:
        report.outcome, report.longrepr = "failed", f"skipped in CI: {reason_of(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole file, by importorskip."""
    report = yield
    if report.skipped and in_ci():
        report.outcome, report.longrepr = "failed", f"skipped in CI: {reason_of(report)}"
    return report


def reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else report.longreprtext
