"""What makes a stage this stage and not another, and what is asked of every run."""

from collections.abc import Callable
from dataclasses import dataclass

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.events import EVENT_TYPES, Event, SplatCompressed, Stage
from spaceport_contracts.results import StageResult
from spaceport_runtime.ports import Platform, Run
from spaceport_runtime.service import JobKind, Service
from spaceport_runtime.stage.requests import LaunchPlan


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


def has_ended(run: Run, platform: Platform) -> bool:
    """The run's attempt was cancelled, or ended by another stage.

    An end that this stage itself put there is a settlement that a crash cut short; it is taken up
    again by `reconcile`, never dropped.
    """
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    return end is not None and end.by != run.key.stage
