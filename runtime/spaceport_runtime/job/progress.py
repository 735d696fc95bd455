"""A job's live progress as events on the bus."""

import logging
import os
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from spaceport_contracts.events import Stage, StageProgressed
from spaceport_runtime.aws.bus import EventBridgeBus
from spaceport_runtime.errors import Retryable

Tell = Callable[[dict[str, Any]], None]
log = logging.getLogger("spaceport.job")


def progress_to_bus(stage: str, environment: Mapping[str, str] = os.environ) -> Tell | None:
    """A function that publishes StageProgressed; None outside a launched job."""
    if "SPACEPORT_JOB_ID" not in environment:
        return None
    bus_name = environment["SPACEPORT_BUS_NAME"]
    bus = EventBridgeBus(boto3.client("events"), bus_name, stage)

    def publish(progress: dict[str, Any]) -> None:
        event = StageProgressed(
            event_id=str(uuid.uuid4()),
            job_id=environment["SPACEPORT_JOB_ID"],
            correlation_id=environment["SPACEPORT_CORRELATION_ID"],
            causation_id=environment["SPACEPORT_CAUSATION_ID"],
            occurred_at=datetime.now(UTC),
            attempt=int(environment["SPACEPORT_ATTEMPT"]),
            stage=Stage(stage),
            **progress,
        )
        try:
            bus.publish(event)
        except Retryable as error:
            log.warning("progress not told: %s", error)  # never worth a job's life

    return publish
