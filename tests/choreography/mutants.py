"""Every protection of the choreography, and what happens to the suite when it is off.

A mutant switches one protection off. If the invariants do not notice within a few hundred
schedules, either the protection is not load-bearing or the suite is blind.
"""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import PropertyMock, patch

from bench.quick import outputs_of

from spaceport_contracts.artifacts import Artifact, ArtifactSet
from spaceport_contracts.events import Event
from spaceport_contracts.report import Report
from spaceport_ingest.admission import deletion, uploads
from spaceport_notify import tell
from spaceport_notify.known import record
from spaceport_notify.known.record import amend
from spaceport_notify.known.view import JobView, merge
from spaceport_notify.letters import send
from spaceport_notify.letters.due import Due
from spaceport_notify.letters.mail import compose
from spaceport_notify.letters.places import Places
from spaceport_notify.letters.write import write_letter
from spaceport_notify.ports import Commit
from spaceport_notify.ports import Kit as NotifyKit
from spaceport_runtime import consume
from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.errors import Poison, Retryable
from spaceport_runtime.lineage import from_outbox
from spaceport_runtime.ports import End, EndKind, Run, RunKey
from spaceport_runtime.stage import cancel, launch, outcome, reconcile
from tests.choreography.fakes import FakeLedger
from tests.choreography.world import World
from tests.fakes_notify import FakeStatusTable


def _admit_always(ledger: FakeLedger, run: Run) -> bool:
    ledger.put(run)
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


def _send_then_claim(due: Due, view: JobView, report: Report | None, kit: NotifyKit) -> None:
    letter = write_letter(due, view, Places(kit.public_url), report)
    kit.mailer.send(compose(letter, kit.sender))
    amend(view.job_id, kit.table, lambda known: send._with_mail(known, due.key))


def _commit_blindly(
    table: FakeStatusTable, view: JobView, version: int, event: Event | None = None
) -> Commit:
    _, current = table.read(view.job_id)
    return _COMMIT(table, view, current, event)


def _overwrite(view: JobView | None, event: Event) -> JobView:
    """The last event decides: what arrived before it in its attempt is forgotten."""
    fresh = _MERGE(None, event)
    if view is None:
        return fresh
    rounds = {**view.rounds, event.attempt: fresh.rounds[event.attempt]}
    return view.model_copy(update={"rounds": dict(sorted(rounds.items()))})


def _new_job_every_time(*_parts: object) -> str:
    return uuid.uuid4().hex


_COMMIT, _MERGE = FakeStatusTable.commit, merge
_HANDLE = consume._handle
Mutant = Callable[[], AbstractContextManager[Any]]


def _forget_the_run(ledger: FakeLedger, key: RunKey) -> None:
    ledger.runs.pop(key, None)


def _forget_the_status(table: FakeStatusTable, job_id: str) -> None:
    table.views.pop(job_id, None)
    table.rows.pop(job_id, None)


def _wipe_at_once(key: RunKey, kit: Any) -> None:
    run = kit.platform.ledger.get(key)
    if run is not None and run.is_open:
        kit.platform.store.remove(f"s3://{kit.bucket}/jobs/{key.job_id}/")
        kit.platform.ledger.erase(key)


MUTANTS: dict[str, Mutant] = {
    "a run is admitted once": lambda: patch.object(FakeLedger, "admit", _admit_always),
    "the job name is the lock": lambda: patch.object(RunKey, "job_name", _any_name()),
    "an attempt ends once": lambda: patch.object(FakeLedger, "claim_end", _claim_always),
    "an ended attempt is not launched": lambda: patch.object(
        launch, "has_ended", lambda run, platform: False
    ),
    "publish, then close": lambda: patch.multiple(outcome, deliver=_close_then_publish),
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
        reconcile, "launch_waiting", lambda recipe, platform, in_hand: None
    ),
    "a cancellation follows a retried attempt": lambda: patch.object(
        cancel, "_cancelled_attempt", _cancel_first_attempt_only
    ),
    "the same upload is the same job": lambda: patch.object(uploads, "job_of", _new_job_every_time),
    "an e-mail is claimed before it is sent": lambda: patch.object(
        tell, "send_letter", _send_then_claim
    ),
    "views are replaced version by version": lambda: patch.object(
        FakeStatusTable, "commit", _commit_blindly
    ),
    "a deleted run leaves a stone": lambda: patch.object(FakeLedger, "erase", _forget_the_run),
    "a deleted status leaves a stone": lambda: patch.object(
        FakeStatusTable, "forget", _forget_the_status
    ),
    "nothing is wiped before all has stopped": lambda: patch.multiple(
        deletion, finish_deletion=_wipe_at_once
    ),
    "a view only gains knowledge": lambda: patch.object(record, "merge", _overwrite),
}
