"""A view stays one small item, however often its job is run again and whatever went wrong."""

from collections.abc import Callable

from spaceport_contracts.events import Stage
from spaceport_notify.known.ancestry import ancestry
from spaceport_notify.known.view import JobView, Round

RECENT = 3


def trimmed(view: JobView) -> JobView:
    """The view without what nobody asks for again.

    Kept are the last rounds, and those that the newest splat rests on or the next replay could
    begin from. What a past failure said has been told. `mails` and `reports` are kept whole, so
    that an old event which comes again sets nothing off.
    """
    kept = _needed(view) | set(sorted(view.rounds)[-RECENT:])
    rounds = {
        attempt: each if attempt == view.attempt else _past(each)
        for attempt, each in view.rounds.items()
        if attempt in kept
    }
    return view if rounds == view.rounds else view.model_copy(update={"rounds": rounds})


def _needed(view: JobView) -> set[int]:
    ends = (
        _newest(view, lambda each: each.compressed is not None),
        _newest(view, lambda each: each.trained is not None),
        _newest(view, lambda each: each.built is not None),
        _newest(view, _brought_photos),
        view.attempt,
    )
    chains = [ancestry(view, attempt).chain for attempt in ends if attempt is not None]
    return {node.attempt for chain in chains for node in chain} | {
        attempt for attempt in ends if attempt is not None
    }


def _newest(view: JobView, has: Callable[[Round], bool]) -> int | None:
    return max((attempt for attempt, each in view.rounds.items() if has(each)), default=None)


def _brought_photos(known: Round) -> bool:
    return known.requested is not None and known.requested.start_at is Stage.SFM


def _past(known: Round) -> Round:
    """Its end stands, in fewer words."""
    if known.failed is not None:
        failed = known.failed.model_copy(update={"reason": "", "remedy": ""})
        return known.model_copy(update={"failed": failed})
    if known.rejected is not None:
        rejected = known.rejected.model_copy(update={"reason": "", "remedy": "", "rejected": ()})
        return known.model_copy(update={"rejected": rejected})
    return known
