"""Every protection of the choreography, and what happens to the suite when it is off.

A mutant switches one protection off. If the invariants do not notice within a few hundred
schedules, either the protection is not load-bearing or the suite is blind.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import PropertyMock, patch

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_runtime import consume, reconcile, stages
from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.lineage import from_outbox
from spaceport_runtime.ports import End, EndKind, Run, RunKey
from tests.choreography.fakes import FakeLedger
from tests.choreography.results import outputs_of
from tests.choreography.world import World


def _admit_always(ledger: FakeLedger, run: Run) -> bool:
    ledger.runs[run.key] = run
    ledger.open[run.key] = None
    return True


def _claim_always(ledger: FakeLedger, job_id: str, attempt: int, end: End) -> End:
    ledger.ends[job_id, attempt] = end
    return end


def _close_then_publish(key: RunKey, platform: Any) -> None:
    run = platform.ledger.get(key)
    if run is not None and run.outcome is not None:
        platform.ledger.close(key)
        platform.bus.publish(*from_outbox(run.outcome))


def _trust_outputs(store: Any, prefix: str, model: Any) -> Any:
    stage = {"Sfm": "sfm", "Tra": "train", "Com": "compress"}[model.__name__[:3]]
    result = model.model_validate_json(outputs_of(stage)["result.json"])
    index = Artifact(uri=prefix + "result.json", bytes=1, sha256="0" * 64)
    return result, ArtifactSet(prefix=prefix, index=index)


def _put_and_hope(bus: EventBridgeBus, entries: Any) -> None:
    bus._client.put_events(Entries=entries)


def _handle_poison_as_bug(body: str, routes: Any) -> None:
    try:
        _HANDLE(body, routes)
    except Poison as poison:
        raise RuntimeError(str(poison)) from poison


def _handle_busy_as_bug(body: str, routes: Any) -> None:
    try:
        _HANDLE(body, routes)
    except Retryable as busy:
        raise RuntimeError(str(busy)) from busy


def _cancel_first_attempt_only(request: Any, platform: Any) -> int | None:
    mine = End(EndKind.CANCELLED, by="cancellation")
    end = platform.ledger.claim_end(request.job_id, request.attempt, mine)
    return request.attempt if end == mine else None


def _any_name() -> PropertyMock:
    names = iter(range(1, 1_000_000))
    return PropertyMock(side_effect=lambda: f"sfm-{next(names):012d}-01")


_HANDLE = consume._handle
Mutant = Callable[[], AbstractContextManager[Any]]

MUTANTS: dict[str, Mutant] = {
    "a run is admitted once": lambda: patch.object(FakeLedger, "admit", _admit_always),
    "the job name is the lock": lambda: patch.object(RunKey, "job_name", _any_name()),
    "an attempt ends once": lambda: patch.object(FakeLedger, "claim_end", _claim_always),
    "an ended attempt is not launched": lambda: patch.object(
        stages, "has_ended", lambda run, platform: False
    ),
    "publish, then close": lambda: patch.object(reconcile, "deliver", _close_then_publish),
    "the sweeper heals lost events": lambda: patch.object(World, "sweep", lambda world, name: None),
    "outputs are verified before they are announced": lambda: patch.object(
        reconcile, "verify_outputs", _trust_outputs
    ),
    "FailedEntryCount is checked": lambda: patch.object(EventBridgeBus, "_put", _put_and_hope),
    "poison goes to the DLQ at once": lambda: patch.object(
        consume, "_handle", _handle_poison_as_bug
    ),
    "throttling never counts as a failure": lambda: patch.object(
        consume, "_handle", _handle_busy_as_bug
    ),
    "a free machine is given to who waits": lambda: patch.object(
        reconcile, "launch_waiting", lambda kit, platform: None
    ),
    "a cancellation follows a retried attempt": lambda: patch.object(
        reconcile, "_cancelled_attempt", _cancel_first_attempt_only
    ),
}
