"""`make chaos` and `make chaos-mutants`: many schedules, on all cores, with a rate at the end."""

import argparse
import itertools
import logging
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from tests.choreography.invariants import breaches
from tests.choreography.mutants import MUTANTS
from tests.choreography.world import World

CHUNK = 100
MUTANT_SCHEDULES = 2000


def judge(seed: int) -> list[str]:
    """The breaches of one schedule; an exception that escapes a handler's host is one too."""
    return breaches(World(seed).run())


def run_chunk(first: int, count: int) -> list[tuple[int, list[str]]]:
    """(seed, breaches) of every bad schedule from `first` on."""
    logging.disable(logging.CRITICAL)
    judged = ((seed, judge(seed)) for seed in range(first, first + count))
    return [(seed, found) for seed, found in judged if found]


def run_schedules(
    first: int, count: int, on_chunk: Callable[[int], None] = lambda done: None
) -> list[tuple[int, list[str]]]:
    """All schedules from seed `first`, spread over the cores."""
    starts = range(first, first + count, CHUNK)
    sizes = [min(CHUNK, first + count - start) for start in starts]
    bad: list[tuple[int, list[str]]] = []
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for n, found in enumerate(pool.map(run_chunk, starts, sizes), start=1):
            bad += found
            on_chunk(min(n * CHUNK, count))
    return bad


def noticed_after(schedules: int) -> int | None:
    """How many schedules it takes until an invariant breaks; None if none does."""
    for seed in itertools.count():
        if seed == schedules:
            return None
        try:
            found = judge(seed)
        except Exception as error:  # a mutant may break the handlers' host itself
            found = [repr(error)]
        if found:
            return seed + 1
    return None


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first schedule")
    parser.add_argument("--mutants", action="store_true", help="switch protections off in turn")
    options = parser.parse_args()
    say = sys.stdout.write
    if options.mutants:
        return _main_mutants(say)
    started_s = time.perf_counter()
    bad = run_schedules(options.seed, options.schedules)
    seconds = time.perf_counter() - started_s
    for seed, found in bad[:20]:
        say(f"seed {seed}: {'; '.join(found)}\n  again: make chaos SCHEDULES=1 SEED={seed}\n")
    last = options.seed + options.schedules - 1
    say(
        f"{options.schedules} schedules (seeds {options.seed}-{last}), {len(bad)} with a breach, "
        f"{options.schedules / seconds:.0f} schedules/s\n"
    )
    return 1 if bad else 0


def _main_mutants(say: Callable[[str], int]) -> int:
    logging.disable(logging.CRITICAL)
    survivors = 0
    for name, mutant in MUTANTS.items():
        with mutant():
            schedules = noticed_after(MUTANT_SCHEDULES)
        survivors += schedules is None
        verdict = f"noticed after {schedules} schedules" if schedules else "NOT NOTICED"
        say(f"without: {name:55s} {verdict}\n")
    say(f"{len(MUTANTS)} protections, {survivors} not load-bearing\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
