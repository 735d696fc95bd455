"""Read SageMaker's account of a job that did not complete, and say what it means."""

import json
import re
from dataclasses import dataclass

from spaceport_contracts.events import FailureClass
from spaceport_runtime.ports import JobStatus

PASSING_TROUBLE = ("InternalServerError", "CapacityError", "InsufficientInstanceCapacity")
OUT_OF_MEMORY_EXIT = ("exit code: 137", "exit code: -9", "OutOfMemory")


@dataclass(frozen=True)
class Failure:
    """Why a run failed; `passing` trouble is worth another attempt."""

    failure_class: FailureClass
    reason: str
    remedy: str
    passing: bool = False


def classify(status: JobStatus) -> Failure:
    """What a Failed or Stopped job means for the user. Stopped is never a success."""
    if "MaxRuntimeExceeded" in status.secondary or "MaxRuntime" in status.failure_reason:
        return Failure(
            FailureClass.TIMEOUT,
            "The stage ran past its time limit.",
            "Choose a lower quality or upload fewer photos, then run it again.",
        )
    if status.secondary in ("Interrupted", "MaxWaitTimeExceeded"):
        return Failure(
            FailureClass.INTERNAL,
            "The machine was taken away by the cloud and none came back in time.",
            "Run it again.",
            passing=True,
        )
    if status.status == "Stopped":
        return Failure(
            FailureClass.STOPPED,
            "The stage was stopped from outside Spaceport.",
            "Run it again from this stage.",
        )
    return _classify_failed(status)


def _classify_failed(status: JobStatus) -> Failure:
    told = _told_by_job(status.message) or _told_by_job(status.failure_reason)
    if told:
        return told
    if any(word in status.failure_reason for word in PASSING_TROUBLE):
        return Failure(FailureClass.INTERNAL, status.failure_reason, "Run it again.", passing=True)
    if any(word in status.failure_reason for word in OUT_OF_MEMORY_EXIT):
        return Failure(
            FailureClass.INTERNAL,
            "The stage ran out of memory.",
            "Choose a lower quality or upload fewer photos, then run it again.",
        )
    reason = status.failure_reason or "The stage failed without saying why."
    return Failure(FailureClass.INTERNAL, reason, "Run it again; if it repeats, report it.")


def _told_by_job(text: str) -> Failure | None:
    """The JSON that a job leaves in `output/failure`, wherever SageMaker embeds it."""
    match = re.search(r"\{.*\}", text, re.DOTALL)
    if not match:
        return None
    try:
        told = json.loads(match.group())
        return Failure(FailureClass(told["class"]), told["reason"], told["remedy"])
    except (ValueError, KeyError, TypeError):
        return None
