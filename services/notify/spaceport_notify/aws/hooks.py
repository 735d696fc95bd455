"""Webhooks in the status table."""

from typing import TYPE_CHECKING, Any

from spaceport_notify.webhooks.hook import Hook
from spaceport_runtime.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoHooks:
    """One item per hook (sk `hook#<id>`) below its owner, one per delivery (sk `sent#<event id>`)
    below the hook."""

    def __init__(self, client: "DynamoDBClient", table_name: str) -> None:
        self._client = client
        self._table = table_name

    def add(self, hook: Hook) -> None:
        """Keep it."""
        body = {"S": hook.model_dump_json()}
        self._put({**_hook_key(hook.owner, hook.id), "body": body})

    def of(self, owner: str) -> list[Hook]:
        """The owner's, the oldest first."""
        with translated():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="job_id = :owner",
                ExpressionAttributeValues={":owner": {"S": _owner_key(owner)}},
                ConsistentRead=True,
            )
        hooks = [Hook.model_validate_json(item["body"]["S"]) for item in answer["Items"]]
        return sorted(hooks, key=lambda hook: hook.created_at)

    def remove(self, owner: str, hook_id: str) -> bool:
        """Forget it; False when there was none."""
        with translated():
            answer = self._client.delete_item(
                TableName=self._table, Key=_hook_key(owner, hook_id), ReturnValues="ALL_OLD"
            )
        return bool(answer.get("Attributes"))

    def was_delivered(self, hook_id: str, event_id: str) -> bool:
        """Whether the event reached the hook."""
        with translated():
            answer = self._client.get_item(
                TableName=self._table, Key=_sent_key(hook_id, event_id), ConsistentRead=True
            )
        return "Item" in answer

    def mark_delivered(self, hook_id: str, event_id: str) -> None:
        """The event reached the hook."""
        self._put(_sent_key(hook_id, event_id))

    def _put(self, item: Any) -> None:
        with translated():
            self._client.put_item(TableName=self._table, Item=item)


def _owner_key(owner: str) -> str:
    return f"hooks#{owner}"


def _hook_key(owner: str, hook_id: str) -> Any:
    return {"job_id": {"S": _owner_key(owner)}, "sk": {"S": f"hook#{hook_id[:64]}"}}


def _sent_key(hook_id: str, event_id: str) -> Any:
    return {"job_id": {"S": f"hook#{hook_id}"}, "sk": {"S": f"sent#{event_id}"}}
