"""Archive and replay: 4.9.2 answers StartReplay with 500 once the archive holds an event.

Its archived events carry their time as text, its replay expects a datetime; and FilterArns, which
limit a replay to certain rules, are ignored.
"""

from datetime import UTC, datetime
from typing import Any

from localstack.runtime import hooks
from localstack.services.events import archive, provider, replay, utils

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
format_event = utils.re_format_event
process_rules = provider.EventsProvider._process_rules


def as_datetime(moment: str | datetime) -> datetime:
    """The moment as a datetime, whichever way it was kept."""
    if isinstance(moment, str):
        return datetime.strptime(moment, TIME_FORMAT).replace(tzinfo=UTC)
    return moment


def normalised(_service: Any, moment: str | datetime) -> datetime:
    """Archives are searched by the minute."""
    return as_datetime(moment).replace(second=0, microsecond=0)


def replayable(event: dict[str, Any], bus: str) -> dict[str, Any]:
    """The PutEvents entry of an archived event."""
    without_name = {key: value for key, value in event.items() if key != "replay-name"}
    entry: dict[str, Any] = format_event(without_name, bus)
    entry["Time"] = as_datetime(entry["Time"])
    return entry


def process_filtered_rules(
    events: Any, rule: Any, region: str, account_id: str, event: dict[str, Any], trace: Any
) -> Any:
    """Only the rules that a replay's FilterArns name see its events."""
    name = event.get("replay-name")
    running = events.get_store(region, account_id).replays.get(name) if name else None
    wanted = running.destination.get("FilterArns") if running else None
    if wanted and rule.arn not in wanted:
        return None
    return process_rules(events, rule, region, account_id, event, trace)


@hooks.on_infra_start()
def apply_patches() -> None:
    """Called by LocalStack when it starts."""
    archive.ArchiveService._normalize_datetime = normalised
    utils.re_format_event = replay.re_format_event = replayable
    provider.EventsProvider._process_rules = process_filtered_rules
