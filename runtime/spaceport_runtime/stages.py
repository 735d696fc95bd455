"""What all three stages do: admit a request, launch its job once, in order of arrival.

Every function is safe to run again from the top, at any time, by several Lambdas at once. The
ledger's conditional writes and the SageMaker job's name decide who was first; the rest is asked of
SageMaker and S3 (`reconcile.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.events import (
    EVENT_TYPES,
    Event,
    SplatCompressed,
    Stage,
    StageStarted,
    StageWaiting,
)
from spaceport_contracts.results import StageResult
from spaceport_runtime.errors import NoCapacity
from spaceport_runtime.launch import LaunchPlan
from spaceport_runtime.lineage import follow, to_outbox
from spaceport_runtime.ports import Platform, Run, RunKey, RunState
from spaceport_runtime.service import JobKind, Service


@dataclass(frozen=True)
class Finished:
    """A run whose outputs were checked."""

    run: Run
    cause: Event
    result: StageResult
    outputs: ArtifactSet
    seconds: float


@dataclass(frozen=True)
class StageKit:
    """What makes a stage this stage and not another."""

    service: Service
    result_type: type[StageResult]
    plan: Callable[[Run, Event], LaunchPlan]
    output_prefix: Callable[[Run], str]
    announce: Callable[[Finished, Platform], Event]

    @property
    def stage(self) -> Stage:
        """The stage's name in events."""
        return Stage(self.service.name)

    @property
    def kind(self) -> JobKind:
        """The kind of SageMaker job that it launches."""
        if self.service.job is None:
            raise TypeError(f"{self.service.name} declares no job")
        return self.service.job.kind

    @property
    def max_runtime_s(self) -> int:
        """After this a job is overdue."""
        return self.service.job.max_runtime_s if self.service.job else 0

    @property
    def ends_job(self) -> bool:
        """Its completion is what the user waits for."""
        return SplatCompressed in self.service.publishes


def cause_of(run: Run) -> Event:
    """The event that asked for the run."""
    return EVENT_TYPES[run.cause_type].model_validate_json(run.cause)


def begin(cause: Event, kit: StageKit, platform: Platform) -> None:
    """Handle an event that asks for this stage."""
    key = RunKey(kit.service.name, cause.job_id, cause.attempt)
    arrived_at = platform.clock().isoformat()
    run = Run(key, arrived_at, cause.detail_type(), cause.model_dump_json())
    if platform.ledger.admit(run) or _is_waiting(key, platform):
        launch_waiting(kit, platform)


def _is_waiting(key: RunKey, platform: Platform) -> bool:
    known = platform.ledger.get(key)
    return known is not None and known.state is RunState.WAITING


def launch_waiting(kit: StageKit, platform: Platform) -> None:
    """Launch what waits, oldest first, until the account has no machine left; tell the rest."""
    runs = platform.ledger.open_runs(kit.service.name)
    waiting = [run for run in runs if run.state is RunState.WAITING]
    for launched, run in enumerate(waiting):
        try:
            launch(run, kit, platform)
        except NoCapacity:
            _tell_places(waiting[launched:], kit, platform)
            return


def launch(run: Run, kit: StageKit, platform: Platform) -> None:
    """Launch one run's job unless its attempt has ended; a second call changes nothing."""
    if has_ended(run, platform):
        drop(run, kit, platform)
        return
    cause = cause_of(run)
    plan = kit.plan(run, cause)
    options = plan.options.model_dump_json().encode()
    platform.store.write(plan.options_uri, options, "application/json")
    platform.jobs.create(plan.kind, plan.request)
    now = platform.clock()
    started = follow(
        StageStarted,
        cause,
        run.key.attempt,
        now,
        kit.stage,
        stage=kit.stage,
        instance_type=plan.instance_type,
    )
    platform.bus.publish(started)
    platform.ledger.mark_running(run.key, now.isoformat())
    if has_ended(run, platform):
        platform.jobs.stop(kit.kind, run.key.job_name)


def has_ended(run: Run, platform: Platform) -> bool:
    """The run's attempt was cancelled, or ended by another stage.

    An end that this stage itself put there is a settlement that a crash cut short; it is taken up
    again by `reconcile`, never dropped.
    """
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    return end is not None and end.by != run.key.stage


def drop(run: Run, kit: StageKit, platform: Platform) -> None:
    """End a run that nobody waits for any more, without a word."""
    platform.jobs.stop(kit.kind, run.key.job_name)
    platform.ledger.finish(run.key, to_outbox(()))
    platform.ledger.close(run.key)


def _tell_places(waiting: list[Run], kit: StageKit, platform: Platform) -> None:
    for place, run in enumerate(waiting, start=1):
        if not _is_news(place, run.place):
            continue
        cause = cause_of(run)
        plan = kit.plan(run, cause)
        news = follow(
            StageWaiting,
            cause,
            run.key.attempt,
            platform.clock(),
            kit.stage,
            place,
            stage=kit.stage,
            place=place,
            instance_type=plan.instance_type,
        )
        platform.bus.publish(news)
        platform.ledger.remember_place(run.key, place)


def _is_news(place: int, told: int | None) -> bool:
    """The last five places are counted down; before, only a halving is worth an event."""
    return told is None or (place < told and (place <= 5 or place * 2 <= told))
