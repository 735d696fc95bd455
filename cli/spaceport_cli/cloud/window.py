"""`spaceport replay --since --until`: send a window of the archive again.

This is EventBridge's own StartReplay: an operator's drill, or the cure after a service was down.
What was done already is recognised by the services and nothing happens twice.
"""

import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from spaceport_cli.cloud.access import require_running
from spaceport_cli.run.follow import EXIT_DONE
from spaceport_cli.show.voice import say
from spaceport_runtime.errors import UserError
from spaceport_topology.wiring import ARCHIVE, BUS

POLL_S = 0.2
OVER = ("COMPLETED", "CANCELLED", "FAILED")


def replay_window(
    since: datetime, until: datetime, rules: list[str], state_dir: Path, console: Console
) -> int:
    """Send the archived events of [since, until) again, to the named rules or to all.

    Raises UserError for an empty window and for a rule that does not exist.
    """
    if since >= until:
        raise UserError("The window is empty.", "Give a --since that lies before --until.")
    events = require_running(state_dir).client("events")
    archive = events.describe_archive(ArchiveName=ARCHIVE)
    destination: dict[str, Any] = {"Arn": archive["EventSourceArn"]}
    if rules:
        destination["FilterArns"] = _arns(rules, events)
    name = f"spaceport-{uuid.uuid4().hex[:12]}"
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive["ArchiveArn"],
        EventStartTime=since,
        EventEndTime=until,
        Destination=destination,
    )
    state = _wait(name, events)
    say(console, f"Replay {name} of {_span(since, until)}: {state.lower()}.")
    return EXIT_DONE if state == "COMPLETED" else 1


def parse_moment(text: str) -> datetime:
    """An ISO 8601 moment; without a zone it is this machine's time. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _arns(rules: list[str], events: Any) -> list[str]:
    pages = events.get_paginator("list_rules").paginate(EventBusName=BUS)
    known = {rule["Name"]: rule["Arn"] for page in pages for rule in page["Rules"]}
    missing = [rule for rule in rules if rule not in known]
    if missing:
        names = sorted(name for name in known if not name.startswith("Events-Archive-"))
        raise UserError(f"There is no rule '{missing[0]}'.", f"Choose among {', '.join(names)}.")
    return [known[rule] for rule in rules]


def _wait(name: str, events: Any) -> str:
    while True:
        state: str = events.describe_replay(ReplayName=name)["State"]
        if state in OVER:
            return state
        time.sleep(POLL_S)


def _span(since: datetime, until: datetime) -> str:
    return f"{since.isoformat(timespec='seconds')} to {until.isoformat(timespec='seconds')}"
