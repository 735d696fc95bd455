"""Read SageMaker's account of a job that did not complete, and say what it means."""

from spaceport_contracts.failure import Failure, FailureClass
from spaceport_runtime.errors import Killed
from spaceport_runtime.ports import JobStatus

PASSING_TROUBLE = ("InternalServerError", "CapacityError", "InsufficientInstanceCapacity")
KILLED_EXIT = ("exit code: 137", "exit code: -9", "OutOfMemory")
PASSING_RETRIES = 2


def classify(status: JobStatus) -> Failure:
    """What a Failed or Stopped job means for the user. Stopped is never a success."""
    if "MaxRuntimeExceeded" in status.secondary or "MaxRuntime" in status.failure_reason:
        return Failure(
            failure_class=FailureClass.TIMEOUT,
            reason="The stage ran past its time limit.",
            remedy="Choose a lower quality or upload fewer photos, then run it again.",
        )
    if status.secondary in ("Interrupted", "MaxWaitTimeExceeded"):
        return _passing("The machine was taken away by the cloud and none came back in time.")
    if status.status == "Stopped":
        return Failure(
            failure_class=FailureClass.STOPPED,
            reason="The stage was stopped from outside Spaceport.",
            remedy="Run it again from this stage.",
        )
    return _classify_failed(status)


def _classify_failed(status: JobStatus) -> Failure:
    told = Failure.found_in(status.message) or Failure.found_in(status.failure_reason)
    if told:
        return told
    if any(word in status.failure_reason for word in PASSING_TROUBLE):
        return _passing(status.failure_reason)
    if any(word in status.failure_reason for word in KILLED_EXIT):
        return Killed("The stage").failure
    return Failure(
        failure_class=FailureClass.INTERNAL,
        reason=status.failure_reason or "The stage failed without saying why.",
        remedy="Run it again; if it repeats, report it.",
    )


def _passing(reason: str) -> Failure:
    return Failure(
        failure_class=FailureClass.INTERNAL,
        reason=reason,
        remedy="Run it again.",
        retries=PASSING_RETRIES,
    )
