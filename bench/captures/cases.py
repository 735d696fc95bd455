"""Captures altered from real photos, built by ../shared/cases/make_cases.py."""

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
