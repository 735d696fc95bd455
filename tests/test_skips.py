"""The rule of `conftest.py`: in CI what is skipped counts as failed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REASONS = {
    "a mark": "@pytest.mark.skipif(True, reason='a tool is missing')\ndef test_it():\n    pass\n",
    "a call": "def test_it():\n    pytest.skip('a tool is missing')\n",
    "a fixture": "@pytest.fixture\ndef tool():\n    pytest.skip('a tool is missing')\n\n\n"
    "def test_it(tool):\n    pass\n",
    "a file": "pytest.importorskip('no_such_package', reason='a tool is missing')\n",
}
CONFIG = "[pytest]\nmarkers =\n  shared: photos\n  gpu: a GPU\n"


def run(folder: Path, test: str, **environment: str) -> str:
    """What pytest says of one file under our conftest; no photos lie beside the folder."""
    tests = folder / "repository" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), tests)
    (tests.parent / "pytest.ini").write_text(CONFIG)
    (tests / "test_it.py").write_text(f"import pytest\n\n\n{test}")
    quiet = {"CI": "", "CUDA_VISIBLE_DEVICES": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests"],
        cwd=tests.parent,
        env={**os.environ, **quiet, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout


@pytest.mark.parametrize("test", REASONS.values(), ids=REASONS.keys())
def test_in_ci_a_skip_is_a_failure(test: str, tmp_path: Path) -> None:
    assert "1 skipped" in run(tmp_path / "desk", test)
    told = run(tmp_path / "ci", test, CI="true")
    assert "skipped in CI: " in told
    assert "a tool is missing" in told
    assert "1 failed" in told or "1 error" in told
    assert "1 skipped" not in told


@pytest.mark.parametrize("marker", ["shared", "gpu"])
def test_what_ci_cannot_have_may_be_skipped(marker: str, tmp_path: Path) -> None:
    test = f"@pytest.mark.{marker}\ndef test_it():\n    assert False\n"
    assert "1 skipped" in run(tmp_path, test, CI="true")
