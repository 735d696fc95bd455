"""Whose turn it is when a machine becomes free: everybody's first run, then everybody's second.

A line in order of arrival lets one tenant who brings five hundred captures keep all others waiting
for days. So it has laps: a run joins the lap after its tenant's last run that waits, and the
earliest lap is served first. Who brings little waits for one run of each other at most; who
brings much still has every machine that nobody else wants. Nothing is stored but the lap, and
nothing needs a clock or a guess of how long a run takes.
"""

from spaceport_runtime.ports import Platform


def next_lap(stage: str, tenant: str, platform: Platform) -> int:
    """The lap in which a tenant's new run waits: as many after the head's as wait already.

    The counts come from an index that may lag by a second or so; runs that a tenant brings within
    it share a lap.
    """
    head = platform.ledger.waiting_runs(stage, 1)
    first = head[0].lap if head else 0
    return first + platform.ledger.count_of(tenant, stage)
