"""EventBridge's StartReplay as AWS does it: only the window, and only to the rules in FilterArns.

moto 5.2.5 sends the whole archive to every rule.
"""

import uuid
from typing import Any

from moto.core.utils import unix_time
from moto.events.models import Archive, Replay, ReplayState, events_backends


def mend_replays() -> None:
    """Make moto's replays keep to their window and filter; may be called again."""
    Replay.replay_events = _replay_events  # type: ignore[method-assign,assignment]


def _replay_events(replay: Replay, archive: Archive) -> None:
    backend = events_backends[replay.account_id][replay.region]
    bus = backend.describe_event_bus(replay.destination["Arn"].split("/")[-1])
    wanted = replay.destination.get("FilterArns")
    rules = [rule for rule in bus.rules.values() if not wanted or rule.arn in wanted]
    first, last = float(replay.event_start_time), float(replay.event_end_time)
    for event in [event for event in archive.events if first <= float(event["time"]) < last]:
        for rule in rules:
            again: Any = {**event, "id": str(uuid.uuid4()), "replay-name": replay.name}
            rule.send_to_targets(again, transform_input=False)
    replay.state = ReplayState.COMPLETED
    replay.end_time = unix_time()
