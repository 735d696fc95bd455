"""Captures altered from real photos, built by ../shared/cases/make_cases.py."""

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Cases:
    """What the script can build."""

    script: Path
    photos: Path
    second: Path | None
    """Photos of another place, which some cases mix in."""

    @cached_property
    def names(self) -> list[str]:
        """In the order of its list."""
        listed = subprocess.run(
            [sys.executable, self.script, "--list"], check=True, capture_output=True, text=True
        ).stdout
        return [line.partition(":")[0] for line in listed.splitlines()]

    def build(self, name: str, work: Path) -> Path:
        """The case as a folder or a zip below `work`."""
        target = work / "cases" / (f"{name}.zip" if name.endswith("_zip") else name)
        command = [sys.executable, str(self.script), name, str(self.photos), str(target)]
        extra = [str(self.second)] if self.second else []
        both = subprocess.run([*command, *extra], check=False, capture_output=True)
        if both.returncode:  # the case takes one folder only
            subprocess.run(command, check=True, capture_output=True)
        return target


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is run: the script with the cases, its photos, and which of all captures."""
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--photos", type=Path)
    parser.add_argument("--second", type=Path)
    parser.add_argument("--only", nargs="*", default=[])


CODE = ("services/sfm/spaceport_sfm", "services/ingest/spaceport_ingest/inspect")


def code_of() -> str:
    """What a row was made by: git's hashes of sfm's and the inspection's code, `+` for changes.

    "unknown" outside of a clone.
    """

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], check=False, capture_output=True, text=True
        ).stdout.strip()

    trees = [git("rev-parse", "--short", f"HEAD:{path}") for path in CODE]
    changed = git("status", "--porcelain", "--", *CODE)
    return " ".join(trees) + (" +" if changed else "") if all(trees) else "unknown"


def read_known(out: Path) -> dict[str, object]:
    """The rows of earlier runs, by capture; none at first."""
    out.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, object] = json.loads(out.read_text()) if out.is_file() else {}
    return known
