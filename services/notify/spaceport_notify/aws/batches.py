"""Batches in the status table."""

from typing import TYPE_CHECKING, Any

from spaceport_runtime.aws.errors import translated
from spaceport_runtime.errors import Denied

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MEMBER = "job#"
MAIL = "mail"


class DynamoBatches:
    """Below `batch#<id>` one item per job (sk `job#<id>`), and one for the mail (sk `mail`)."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def join(self, batch_id: str, job_id: str) -> None:
        """The job belongs to the batch."""
        with translated():
            self._client.put_item(TableName=self._table, Item=_key(batch_id, MEMBER + job_id))

    def jobs(self, batch_id: str) -> list[str]:
        """The ids of the jobs that are known to belong to it, read consistently."""
        values: Any = {":batch": {"S": f"batch#{batch_id}"}, ":job": {"S": MEMBER}}
        with translated():
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="job_id = :batch AND begins_with(sk, :job)",
                ExpressionAttributeValues=values,
                ConsistentRead=True,
            )
            items = [item for page in pages for item in page["Items"]]
        return [item["sk"]["S"].removeprefix(MEMBER) for item in items]

    def claim_mail(self, batch_id: str) -> bool:
        """Claim the mail about the batch; False when somebody has."""
        try:
            with translated():
                self._client.put_item(
                    TableName=self._table,
                    Item=_key(batch_id, MAIL),
                    ConditionExpression="attribute_not_exists(sk)",
                )
        except Denied as denied:
            if denied.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def release_mail(self, batch_id: str) -> None:
        """Give the claim back: nothing was sent."""
        with translated():
            self._client.delete_item(TableName=self._table, Key=_key(batch_id, MAIL))


def _key(batch_id: str, sk: str) -> Any:
    return {"job_id": {"S": f"batch#{batch_id}"}, "sk": {"S": sk}}
