"""Whose messages a queue treats as one group, so that one tenant's flood starves no other.

SQS's fair queues take the message group of a standard queue as the tenant; EventBridge reads it
from the event (since November 2025). Of machines, `stage/turns.py` decides.
"""

from collections.abc import Mapping
from typing import Any

from spaceport_contracts.events import EVENT_TYPES


def group_path(pattern: Mapping[str, Any]) -> str | None:
    """The JSON path of the tenant in what a rule matches; None for AWS's own events."""
    return "$.detail.tenant" if pattern["detail-type"][0] in EVENT_TYPES else None
