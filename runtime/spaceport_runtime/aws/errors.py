"""Which of AWS's error codes mean "later"."""

from botocore.exceptions import BotoCoreError, ClientError

from spaceport_runtime.errors import Retryable

BUSY_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
    }
)


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return error.response.get("Error", {}).get("Code", "")


def as_retryable(error: ClientError | BotoCoreError) -> Retryable | None:
    """The Retryable for a busy or unreachable AWS; None for an error that will not pass."""
    if isinstance(error, BotoCoreError):
        return Retryable(f"AWS cannot be reached: {error}")
    return Retryable(str(error)) if code_of(error) in BUSY_CODES else None
