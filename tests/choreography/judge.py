"""`make chaos-mutants`: who notices each systematic mutant. The verdicts are kept in a file.

A few schedules are tried, then the quick unit tests of its room, then the other schedules. What
nobody notices must stand in `mutants.json` with the reason why that is no harm; `test_mutants.py`
holds the file against the code.
"""

import argparse
import contextlib
import io
import json
import logging
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from tests.choreography.chaos import judge
from tests.choreography.mutation import Mutant, all_mutants

FILE = Path(__file__).with_name("mutants.json")
ROOT = Path(__file__).parents[2]
PATIENCE_S = 120
FIRST_LOOK = 8
UNIT_TESTS = {
    "runtime": tuple(
        f"tests/unit/runtime/test_{name}.py"
        for name in (
            "stage_line",
            "stage_ends",
            "stage_deleted",
            "turns",
            "failures",
            "launch",
            "machines",
        )
    ),
    "ingest": tuple(
        f"tests/unit/ingest/test_ingest_{name}.py"
        for name in ("uploads", "api", "runs", "deletion", "batches", "estimates", "upload_routes")
    ),
    "notify": tuple(
        f"tests/unit/notify/test_notify_{name}.py"
        for name in ("tell", "mail", "webhooks", "deletion", "batches", "shares", "report")
    ),
}
CHAOS, UNIT, NOBODY = "chaos", "unit", ""


class Endless(Exception):
    """A test or schedule that does not end."""


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise Endless


def verdict(name: str, schedules: int) -> tuple[str, str]:
    """The mutant's name, and who notices it."""
    mutant = by_name()[name]
    signal.signal(signal.SIGALRM, _end)
    with mutant.applied():
        if _run_schedules(range(FIRST_LOOK)):
            return name, CHAOS
        if _run_unit_tests(room_of(name)):
            return name, UNIT
        return name, CHAOS if _run_schedules(range(FIRST_LOOK, schedules)) else NOBODY


def room_of(name: str) -> str:
    """The package of a mutant: the first word of its name."""
    return name.partition(".")[0]


def _run_unit_tests(room: str) -> bool:
    """Whether one of the room's quick tests fails."""
    paths = [str(ROOT / path) for path in UNIT_TESTS[room]]
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(PATIENCE_S)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            return pytest.main([*paths, *options]) != pytest.ExitCode.OK
    finally:
        signal.alarm(0)


def _run_schedules(seeds: Iterable[int]) -> bool:
    """Whether an invariant breaks in one of these schedules."""
    logging.disable(logging.CRITICAL)
    for seed in seeds:
        signal.alarm(PATIENCE_S)
        try:
            if judge(seed):
                return True
        except Exception:  # a mutant may break the handlers' host itself
            return True
        finally:
            signal.alarm(0)
    logging.disable(logging.NOTSET)
    return False


def by_name() -> dict[str, Mutant]:
    """Every mutant under its name."""
    return {mutant.name: mutant for mutant in all_mutants()}


def kept() -> dict[str, str]:
    """The verdicts of the file: `chaos`, `unit`, or the reason why a survivor is no harm."""
    verdicts: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return verdicts


def verdicts_of(names: Iterable[str], schedules: int) -> Iterator[tuple[str, str]]:
    """Name and verdict of each, every one in a process of its own."""
    cores = len(os.sched_getaffinity(0))
    jobs = [(name, schedules) for name in names]
    with multiprocessing.get_context("fork").Pool(cores, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(_verdict_of_pair, jobs)


def _verdict_of_pair(job: tuple[str, int]) -> tuple[str, str]:
    return verdict(*job)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=200, help="to try each mutant on")
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    parser.add_argument("--survivors", action="store_true", help="those that survived before")
    parser.add_argument("--new", action="store_true", help="those without a verdict")
    parser.add_argument("--write", action="store_true", help="keep the verdicts in the file")
    options = parser.parse_args()
    known = kept() if FILE.exists() else {}
    names = [name for name in by_name() if options.only in name]
    if options.survivors:
        names = [name for name in names if known.get(name, NOBODY) not in (CHAOS, UNIT)]
    if options.new:
        names = [name for name in names if name not in known]
    for room in {room_of(name): None for name in names}:  # loads what the children need, too
        if _run_unit_tests(room):
            raise SystemExit(f"the unit tests of {room} fail without any mutant")
    new: dict[str, str] = {}
    for name, found in verdicts_of(names, options.schedules):
        new[name] = found or _reason(known.get(name, ""))
        if options.write:
            _write(known | new)
        if new[name] not in (CHAOS, UNIT):
            sys.stdout.write(f"survives: {name}\n    {new[name] or 'WITHOUT A REASON'}\n")
            sys.stdout.flush()
    counts = Counter(each if each in (CHAOS, UNIT, NOBODY) else "reason" for each in new.values())
    sys.stdout.write(
        f"{len(new)} mutants: {counts[UNIT]} noticed by unit tests, {counts[CHAOS]} by "
        f"{options.schedules} schedules, {counts['reason'] + counts[NOBODY]} survive, "
        f"{counts[NOBODY]} of them without a reason\n"
    )
    return 1 if counts[NOBODY] else 0


def _reason(before: str) -> str:
    return before if before not in (CHAOS, UNIT) else NOBODY


def _write(verdicts: dict[str, str]) -> None:
    current = {name: verdicts[name] for name in by_name() if name in verdicts}
    FILE.write_text(json.dumps(current, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
