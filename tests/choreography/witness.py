"""Looks at every call of a stage that nothing disturbed: what it was for must be done afterwards.

A call during which a process died, AWS was busy or another Lambda came in between owes nothing yet;
the next one does.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spaceport_compress import handler as compress
from spaceport_runtime.ports import Run, RunKey
from spaceport_runtime.service import STATE_CHANGE
from spaceport_runtime.stage.line import LINE_HEAD
from spaceport_runtime.stage.reconcile import LOST_AFTER_S, OVERDUE_GRACE_S, age_s
from spaceport_sfm import handler as sfm
from spaceport_train import handler as train
from tests.choreography.fakes import FakeJob
from tests.choreography.functions import recipe_of

if TYPE_CHECKING:
    from tests.choreography.world import World

STAGES = {"sfm": sfm.HANDLERS, "train": train.HANDLERS, "compress": compress.HANDLERS}


@dataclass(frozen=True)
class Scene:
    """The world before a call: `shown` is what the index lists, `known` what there is."""

    trouble: int
    shown: tuple[Run, ...]
    known: frozenset[RunKey]
    over: frozenset[str]
    lost: frozenset[RunKey]


@dataclass(frozen=True)
class Detail:
    """What a message says, as far as it can be read."""

    name: str
    fields: dict[str, Any]


class Witness:
    """Writes down every promise that a call has broken."""

    def __init__(self, world: "World") -> None:
        self.complaints: list[str] = []
        self._world = world
        self._trouble = -1

    @contextmanager
    def watch(self, name: str, bodies: Sequence[str] | None) -> Iterator[None]:
        """Around a call with a batch of messages, or (None) the sweep."""
        if self._world.depth or name not in STAGES:
            yield
            return
        before = self._look(name)
        self._trouble = before.trouble
        yield
        if self._world.dice.trouble == before.trouble:
            details = None if bodies is None else [_detail(body) for body in bodies]
            self._check_line(name, before, details)
            self._check_stops(name, before, details)
            if bodies is None:
                self._check_healed(name, before)

    def hear(self, envelope: dict[str, Any]) -> None:
        """Nobody is told to wait while a machine is free."""
        undisturbed = self._world.dice.trouble == self._trouble and not self._world.depth
        if envelope["detail-type"] == "StageWaiting" and undisturbed:
            detail = envelope["detail"]
            if self._world.jobs.is_free(detail["instance_type"]):
                self.complaints.append(f"{detail['job_id']} told to wait while a machine is free")

    def look_for_leaks(self) -> None:
        """Nobody pays for what nobody wants: called when all has been delivered and swept."""
        for job in self._world.jobs.running():
            if self._is_unwanted(job.key) and not job.stop_requested:
                self.complaints.append(f"{job.name} runs on although its attempt has ended")

    def _look(self, name: str) -> Scene:
        world = self._world
        shown = tuple(world.ledger.open_runs(name))
        return Scene(
            trouble=world.dice.trouble,
            shown=shown,
            known=frozenset(world.ledger.runs),
            over=frozenset(job.name for job in world.jobs.jobs.values() if job.status.is_over),
            lost=frozenset(run.key for run in shown if self._is_lost(run.key)),
        )

    def _check_line(self, name: str, before: Scene, details: list[Detail] | None) -> None:
        """A free machine and a waiting run do not outlive the event that could bring them together.

        Those count whom the call could know of: the run in hand, and whoever the index shows.
        """
        world = self._world
        if not world.jobs.is_free(recipe_of(STAGES[name]).job.instance_type):
            return
        line = {key for key in world.ledger.runs if key not in before.known and key.stage == name}
        waiting = [run.key for run in before.shown if run.is_waiting][:LINE_HEAD]
        if details is None or any(self._frees(name, detail, before) for detail in details):
            line |= set(waiting)
        for key in line:
            run = world.ledger.get(key)
            if run is not None and run.is_waiting and not self._is_unwanted(key):
                self.complaints.append(f"{key} waits while a machine is free")

    def _frees(self, name: str, detail: Detail, before: Scene) -> bool:
        kind = recipe_of(STAGES[name]).job.kind
        job = self._world.jobs.jobs.get(str(detail.fields.get(f"{kind.capitalize()}JobName")))
        return detail.name == STATE_CHANGE[kind] and job is not None and job.key in before.known

    def _check_stops(self, name: str, before: Scene, details: list[Detail] | None) -> None:
        """Where the call was about it, nothing runs for an attempt that has ended."""
        cancelled = {
            detail.fields.get("job_id")
            for detail in details or ()
            if detail.name == "CancellationRequested"
        }
        listed = {run.key for run in before.shown if run.key != self._world.broken}
        for job in self._world.jobs.running():
            looked_at = job.key in listed if details is None else job.key.job_id in cancelled
            if job.key.stage != name or not looked_at or job.stop_requested:
                continue
            if self._is_unwanted(job.key):
                self.complaints.append(f"{job.name} is not stopped although its attempt has ended")
            elif details is None and self._is_overdue(job):
                self.complaints.append(f"{job.name} is overdue and not stopped")

    def _check_healed(self, name: str, before: Scene) -> None:
        """After a sweep no run hangs that it could see, whatever trouble one of them made."""
        world = self._world
        for listed in before.shown:
            key = listed.key
            run = world.ledger.get(key)
            if run is None or not run.is_open or key == world.broken:
                continue
            if key.job_name in before.over and not listed.is_waiting:
                self.complaints.append(f"{key} is still open after a sweep")
            if key in before.lost and not run.is_waiting and self._is_lost(key):
                self.complaints.append(f"{key} is lost and was not launched again")

    def _is_unwanted(self, key: RunKey) -> bool:
        end = self._world.ledger.end_of(key.job_id, key.attempt)
        return end is not None and end.by != key.stage

    def _is_lost(self, key: RunKey) -> bool:
        run = self._world.ledger.get(key)
        if run is None or not run.launched_at or key.job_name in self._world.jobs.jobs:
            return False
        return age_s(run.launched_at, self._world.platform_of(key.stage)) > LOST_AFTER_S

    def _is_overdue(self, job: FakeJob) -> bool:
        run = self._world.ledger.get(job.key)
        spec = recipe_of(STAGES[job.key.stage]).job
        longest_s = max(spec.max_runtime_s, spec.max_wait_s) + OVERDUE_GRACE_S
        if run is None or not run.launched_at:
            return False
        return age_s(run.launched_at, self._world.platform_of(job.key.stage)) > longest_s


def _detail(body: str) -> Detail:
    try:
        message = json.loads(body)
        return Detail(message["detail-type"], message["detail"])
    except (ValueError, KeyError):
        return Detail("", {})
