"""How a run ends: one claim, one recorded outcome, published, then closed."""

from dataclasses import dataclass

from spaceport_contracts.events import Event, StageFailed
from spaceport_contracts.failure import Failure, FailureClass
from spaceport_runtime.lineage import follow, from_outbox, to_outbox
from spaceport_runtime.observe import counted, logger
from spaceport_runtime.ports import End, EndKind, Platform, Run, RunKey
from spaceport_runtime.stage.recipe import Recipe, cause_of


@dataclass(frozen=True)
class Outcome:
    """What a run comes to: the events that it ends with, and the run that carries on for it."""

    events: tuple[Event, ...] = ()
    again: RunKey | None = None


NOTHING = Outcome()
GIVEN_UP = Failure(
    failure_class=FailureClass.INTERNAL,
    reason="The stage was given up because of an error inside Spaceport.",
    remedy="Run it again from this stage; if it repeats, report it.",
)


def settle(run: Run, outcome: Outcome, platform: Platform) -> None:
    """Record the outcome, then publish and close; the outcome recorded first stands."""
    platform.ledger.finish(run.key, to_outbox(outcome.events))
    deliver(run.key, platform)


def deliver(key: RunKey, platform: Platform) -> None:
    """Publish a finished run's outcome, then close it; a crash in between publishes it again."""
    run = platform.ledger.get(key)
    if run is None or run.outcome is None or not run.is_open:
        return
    platform.bus.publish(*from_outbox(run.outcome))
    platform.ledger.close(key)


def fail(run: Run, failure: Failure, recipe: Recipe, platform: Platform) -> Outcome:
    """Another attempt where it is worth it, else StageFailed; nothing where the end is taken."""
    if run.retries < failure.retries and not was_given_up(run, platform):
        return retry(run, recipe, platform)
    if not claim(run, EndKind.FAILED, recipe, platform):
        return NOTHING
    facts = {"stage": recipe.stage, "class": failure.failure_class, "reason": failure.reason}
    logger.warning("stage failed", extra=facts | counted("StageFailed"))
    event = follow(
        StageFailed,
        cause_of(run),
        run.key.attempt,
        platform.clock(),
        recipe.stage,
        stage=recipe.stage,
        failure_class=failure.failure_class,
        reason=failure.reason,
        remedy=failure.remedy,
    )
    return Outcome((event,))


def was_given_up(run: Run, platform: Platform) -> bool:
    """The stage has claimed a failure and died before it could say why: it stays one."""
    end = platform.ledger.end_of(run.key.job_id, run.key.attempt)
    return end == End(EndKind.FAILED, by=run.key.stage)


def claim(run: Run, kind: EndKind, recipe: Recipe, platform: Platform) -> bool:
    """Whether the attempt ends this way, by this stage."""
    end = End(kind, by=recipe.service.name)
    return platform.ledger.claim_end(run.key.job_id, run.key.attempt, end) == end


def retry(run: Run, recipe: Recipe, platform: Platform) -> Outcome:
    """Carry on under a new attempt, with the same cause and the same place in the line.

    Nothing where the job was deleted.
    """
    job_id, by = run.key.job_id, recipe.service.name
    following = platform.ledger.next_attempt(job_id)
    if following is None:
        return NOTHING
    wanted = End(EndKind.SUPERSEDED, by, following)
    end = platform.ledger.claim_end(job_id, run.key.attempt, wanted)
    if end.next_attempt is None:
        return NOTHING
    again = Run(
        RunKey(by, job_id, end.next_attempt),
        run.arrived_at,
        run.cause_type,
        run.cause,
        retries=run.retries + 1,
        tenant=run.tenant,
        lap=run.lap,
    )
    platform.ledger.admit(again)
    return Outcome(again=again.key)
