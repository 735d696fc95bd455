"""What makes a stage this stage and not another, and what is asked of every run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from spaceport_contracts.artifacts import ArtifactSet
from spaceport_contracts.events import EVENT_TYPES, Event, SplatCompressed, Stage
from spaceport_contracts.options import JobOptions
from spaceport_contracts.results import Quality, StageResult
from spaceport_runtime.lineage import Follower, follow
from spaceport_runtime.ports import Platform, Run, RunKey
from spaceport_runtime.service import JobSpec, Service
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.machines import fitted
from spaceport_runtime.stage.requests import Launch, Order, make_launch, output_prefix

Result = TypeVar("Result", bound=StageResult)


@dataclass(frozen=True)
class Finished(Generic[Result]):
    """A run whose outputs were checked."""

    run: Run
    cause: Event
    quality: Quality
    options: JobOptions
    result: Result
    outputs: ArtifactSet
    seconds: float
    at: datetime

    def completion(self, event_type: type[Follower], **fields: Any) -> Follower:
        """The stage's completion event: what all stages say, and `fields`."""
        return follow(
            event_type,
            self.cause,
            self.run.key.attempt,
            self.at,
            outputs=self.outputs,
            seconds=self.seconds,
            **fields,
        )


@dataclass(frozen=True)
class Recipe:
    """A stage: what it declares, what it orders of its job, and what it says when that is done."""

    service: Service
    job: JobSpec
    result_type: type[StageResult]
    order: Callable[[Event], Order]
    announce: Callable[[Finished[Any]], Event]
    settings: PlatformSettings

    @property
    def stage(self) -> Stage:
        """The stage's name in events."""
        return Stage(self.service.name)

    @property
    def ends_job(self) -> bool:
        """Its completion is what the user waits for."""
        return SplatCompressed in self.service.publishes

    def launch(self, run: Run, cause: Event) -> Launch:
        """The SageMaker request of a run."""
        order = self.order(cause)
        job = fitted(self.job, cause, order.quality, run.retries)
        return make_launch(run, cause, order, job, self.settings)

    def job_of(self, run: Run) -> JobSpec:
        """The job on the machine that suits the run's capture."""
        cause = cause_of(run)
        return fitted(self.job, cause, self.order(cause).quality, run.retries)

    def machine_of(self, run: Run) -> tuple[str, bool]:
        """The kind of machine that the run wants, Spot or not: each has a quota of its own."""
        job = self.job_of(run)
        return job.instance_type, job.use_spot

    def outputs_of(self, run: Run) -> str:
        """The S3 prefix of what the run's job leaves."""
        return output_prefix(self.settings.bucket, run, self.job.kind)


def cause_of(run: Run) -> Event:
    """The event that asked for the run."""
    return EVENT_TYPES[run.cause_type].model_validate_json(run.cause)


def waiting_run(key: RunKey, platform: Platform) -> Run | None:
    """The run as it is now, if it waits for a machine."""
    run = platform.ledger.get(key)
    return run if run is not None and run.is_waiting else None


def has_ended(run: Run, platform: Platform) -> bool:
    """The run's attempt was cancelled, or ended by another stage.

    An end that this stage itself put there is a settlement that a crash cut short; it is taken up
    again by `reconcile`, never dropped.
    """
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    return end is not None and end.by != run.key.stage
