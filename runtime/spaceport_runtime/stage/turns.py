"""Whose turn it is when a machine becomes free: everybody's first run, then everybody's second.

A line in order of arrival lets one tenant who brings five hundred captures keep all others waiting
for days. So it has laps: a run joins the lap after its tenant's last run that waits, and the
earliest lap is served first. Who brings little waits for one run of each other at most; who
brings much still has every machine that nobody else wants. Nothing is stored but the lap, and
nothing needs a clock or a guess of how long a run takes.
"""

from typing import Protocol

from spaceport_runtime.ports import Run


class Line(Protocol):
    """What is asked of the ledger."""

    def waiting_runs(self, stage: str, limit: int) -> list[Run]:
        """The first runs that wait for a machine, in order of their turns."""

    def last_lap(self, tenant: str, stage: str) -> int | None:
        """The lap of a tenant's last run that waits for a machine; None when none waits."""


def next_lap(stage: str, tenant: str, line: Line) -> int:
    """The lap in which a tenant's new run waits: after its own last one, or the present one.

    Both come from an index that may lag by a second or so; runs that a tenant brings within it
    share a lap.
    """
    head = line.waiting_runs(stage, 1)
    present = head[0].lap if head else 0
    own = line.last_lap(tenant, stage)
    return present if own is None else max(present, own + 1)
