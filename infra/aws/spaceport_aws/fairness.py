"""Whose messages a queue treats as one group, so that one tenant's flood starves no other.

SQS's fair queues take the message group of a standard queue as the tenant; EventBridge reads it
from the event (since November 2025). Until events carry a tenant, a job is its own tenant.
"""

from collections.abc import Mapping
from typing import Any

from spaceport_contracts.events import EVENT_TYPES

TENANT_FIELDS = ("tenant", "job_id")


def group_path(pattern: Mapping[str, Any]) -> str | None:
    """The JSON path of the tenant in what a rule matches; None for AWS's own events."""
    detail_type = pattern["detail-type"][0]
    event = EVENT_TYPES.get(detail_type)
    if event is None:
        return None
    field = next(name for name in TENANT_FIELDS if name in event.model_fields)
    return f"$.detail.{field}"
