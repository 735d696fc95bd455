"""How a run ends: one claim, one recorded outcome, published, then closed."""

from spaceport_contracts.events import Event, StageFailed
from spaceport_runtime.lineage import follow, from_outbox
from spaceport_runtime.ports import End, EndKind, Platform, Run, RunKey
from spaceport_runtime.stage.failures import Failure
from spaceport_runtime.stage.kit import StageKit, cause_of

MAX_RETRIES = 2


def deliver(key: RunKey, platform: Platform) -> None:
    """Publish a finished run's outcome, then close it; a crash in between publishes it again."""
    run = platform.ledger.get(key)
    if run is None or run.outcome is None or not run.is_open:
        return
    events = from_outbox(run.outcome)
    if events:
        platform.bus.publish(*events)
    platform.ledger.close(key)


def fail(run: Run, failure: Failure, kit: StageKit, platform: Platform) -> tuple[Event, ...]:
    """The events of a failure: none when another attempt is worth it or the end is taken."""
    if failure.passing and run.retries < MAX_RETRIES:
        retry(run, kit, platform)
        return ()
    if not claim(run, EndKind.FAILED, kit, platform):
        return ()
    event = follow(
        StageFailed,
        cause_of(run),
        run.key.attempt,
        platform.clock(),
        kit.stage,
        stage=kit.stage,
        failure_class=failure.failure_class,
        reason=failure.reason,
        remedy=failure.remedy,
    )
    return (event,)


def claim(run: Run, kind: EndKind, kit: StageKit, platform: Platform) -> bool:
    """Whether the attempt ends this way, by this stage."""
    end = End(kind, by=kit.service.name)
    return platform.ledger.claim_end(run.key.job_id, run.key.attempt, end) == end


def retry(run: Run, kit: StageKit, platform: Platform) -> None:
    """Carry on under a new attempt, with the same cause and the same place in the line."""
    job_id, by = run.key.job_id, kit.service.name
    wanted = End(EndKind.SUPERSEDED, by, platform.ledger.next_attempt(job_id))
    end = platform.ledger.claim_end(job_id, run.key.attempt, wanted)
    if end.kind is not EndKind.SUPERSEDED or end.next_attempt is None:
        return
    again = Run(
        RunKey(by, job_id, end.next_attempt),
        run.arrived_at,
        run.cause_type,
        run.cause,
        retries=run.retries + 1,
    )
    platform.ledger.admit(again)
