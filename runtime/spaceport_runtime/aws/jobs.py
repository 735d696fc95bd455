"""SageMaker jobs: launched once by name, described, stopped."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied, NoCapacity
from spaceport_runtime.ports import JobStatus
from spaceport_runtime.service import JobKind

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

INVALID = "ValidationException"


class SageMakerJobs:
    """Plain boto3: the sagemaker SDK does not fit into a Lambda (ADR 0003)."""

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def create(self, kind: JobKind, request: Mapping[str, Any]) -> None:
        """Launch; a name that exists already is a launch that happened already."""
        create = (
            self._client.create_processing_job
            if kind == "processing"
            else self._client.create_training_job
        )
        try:
            with translated():
                create(**request)
        except Denied as denied:
            if denied.code == "ResourceInUse":
                return
            if denied.code == "ResourceLimitExceeded":
                raise NoCapacity(str(denied)) from denied
            raise

    def describe(self, kind: JobKind, name: str) -> JobStatus | None:
        """The job's state, or None when there is no such job."""
        try:
            with translated():
                if kind == "processing":
                    answer: Any = self._client.describe_processing_job(ProcessingJobName=name)
                else:
                    answer = self._client.describe_training_job(TrainingJobName=name)
        except Denied as denied:
            if _is_unknown(denied):
                return None
            raise
        prefix = kind.capitalize()
        return JobStatus(
            status=answer[f"{prefix}JobStatus"],
            secondary=answer.get("SecondaryStatus", ""),
            failure_reason=answer.get("FailureReason", ""),
            message=answer.get("ExitMessage", ""),
        )

    def stop(self, kind: JobKind, name: str) -> None:
        """Ask the job to stop; harmless when it is over or unknown."""
        try:
            with translated():
                if kind == "processing":
                    self._client.stop_processing_job(ProcessingJobName=name)
                else:
                    self._client.stop_training_job(TrainingJobName=name)
        except Denied as denied:
            if denied.code not in ("ResourceNotFound", INVALID):  # over, or never launched
                raise


def _is_unknown(denied: Denied) -> bool:
    """SageMaker answers an unknown training job with a ValidationException."""
    if denied.code == "ResourceNotFound":
        return True
    return denied.code == INVALID and "not found" in str(denied).lower()
