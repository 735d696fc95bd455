"""EventBridge: publish, and see to it that every entry was accepted."""

from typing import TYPE_CHECKING

from spaceport_contracts.events import Event
from spaceport_runtime.aws.errors import translated
from spaceport_runtime.aws.trace import trace_header
from spaceport_runtime.errors import Retryable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

ENTRIES_PER_CALL = 10
RESENDS = 3


class EventBridgeBus:
    """The spaceport bus, seen from one service."""

    def __init__(self, client: "EventBridgeClient", bus_name: str, service: str) -> None:
        self._client = client
        self._bus_name = bus_name
        self._source = f"spaceport.{service}"

    def publish(self, *events: Event) -> None:
        """Publish; PutEvents answers 200 even when entries failed, so each one is checked."""
        entries = [self._entry(event) for event in events]
        for start in range(0, len(entries), ENTRIES_PER_CALL):
            self._put(entries[start : start + ENTRIES_PER_CALL])

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        trace = trace_header()
        return {
            **({"TraceHeader": trace} if trace else {}),
            "EventBusName": self._bus_name,
            "Source": self._source,
            "DetailType": event.detail_type(),
            "Detail": event.model_dump_json(),
        }

    def _put(self, entries: list["PutEventsRequestEntryTypeDef"]) -> None:
        for _ in range(RESENDS):
            with translated():
                answer = self._client.put_events(Entries=entries)
            if not answer["FailedEntryCount"]:
                return
            entries = [
                entry
                for entry, result in zip(entries, answer["Entries"], strict=True)
                if result.get("ErrorCode")
            ]
        raise Retryable(f"EventBridge refused {len(entries)} events {RESENDS} times")
