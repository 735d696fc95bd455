"""CONTRIBUTING leads to files that exist: a room that moves takes its signposts along."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("cli", "scenery", "infra", "services", "splat", "runtime", "contracts", "tests")


def test_every_file_that_contributing_names_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(?:[\w/]*/\.\.\./)?([\w/]+\.py)`", text))
    known = [path.as_posix() for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(named) > 30
    assert {name for name in named if not any(path.endswith("/" + name) for path in known)} == set()
