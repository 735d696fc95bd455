"""Counters of requests in a table that all functions share."""

from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from spaceport_runtime.aws.connect import RETRIES
from spaceport_runtime.aws.errors import code_of, ours
from spaceport_runtime.http.limits import Limits, LimitSettings
from spaceport_runtime.settings import PlatformSettings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOT_SO = "ConditionalCheckFailedException"
ONE_MORE = "SET times = times + :one", "moment = :window AND times < :most"
ANEW = (
    "SET moment = :window, times = :one",
    "attribute_not_exists(moment) OR moment < :window",
)


class DynamoCounter:
    """`moment` is the window that `times` counts; one write for most requests."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def count(self, key: str, window: int, most: int) -> bool:
        """Count one more; False when there were `most` in this window already.

        The second try of the first way is for who lost the race to begin the window.
        """
        numbers = {":one": 1, ":window": window, ":most": most}
        return any(self._write(key, numbers, *way) for way in (ONE_MORE, ANEW, ONE_MORE))

    def _write(self, key: str, numbers: dict[str, int], change: str, only_if: str) -> bool:
        used = {name: n for name, n in numbers.items() if name in change + only_if}
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"counted": {"S": key[:1024]}},
                UpdateExpression=change,
                ConditionExpression=only_if,
                ExpressionAttributeValues={name: {"N": str(n)} for name, n in used.items()},
            )
        except ClientError as error:
            if code_of(error) == NOT_SO:
                return False
            raise ours(error) from error
        return True


def connect_limits() -> Limits:
    """The limits of this deployment."""
    client = boto3.client("dynamodb", config=RETRIES)
    return Limits(LimitSettings(), DynamoCounter(client, PlatformSettings().limits_table))
