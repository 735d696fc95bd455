"""Shares in the status table."""

from typing import TYPE_CHECKING, Any

from spaceport_notify.shares.share import Share
from spaceport_runtime.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARE = "share"


class DynamoShares:
    """Two items per share, written and deleted together: one that its token's hash leads to, and
    one below its job, which lists it and goes with the job."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def add(self, share: Share) -> None:
        """Keep it."""
        body = {"S": share.model_dump_json()}
        puts: Any = [
            {"Put": {"TableName": self._table, "Item": {**key, "body": body}}}
            for key in _keys(share)
        ]
        with translated():
            self._client.transact_write_items(TransactItems=puts)

    def find(self, share_id: str) -> Share | None:
        """By its id; None when there is none."""
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=_own_key(share_id), ConsistentRead=True
            )
        return _share(answer["Item"]) if "Item" in answer else None

    def of(self, job_id: str) -> list[Share]:
        """The job's, the oldest first."""
        with translated():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="job_id = :job AND begins_with(sk, :share)",
                ExpressionAttributeValues={":job": {"S": job_id}, ":share": {"S": f"{SHARE}#"}},
                ConsistentRead=True,
            )
        return sorted(map(_share, answer["Items"]), key=lambda share: share.created_at)

    def remove(self, share: Share) -> None:
        """Forget it; again does nothing."""
        deletes: Any = [{"Delete": {"TableName": self._table, "Key": key}} for key in _keys(share)]
        with translated():
            self._client.transact_write_items(TransactItems=deletes)


def _keys(share: Share) -> tuple[Any, Any]:
    below = {"job_id": {"S": share.job_id}, "sk": {"S": f"{SHARE}#{share.id}"}}
    return _own_key(share.id), below


def _own_key(share_id: str) -> Any:
    return {"job_id": {"S": f"{SHARE}#{share_id[:64]}"}, "sk": {"S": SHARE}}


def _share(item: Any) -> Share:
    return Share.model_validate_json(item["body"]["S"])
