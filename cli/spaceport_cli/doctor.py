"""`spaceport doctor`: what this machine can do, and what for."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from spaceport_cli.show.sentences import human_bytes
from spaceport_cli.show.voice import say

GIB = 1 << 30
NEEDED_PYTHON = (3, 11)
NEEDED_NODE = 22
NEEDED_MEMORY_GIB = 4
NEEDED_DISK_GIB = 5
PROBE_TIMEOUT_S = 120
EXIT_MISSING = 1
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Finding:
    """One line of the diagnosis."""

    name: str
    is_ok: bool
    told: str
    purpose: str
    is_required: bool = False


def doctor(console: Console) -> int:
    """Print the diagnosis as it is made; exit code 1 when something required is missing."""
    missing: list[str] = []
    for check in CHECKS:
        finding = check()
        state = "ok" if finding.is_ok else "missing" if finding.is_required else "absent"
        line = f"{state:<8} {finding.name:<22} {finding.told:<34} {finding.purpose}"
        say(console, line.rstrip())
        if finding.is_required and not finding.is_ok:
            missing.append(finding.name)
    if missing:
        say(console, f"\nspaceport: {', '.join(missing)} missing: run 'make setup' again.")
        return EXIT_MISSING
    say(console, "\nThis machine can run the whole pipeline.")
    return 0


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= NEEDED_PYTHON, version, "everything", True)


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Finding("cores", True, str(count), "sfm and training use all of them")


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    is_enough = total >= NEEDED_MEMORY_GIB * GIB * 0.9
    return Finding("memory", is_enough, human_bytes(total), "4 GB for draft, more for large sets")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    told = f"{human_bytes(free)} free here"
    return Finding("disk", free >= NEEDED_DISK_GIB * GIB, told, "6 times the photos' size")


def _probe(program: str) -> tuple[bool, str]:
    """Run a line of Python in a process of its own: a broken wheel may abort the process."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, "does not answer"
    if done.returncode == 0:
        return True, done.stdout.strip()
    lines = done.stderr.strip().splitlines()
    told = lines[-1].removeprefix("AssertionError: ") if lines else ""
    return False, told[:60] or f"exit status {done.returncode}"


def _library(name: str, purpose: str, is_required: bool = True) -> Callable[[], Finding]:
    def check() -> Finding:
        is_ok, told = _probe(f"import {name}; print(getattr({name}, '__version__', 'present'))")
        return Finding(name, is_ok, told, purpose, is_required)

    return check


def _gpu() -> Finding:
    purpose = "training on the GPU instead of the cores"
    told = _first_line(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"])
    return Finding("NVIDIA GPU", told is not None, told or "none: the cores train", purpose)


def _torch() -> Finding:
    program = "import torch; assert torch.cuda.is_available(), 'torch sees no CUDA'; print("
    is_ok, told = _probe(program + "torch.__version__, torch.version.cuda)")
    return Finding("torch with CUDA", is_ok, told, "training on the GPU")


def _gsplat() -> Finding:
    program = (
        "import torch; assert torch.cuda.is_available(), 'no CUDA'; from gsplat.cuda import "
        "_backend; assert _backend._C is not None, 'no kernels'; print('kernels load')"
    )
    is_ok, told = _probe(program)
    return Finding("gsplat CUDA kernels", is_ok, told, "training on the GPU")


def _node() -> Finding:
    told = _first_line(["node", "--version"]) or "none"
    found = re.match(r"v(\d+)", told)
    is_ok = found is not None and int(found[1]) >= NEEDED_NODE
    purpose = f"{NEEDED_NODE} or newer: reading results back with splat-transform, in tests"
    return Finding("Node", is_ok, told, purpose)


def _chromium() -> Finding:
    found = next(_chromiums(), None)
    return Finding("Chromium", found is not None, found or "none", "looking at reports, in tests")


def _chromiums() -> Iterator[str]:
    yield from filter(None, map(shutil.which, CHROMIUMS))
    cache = Path.home() / ".cache" / "ms-playwright"
    if cache.is_dir():
        yield from (str(path) for path in sorted(cache.glob("chromium*")))


def _first_line(command: list[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _cores,
    _memory,
    _disk,
    _library("pycolmap", "sfm: poses and sparse points"),
    _library("numba", "training and rendering on the cores"),
    _library("moto", "the embedded cloud"),
    _library("PIL", "reading photos, writing pictures"),
    _gpu,
    _torch,
    _gsplat,
    _node,
    _chromium,
)
