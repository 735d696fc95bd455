"""Stop what runs for a job that somebody has cancelled."""

from spaceport_contracts.events import CancellationRequested, JobCancelled, JobDeleted
from spaceport_runtime.lineage import follow
from spaceport_runtime.ports import End, EndKind, Platform, RunKey
from spaceport_runtime.stage.launch import drop
from spaceport_runtime.stage.recipe import Recipe


def cancel(request: CancellationRequested, recipe: Recipe, platform: Platform) -> None:
    """Handle a cancellation: end the attempt unless it has ended, and stop what runs for it."""
    attempt = _cancelled_attempt(request, platform)
    if attempt is None:
        return
    key = RunKey(recipe.service.name, request.job_id, attempt)
    run = platform.ledger.get(key)
    if run is not None:
        drop(run, recipe, platform)
    platform.bus.publish(follow(JobCancelled, request, attempt, platform.clock()))


def forget(deleted: JobDeleted, recipe: Recipe, platform: Platform) -> None:
    """Handle a deletion, which has ended every attempt: stop what runs for any of them."""
    for attempt in range(1, deleted.attempt + 1):
        run = platform.ledger.get(RunKey(recipe.service.name, deleted.job_id, attempt))
        if run is not None and run.is_open:
            drop(run, recipe, platform)


def _cancelled_attempt(request: CancellationRequested, platform: Platform) -> int | None:
    """The attempt that this request ends, or has ended before; None when it came too late."""
    attempt = request.attempt
    mine = End(EndKind.CANCELLED, by="cancellation")
    end = platform.ledger.claim_end(request.job_id, attempt, mine)
    while end.next_attempt is not None:
        attempt = end.next_attempt
        end = platform.ledger.claim_end(request.job_id, attempt, mine)
    return attempt if end == mine else None
