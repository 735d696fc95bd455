"""Counters of requests in a table that all functions share."""

import math
import random
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
MORE = "SET times = times + :amount", "moment = :window AND times <= :room"
ANEW = (
    "SET moment = :window, times = :amount",
    "attribute_not_exists(moment) OR moment < :window",
)
TAKE = "SET moment = :until", "attribute_not_exists(moment) OR moment < :now"


class DynamoCounter:
    """`moment` is the window that `times` counts; one write for most requests."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def count(self, key: str, window: int, most: int, amount: int = 1) -> bool:
        """Count so many more; False, and nothing counted, when `most` would not do.

        The second try of the first way is for who lost the race to begin the window.
        """
        numbers = {":amount": amount, ":window": window, ":room": most - amount}
        ways = (MORE, ANEW, MORE) if amount <= most else ()
        return any(self._write(key, numbers, *way) for way in ways)

    def take(self, key: str, most: int, now_s: float, until_s: float) -> str | None:
        """One of `most` places, free again at the latest then; None when all are taken.

        Tried in any order, so that the first try finds a free one unless most are taken.
        """
        numbers = {":now": math.floor(now_s), ":until": math.ceil(until_s)}
        for number in random.sample(range(most), most):
            place = f"{key}#{number}"
            if self._write(place, numbers, *TAKE):
                return place
        return None

    def give_back(self, place: str) -> None:
        """The place is free."""
        self._write(place, {":free": 0}, "SET moment = :free", "attribute_exists(moment)")

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
