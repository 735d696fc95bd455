"""SageMaker's state-change events, in the form that AWS gives them."""

import json
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from spaceport_local.sagemaker.jobs import Job

log = logging.getLogger("spaceport.local")


class Notices:
    """Puts state changes on the default bus; best effort, as in AWS."""

    def __init__(self, events: Any) -> None:
        self._events = events

    def __call__(self, job: Job) -> None:
        """Say how the job stands now."""
        entry = {
            "Source": "aws.sagemaker",
            "DetailType": f"SageMaker {job.kind} Job State Change",
            "Resources": [job.document[f"{job.kind}JobArn"]],
            "Detail": json.dumps(as_detail(job)),
        }
        try:
            self._events.put_events(Entries=[entry])
        except (ClientError, BotoCoreError):
            log.exception("the state of %s was not announced", job.name)


def as_detail(job: Job) -> dict[str, Any]:
    """The describe answer with times in ms (text for training jobs), tags as a map."""
    detail: dict[str, Any] = _with_times(job, job.describe())
    if job.kind == "Training":
        steps = job.describe()["SecondaryStatusTransitions"]
        detail["SecondaryStatusTransitions"] = [_with_times(job, step) for step in steps]
    detail["Tags"] = {tag["Key"]: tag["Value"] for tag in job.request.get("Tags", [])}
    return detail


def _with_times(job: Job, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _milliseconds(job, value) if name.endswith("Time") else value
        for name, value in fields.items()
    }


def _milliseconds(job: Job, seconds: float) -> int | str:
    milliseconds = round(seconds * 1000)
    return str(milliseconds) if job.kind == "Training" else milliseconds
