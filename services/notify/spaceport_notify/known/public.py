"""An event as people may see it."""

from typing import Any

from spaceport_contracts.events import Event

# People's addresses and where things are stored are nobody's business but ours.
PRIVATE_FIELDS = {
    "email",
    "owner",
    "batch",
    "inputs",
    "outputs",
    "scene",
    "rejected_list",
    "version",
}


def public_event(event: Event) -> dict[str, Any]:
    """Its type and its fields, without what is private."""
    shown = event.model_dump(mode="json", exclude=PRIVATE_FIELDS)
    return {"type": event.detail_type(), **shown}
