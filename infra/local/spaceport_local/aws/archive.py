"""The archive of the spaceport bus: events.jsonl, those who watch, and what a restart replays.

moto's own EventBridge archive collects the events; they are on disk before PutEvents is answered,
so an event that its publisher believes in cannot get lost.
"""

import logging
import queue
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from moto.events.models import events_backends

from spaceport_contracts.events import EVENT_TYPES, ReconstructionRequested, StageProgressed
from spaceport_local.account import ACCOUNT, REGION
from spaceport_local.aws.edge import Call
from spaceport_local.disk.journal import Journal

Envelope = dict[str, Any]
Watcher = Callable[[Envelope], None]
log = logging.getLogger("spaceport.local")


class Archive:
    """Observes PutEvents."""

    def __init__(self, path: Path, name: str, bus: str) -> None:
        self._journal = Journal(path, owes=True)
        self._name = name
        self._bus = bus
        self._lock = threading.Lock()
        self._written = 0
        self._watchers: list[Watcher] = []
        self._news: queue.SimpleQueue[Envelope | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def wants(self, call: Call) -> bool:
        """Whether the call publishes events."""
        return call.target == "AWSEvents.PutEvents"

    def lock(self) -> AbstractContextManager[Any] | None:
        """The archive itself orders the events."""
        return None

    def seen(self, _call: Call) -> None:
        """Write down what is new in moto's archive, and pass it on."""
        with self._lock:
            archived = self._archived()
            fresh = [_as_envelope(event) for event in archived[self._written :]]
            self._written += len(fresh)
            for envelope in fresh:
                self._news.put(envelope)
            if fresh:
                self._journal.append(*fresh)

    def restore(self) -> list[Envelope]:
        """Give moto's archive the events of earlier runs; returns them."""
        envelopes: list[Envelope] = self._journal.read()
        self._archived().extend(_as_archived(envelope) for envelope in envelopes)
        self._written = len(envelopes)
        return envelopes

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with every envelope from now on, in order, in a thread of its own."""
        self._watchers.append(watcher)

    def start(self) -> None:
        """Begin to tell the watchers."""
        self._thread.start()

    def close(self) -> None:
        """Tell the watchers the rest, then let go of the file."""
        if self._thread.is_alive():
            self._news.put(None)
            self._thread.join()
        self._journal.close()

    def resend(self, envelopes: Iterable[Envelope], replay_name: str) -> int:
        """Send archived events to the rules again, as EventBridge's StartReplay does."""
        rules = list(_backend().describe_event_bus(self._bus).rules.values())
        sent = 0
        for envelope in envelopes:
            event = _as_archived(envelope)
            event |= {"id": str(uuid.uuid4()), "replay-name": replay_name}
            for rule in rules:
                if not rule.name.startswith("Events-Archive-"):
                    rule.send_to_targets(dict(event), transform_input=False)
            sent += 1
        return sent

    def _archived(self) -> list[Any]:
        events: list[Any] = _backend().archives[self._name].events
        return events

    def _tell(self) -> None:
        while (envelope := self._news.get()) is not None:
            for watcher in list(self._watchers):
                try:
                    watcher(envelope)
                except Exception:  # a broken onlooker must not hold up the others
                    log.exception("a watcher failed")


def unfinished(envelopes: list[Envelope]) -> list[Envelope]:
    """What a restart sends again: all events of jobs that have not ended, and the ends.

    The ends, because the process may have died before notify heard of them. Progress is left out:
    it is worth nothing afterwards.
    """
    requested: dict[str, int] = {}
    ended: dict[str, int] = {}
    for envelope in envelopes:
        job_id, attempt = _job_of(envelope)
        if envelope["detail-type"] == ReconstructionRequested.detail_type():
            requested[job_id] = max(requested.get(job_id, 0), attempt)
        if _is_end(envelope):
            ended[job_id] = max(ended.get(job_id, 0), attempt)
    return [
        envelope
        for envelope in envelopes
        if envelope["detail-type"] != StageProgressed.detail_type()
        and (_is_end(envelope) or _is_open(_job_of(envelope)[0], requested, ended))
    ]


def _job_of(envelope: Envelope) -> tuple[str, int]:
    """Job id and attempt; what carries none (poison) belongs to no job."""
    detail = envelope["detail"]
    return str(detail.get("job_id", "")), int(detail.get("attempt", 1))


def _is_open(job_id: str, requested: dict[str, int], ended: dict[str, int]) -> bool:
    return ended.get(job_id, 0) < max(1, requested.get(job_id, 0))


def _is_end(envelope: Envelope) -> bool:
    event = EVENT_TYPES.get(envelope["detail-type"])
    return event is not None and event.terminal


def _backend() -> Any:
    return events_backends[ACCOUNT][REGION]


def _as_envelope(event: dict[str, Any]) -> Envelope:
    """moto's archived event -> EventBridge's envelope."""
    seconds = float(event["time"])
    time = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    envelope = {name: value for name, value in event.items() if name != "ingestion-time"}
    return {**envelope, "account": ACCOUNT, "time": time.replace("+00:00", "Z")}


def _as_archived(envelope: Envelope) -> dict[str, Any]:
    return {**envelope, "time": datetime.fromisoformat(envelope["time"]).timestamp()}
