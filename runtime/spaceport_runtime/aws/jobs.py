"""SageMaker jobs: launched once by name, described, stopped."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from spaceport_runtime.aws.errors import as_retryable, code_of
from spaceport_runtime.errors import NoCapacity
from spaceport_runtime.ports import JobStatus
from spaceport_runtime.service import JobKind

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

UNKNOWN_JOB = ("ResourceNotFound", "ValidationException")


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
            create(**request)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and code_of(error) == "ResourceInUse":
                return
            if isinstance(error, ClientError) and code_of(error) == "ResourceLimitExceeded":
                raise NoCapacity(str(error)) from error
            raise as_retryable(error) or error from error

    def describe(self, kind: JobKind, name: str) -> JobStatus | None:
        """The job's state, or None when there is no such job."""
        try:
            if kind == "processing":
                answer: Any = self._client.describe_processing_job(ProcessingJobName=name)
            else:
                answer = self._client.describe_training_job(TrainingJobName=name)
        except ClientError as error:
            if _is_unknown(error):
                return None
            raise as_retryable(error) or error from error
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
            if kind == "processing":
                self._client.stop_processing_job(ProcessingJobName=name)
            else:
                self._client.stop_training_job(TrainingJobName=name)
        except ClientError as error:
            if code_of(error) not in UNKNOWN_JOB:
                raise as_retryable(error) or error from error


def _is_unknown(error: ClientError) -> bool:
    """SageMaker answers an unknown training job with a ValidationException."""
    if code_of(error) == "ResourceNotFound":
        return True
    return code_of(error) == "ValidationException" and "not found" in str(error).lower()
