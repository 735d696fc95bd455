"""One stage on fakes, with a clock that stands still unless it is moved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.quick import outputs_of
from tests.choreography.fakes import FakeJobs, FakeLedger, FakeStore
from tests.choreography.faults import Crash
from tests.choreography.lag import Index

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import (
    CancellationRequested,
    Event,
    JobDeleted,
    ReconstructionRequested,
    Stage,
)
from spaceport_contracts.results import Quality
from spaceport_runtime.ports import End, EndKind, JobStatus, Platform, Run, RunKey
from spaceport_runtime.service import STATE_CHANGE, Machine
from spaceport_runtime.settings import PlatformSettings
from spaceport_runtime.stage.handlers import StageHandlers, routes
from spaceport_runtime.stage.reconcile import sweep
from spaceport_sfm.handler import HANDLERS as SFM

START = datetime(2026, 11, 1, tzinfo=UTC)
INDEX = Artifact(uri="s3://spaceport/uploads/x/capture.json", bytes=2, sha256="0" * 64)
INTERNAL = JobStatus("Failed", "Failed", "InternalServerError: try again")
KILLED = JobStatus("Failed", "Failed", "AlgorithmError: , exit code: 137")
COMPLETED = JobStatus("Completed", "Completed")
STOPPED = JobStatus("Stopped", "Stopped")


class Rig:
    """`said` is what the stage has published; its index lags by `lag_s`."""

    def __init__(
        self,
        *,
        machines: int = 1,
        lag_s: float = 0.0,
        handlers: StageHandlers = SFM,
        fleet: tuple[Machine, ...] = (),
    ) -> None:
        self.now_s = 0.0
        self.said: list[Event] = []
        self.recipe = handlers.recipe(PlatformSettings(bucket="spaceport"))
        self.ledger = FakeLedger(Index(lambda: self.now_s, lambda: lag_s))
        self.store = FakeStore()
        self.recipe = replace(self.recipe, job=replace(self.recipe.job, machines=fleet))
        types = [machine.instance_type for machine in fleet] or [self.recipe.job.instance_type]
        self.jobs = FakeJobs(dict.fromkeys(types, machines))
        self.platform = Platform(self.ledger, self.store, self.jobs, self, self._clock)
        self._routes = routes(self.recipe, self.platform)

    def _clock(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    def publish(self, *events: Event) -> None:
        self.said += events

    def key(self, n: int, attempt: int = 1) -> RunKey:
        return RunKey(self.recipe.service.name, f"{n:032x}", attempt)

    def run(self, n: int, attempt: int = 1) -> Run:
        run = self.ledger.get(self.key(n, attempt))
        assert run is not None
        return run

    def ask(self, n: int, photos: int = 0, owner: str = "") -> None:
        """The n-th job's request arrives, a second after whatever came before."""
        self.now_s += 1
        self.ledger.register_job(self.key(n).job_id, "{}")
        request = ReconstructionRequested(
            **self._envelope(n),
            start_at=Stage(self.recipe.service.name),
            quality=Quality.DRAFT,
            email=None,
            title="t",
            photos=photos,
            owner=owner,
            inputs=ArtifactSet(prefix="s3://spaceport/uploads/x/", index=INDEX),
        )
        self._routes["ReconstructionRequested"](request)

    def cancel(self, n: int, attempt: int = 1) -> None:
        """Somebody cancels the n-th job."""
        request = CancellationRequested(**self._envelope(n) | {"attempt": attempt})
        self._routes["CancellationRequested"](request)

    def delete(self, n: int, attempts: int = 1) -> None:
        """The n-th job is deleted, as ingest does it: closed, its attempts ended, then told."""
        job_id = self.key(n).job_id
        self.ledger.close_job(job_id, self._clock().isoformat())
        for attempt in range(1, attempts + 1):
            self.ledger.claim_end(job_id, attempt, End(EndKind.CANCELLED, "deletion"))
        deleted = JobDeleted(**self._envelope(n) | {"attempt": attempts})
        self._routes["JobDeleted"](deleted)

    def end(self, n: int, status: JobStatus, attempt: int = 1, *, told: bool = True) -> None:
        """SageMaker ends the n-th job, and says so unless not `told`."""
        job = self.jobs.jobs[self.key(n, attempt).job_name]
        job.status = status
        if status.status == "Completed":
            for path, content in outputs_of(job.key.stage).items():
                self.store.objects.setdefault(job.output_prefix + path, content)
        if told:
            self.hear_of(job.name)

    def hear_of(self, job_name: str) -> None:
        """A state change of SageMaker's arrives."""
        kind = self.recipe.job.kind
        self._routes[STATE_CHANGE[kind]]({f"{kind.capitalize()}JobName": job_name})

    def sweep(self) -> None:
        sweep(self.recipe, self.platform)

    def heard(self, name: str) -> list[Any]:
        """What was published under that name."""
        return [event for event in self.said if event.detail_type() == name]

    def _envelope(self, n: int) -> dict[str, Any]:
        job_id = self.key(n).job_id
        return {
            "event_id": f"request-{n}",
            "job_id": job_id,
            "correlation_id": job_id,
            "causation_id": "upload:x",
            "occurred_at": START,
            "attempt": 1,
        }


class DiesOnce:
    """The process dies in the middle of this call, the first time."""

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call, self._alive = call, False

    def __call__(self, *args: Any) -> Any:
        if not self._alive:
            self._alive = True
            raise Crash
        return self._call(*args)
