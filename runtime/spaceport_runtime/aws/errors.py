"""What AWS's errors mean to us: `translated()` stands around every call of boto3."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from spaceport_runtime.errors import Denied, Retryable

BUSY_CODES = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
    }
)


@contextmanager
def translated() -> Iterator[None]:
    """Inside, AWS's errors are ours.

    Raises Retryable for a busy or unreachable AWS, Denied (with AWS's code, for a port that knows
    what it means) for everything else that it refuses. A request that boto3 itself finds invalid
    is our bug and stays what it is.
    """
    try:
        yield
    except ParamValidationError:
        raise
    except (ClientError, BotoCoreError) as error:
        raise ours(error) from error


def ours(error: ClientError | BotoCoreError) -> Retryable:
    """Retryable, or Denied where waiting alone will not help."""
    if isinstance(error, BotoCoreError):
        return Retryable(f"AWS cannot be reached: {error}")
    if _is_busy(error):
        return Retryable(str(error))
    return Denied(code_of(error), str(error))


def _is_busy(error: ClientError) -> bool:
    """By its code; S3 answers HEAD without one, only with the status."""
    code = code_of(error)
    return code in BUSY_CODES or (code.isdigit() and int(code) in (408, 429, *range(500, 600)))


def code_of(error: ClientError) -> str:
    """AWS's error code."""
    return error.response.get("Error", {}).get("Code", "")
